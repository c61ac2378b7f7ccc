"""What is to happen, as data: how each life of the bot goes wrong and ends. A seed gives the same plan again."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any, Literal

SEND = {"method": "POST", "path": r"/channels/\d+/messages$"}
LOOK = {"method": "GET", "path": r"/channels/\d+/messages$"}
OPEN = {"method": "POST", "path": r"/users/@me/channels$"}
RIPE = timedelta(seconds=16)
"""After this long a delivery in doubt is looked for."""
SOON = timedelta(milliseconds=40)


@dataclass(frozen=True, slots=True)
class Hold:
    """Requests that the sandbox keeps hanging, before the message exists or after: the kill comes when `held` do."""

    stage: Literal["before", "after"]
    requests: dict[str, str]
    held: int = 1
    skip: int = 0


@dataclass(frozen=True, slots=True)
class Logged:
    """The kill comes when the bot has logged `event` so often in this life."""

    event: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Strike:
    """One life of the bot: the faults in it, when it is killed, and what happens while it is down.

    `faults` are orders for the sandbox. `linger` passes between the moment that `until` names and the kill.
    `late` lets held requests through only at the end of the next life. `step` is by how much the clock moves while
    the bot is down, and `unsubscribe` how many members, first those who were being sent to, unsubscribe then.
    A `patient` strike lets the bot wait for answers; any other kills it when that is all it does.
    """

    until: Hold | Logged
    faults: tuple[dict[str, Any], ...] = ()
    linger: timedelta = timedelta()
    late: bool = False
    step: timedelta = timedelta()
    unsubscribe: int = 0
    patient: bool = False


class Plan:
    """Draws strikes for as long as they are asked for."""

    def __init__(self, seed: int, past_the_window: timedelta) -> None:
        self._random = Random(seed)
        self._past = past_the_window

    def sample(self, population: list[int], count: int) -> list[int]:
        """So many of the population, at random."""
        return self._random.sample(population, min(count, len(population)))

    def strike(self, reach: int) -> Strike:
        """The next strike; `reach` is about how many reminders one life should send."""
        random = self._random
        until = self._until(reach)
        late = isinstance(until, Hold) and until.stage == "before" and random.random() < 0.5
        step = timedelta()
        if not late and random.random() < 0.12:
            step = self._past
        elif random.random() < 0.5:
            step = RIPE
        return Strike(
            until,
            tuple(self._fault(reach) for _ in range(random.choice((0, 0, 1, 1, 2, 3)))),
            linger=random.random() * SOON,
            late=late,
            step=step,
            unsubscribe=int(random.random() < 0.08 and not late),
        )

    def _until(self, reach: int) -> Hold | Logged:
        random = self._random
        kind = random.choices(
            ("before", "after", "history", "sent", "claimed", "starting"), (30, 30, 10, 15, 10, 5)
        )[0]
        if kind in ("before", "after"):
            return Hold(kind, SEND, random.randint(1, 5), random.randrange(reach))  # type: ignore[arg-type]
        if kind == "history":
            return Hold("after", LOOK)
        if kind == "sent":
            return Logged("sent", random.randint(1, reach))
        if kind == "claimed":
            return Logged("claimed", random.randint(1, 3))
        return Logged(random.choice(("in doubt", "staged", "running")))

    def _fault(self, reach: int) -> dict[str, Any]:
        random = self._random
        order: dict[str, Any] = random.choice(
            [
                {"kind": "ratelimit", "scope": "user", "retry_after": 0.4},
                {"kind": "ratelimit", "scope": "shared", "retry_after": 0.3},
                {"kind": "ratelimit", "scope": "global", "retry_after": 0.5},
                {"kind": "status", "status": 500, "code": 0},
                {"kind": "status", "status": 502},
                {"kind": "status", "status": 503},
                {"kind": "drop"},
                {"kind": "lose_answer"},
            ]
        )
        where = LOOK if random.random() < 0.15 else SEND
        return {**order, **where, "count": random.randint(1, 2), "after": random.randrange(reach)}
