"""Faults to order: which requests they strike, and what they do to them."""

from __future__ import annotations

import asyncio
import contextlib
import math
import re
from dataclasses import dataclass, field
from typing import Any

from discord_sandbox.clock import Dice
from discord_sandbox.model import Json
from discord_sandbox.snowflake import parse_snowflake

BEFORE_KINDS = frozenset({"drop", "status", "ratelimit", "slow"})
AFTER_KINDS = frozenset({"lose_answer", "slow_after_commit"})
GATEWAY_KINDS = frozenset(
    {"gateway_drop", "gateway_reconnect", "gateway_invalid_session", "gateway_silent"}
)
KINDS = BEFORE_KINDS | AFTER_KINDS | GATEWAY_KINDS | {"hold"}
SCOPES = frozenset({"user", "shared", "global"})


class BadFault(ValueError):
    """The fault that was ordered cannot be understood."""


@dataclass(slots=True, kw_only=True)
class Fault:
    """One order. `count` is how often it may still strike; None is always.

    `after` matching requests are let through first. `stage` says of a `hold` whether the request
    waits before it takes effect or after.
    """

    id: int
    kind: str
    stage: str = "before"
    method: str | None = None
    path: re.Pattern[str] | None = None
    user_id: int | None = None
    count: int | None = None
    probability: float = 1.0
    after: int = 0
    seconds: float = 1.0
    status: int = 500
    code: int | None = None
    message: str | None = None
    scope: str = "user"
    retry_after: float = 1.0
    resumable: bool = False
    dice: Dice = field(default_factory=Dice)
    struck: int = 0
    holding: int = 0
    released: asyncio.Event = field(default_factory=asyncio.Event)
    _waiters: list[asyncio.Event] = field(default_factory=list)

    def matches(self, method: str, path: str, user_ids: frozenset[int]) -> bool:
        if self.method is not None and self.method != method:
            return False
        if self.user_id is not None and self.user_id not in user_ids:
            return False
        return self.path is None or self.path.search(path) is not None

    @property
    def in_passing(self) -> bool:
        """Whether a gateway fault waits for what passes, and does not strike at once."""
        return (
            self.kind == "gateway_silent"
            or self.path is not None
            or self.count is not None
            or self.after > 0
            or self.probability < 1
        )

    def strikes(self) -> bool:
        """Whether a request that matches is struck; counts it."""
        if self.count is not None and self.struck >= self.count:
            return False
        if self.after > 0:
            self.after -= 1
            return False
        if self.probability < 1 and not self.dice.strikes(self.probability):
            return False
        self.struck += 1
        self._waiters, waiting = [], self._waiters
        for waiter in waiting:
            waiter.set()
        return True

    async def wait_struck(self, times: int, timeout: float) -> None:
        """Return once the fault has struck `times`, or when `timeout` seconds have passed."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while self.struck < times:
                    waiter = asyncio.Event()
                    self._waiters.append(waiter)
                    await waiter.wait()

    async def hold(self, at_most: float | None = None) -> None:
        """Wait until the fault is released, or for at most so many seconds."""
        self.holding += 1
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(at_most):
                    await self.released.wait()
        finally:
            self.holding -= 1


class Faults:
    """The faults ordered, oldest first: the first that strikes a request has it."""

    def __init__(self) -> None:
        self.ordered: dict[int, Fault] = {}
        self._n = 0
        self.on_gateway = False
        """Whether any waits for what passes over the gateway."""

    def order(self, body: Json) -> Fault:
        """Raises BadFault."""
        self._n += 1
        fault = parse_fault(self._n, body)
        self.ordered[fault.id] = fault
        self.on_gateway |= fault.kind in GATEWAY_KINDS and fault.in_passing
        return fault

    def strike(self, stage: str, method: str, path: str, user_ids: frozenset[int]) -> Fault | None:
        """The fault that strikes this request at this stage, if one does."""
        for fault in self.ordered.values():
            if (
                fault.stage == stage
                and fault.kind not in GATEWAY_KINDS
                and fault.matches(method, path, user_ids)
                and fault.strikes()
            ):
                return fault
        return None

    def strike_passing(self, name: str, bot_id: int) -> Fault | None:
        """The gateway fault that strikes what passes, an event or what the client sends, by its name."""
        for fault in self.ordered.values():
            if (
                fault.kind in GATEWAY_KINDS
                and fault.in_passing
                and fault.matches("", name, frozenset({bot_id}))
                and fault.strikes()
            ):
                return fault
        return None

    def get(self, fault_id: int) -> Fault | None:
        return self.ordered.get(fault_id)

    def all(self) -> list[Fault]:
        return list(self.ordered.values())

    def remove(self, fault_id: int | None = None) -> None:
        """Take back one order, or all; whatever is held is released."""
        for fault in self.all():
            if fault_id in (None, fault.id):
                fault.released.set()
                del self.ordered[fault.id]
        self.on_gateway = any(
            fault.kind in GATEWAY_KINDS and fault.in_passing for fault in self.all()
        )


_FIELDS: dict[str, tuple[type, ...]] = {
    "method": (str,),
    "path": (str,),
    "count": (int,),
    "probability": (int, float),
    "after": (int,),
    "seconds": (int, float),
    "status": (int,),
    "code": (int,),
    "message": (str,),
    "scope": (str,),
    "retry_after": (int, float),
    "resumable": (bool,),
    "seed": (int,),
    "stage": (str,),
    "user_id": (str, int),
}


_RANGES: dict[str, tuple[float, float]] = {
    "count": (1, math.inf),
    "probability": (0, 1),
    "after": (0, math.inf),
    "seconds": (0, 86_400),
    "status": (400, 599),
    "retry_after": (0, math.inf),
}


def _check_ranges(given: dict[str, Any]) -> None:
    """Raises BadFault."""
    for name, (least, most) in _RANGES.items():
        value = given.get(name, least)
        if isinstance(value, bool):
            raise BadFault(f"{name} has a wrong type")
        if not least <= value <= most:
            limits = f"at least {least:g}" if most == math.inf else f"from {least:g} to {most:g}"
            raise BadFault(f"{name} must be {limits}, not {value}")


def parse_fault(fault_id: int, body: Json) -> Fault:
    """The fault that a request's body orders. Raises BadFault."""
    kind = body.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise BadFault(f"kind must be one of {', '.join(sorted(KINDS))}")
    given = {name: value for name, value in body.items() if value is not None}
    for name, value in given.items():
        if name != "kind" and not isinstance(value, _FIELDS.get(name, ())):
            known = name in _FIELDS
            raise BadFault(f"{name} has a wrong type" if known else f"{name} is not known")
    _check_ranges(given)
    return _build(fault_id, kind, given)


def _build(fault_id: int, kind: str, given: dict[str, Any]) -> Fault:
    given.pop("kind")
    dice = Dice(given.pop("seed", None))
    if "path" in given:
        try:
            given["path"] = re.compile(given["path"])
        except re.error as problem:
            raise BadFault(f"path is not a regular expression: {problem}") from None
    if "method" in given:
        given["method"] = given["method"].upper()
    if "user_id" in given:
        given["user_id"] = parse_snowflake(given["user_id"])
    if kind in GATEWAY_KINDS and "method" in given:
        raise BadFault("method is of requests: what passes over the gateway is told by path")
    if kind in AFTER_KINDS:
        given["stage"] = "after"
    elif kind != "hold":
        given["stage"] = "before"
    if given.get("stage", "before") not in ("before", "after"):
        raise BadFault("stage must be before or after")
    if given.get("scope", "user") not in SCOPES:
        raise BadFault(f"scope must be one of {', '.join(sorted(SCOPES))}")
    return Fault(id=fault_id, kind=kind, dice=dice, **given)


def fault_json(fault: Fault) -> Json:
    """The order as it can be read back, with how often it has struck."""
    return {
        "id": str(fault.id),
        "kind": fault.kind,
        "stage": fault.stage,
        "method": fault.method,
        "path": None if fault.path is None else fault.path.pattern,
        "user_id": None if fault.user_id is None else str(fault.user_id),
        "count": fault.count,
        "probability": fault.probability,
        "after": fault.after,
        "seconds": fault.seconds,
        "status": fault.status,
        "code": fault.code,
        "scope": fault.scope,
        "retry_after": fault.retry_after,
        "struck": fault.struck,
        "holding": fault.holding,
        "released": fault.released.is_set(),
    }
