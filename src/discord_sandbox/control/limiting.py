"""The limits: looked at and set."""

from __future__ import annotations

import functools

from discord_sandbox.control.routing import Ask, Operation, Refused
from discord_sandbox.model import Json
from discord_sandbox.ratelimit import Rule
from discord_sandbox.rest.operations import build_router
from discord_sandbox.rest.routing import Route
from discord_sandbox.routing import Router

_NUMBERS = (
    "identifies_per_day",
    "global_per_second",
    "dm_opens_per_10m",
    "invalid_per_10m",
    "identify_every_s",
    "file_bytes",
    "commands_per_day",
    "publishes_per_hour",
)
_COUNTS = ("max_concurrency",)
_SWITCHES = ("buckets", "dm_buckets")
_KNOWN = frozenset({*_NUMBERS, *_COUNTS, *_SWITCHES, "nonce_window_s", "routes"})


def _limits_json(ask: Ask) -> Json:
    limits = ask.backend.limits
    return {
        **{name: getattr(limits, name) for name in (*_NUMBERS, *_COUNTS, *_SWITCHES)},
        "routes": {
            route: {"limit": rule.limit, "per_s": rule.per_ms / 1_000, "scope": rule.scope}
            for route, rule in limits.rules.items()
        },
        "nonce_window_s": ask.world.nonce_window_ms // 1000,
        "invalid_count": limits.invalid_count(ask.backend.clock.now_ms()),
    }


def get_limits(ask: Ask) -> Json:
    return _limits_json(ask)


@functools.cache
def _router() -> Router[Route]:
    return build_router()


def _route(given: str) -> str:
    """The route that `METHOD /path` names, as the sandbox calls it. Raises Refused."""
    method, _, path = given.partition(" ")
    found = _router().find(method, path.strip("/").split("/"))
    if found is None:
        raise Refused(f"`{given}` is no route: it is named as in docs/routes.md, `METHOD /path`.")
    return found[0].key


def _rule(route: str, given: object) -> Rule | None:
    """The size that a route's buckets are given. Raises Refused."""
    if given is None:
        return None
    rule = given if isinstance(given, dict) else {}
    limit, per_s, scope = rule.get("limit"), rule.get("per_s", 1), rule.get("scope", "user")
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
        raise Refused(f"`routes` needs a `limit` of at least 1 for {route}.")
    if isinstance(per_s, bool) or not isinstance(per_s, int | float) or not 0 < per_s <= 86_400:
        raise Refused(f"`routes` needs a `per_s` of more than 0 for {route}, in seconds.")
    if scope not in ("user", "shared"):
        raise Refused(f"`scope` of {route} must be user or shared.")
    return Rule(limit, max(round(per_s * 1_000), 1), scope)


def _check(name: str, value: object) -> None:
    """Raises Refused."""
    if name in _SWITCHES:
        if not isinstance(value, bool):
            raise Refused(f"`{name}` is switched with true or false.")
    elif name in _COUNTS:
        if not _whole(value, least=1):
            raise Refused(f"`{name}` must be a whole number of at least 1.")
    elif name not in _KNOWN:
        raise Refused(f"`{name}` is no limit; there are {', '.join(sorted(_KNOWN))}.")
    elif value is not None and not _whole(value, least=0):
        raise Refused(f"`{name}` must be a whole number, or null for no limit.")


def _whole(value: object, *, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def set_limits(ask: Ask) -> Json:
    """Set those that are named, all or none of them, and begin to count anew."""
    given = {name: value for name, value in ask.body.items() if name != "routes"}
    for name, value in given.items():
        _check(name, value)
    routes = ask.body.get("routes") or {}
    if not isinstance(routes, dict):
        raise Refused("`routes` must be an object: {route: {limit, per_s, scope}}.")
    rules = {_route(name): _rule(name, rule) for name, rule in routes.items()}
    limits = ask.backend.limits
    for route, rule in rules.items():
        limits.set_rule(route, rule)
    for name, value in given.items():
        if name == "nonce_window_s":
            ask.world.nonce_window_ms = (value or 0) * 1000
        else:
            setattr(limits, name, value)
    limits.reset()
    return _limits_json(ask)


OPERATIONS = (
    Operation("GET", "/limits", get_limits),
    Operation("PUT", "/limits", set_limits),
)
