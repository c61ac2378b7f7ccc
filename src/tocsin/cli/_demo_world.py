"""The world of the demo: a server with a few members, and a calendar whose events are minutes away."""

import json
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

import aiohttp
from icalendar import Calendar, Event

from tocsin.errors import TocsinError

SERVER_ID = 700_000_000_000_000_001
SERVER_NAME = "Kingdom of Bells"
BOT = "Tocsin"
MEMBERS = (("alice", "Alice"), ("bob", "Bob"), ("carol", "Carol"), ("dave", "Dave"))

# category, title, minutes from now, minutes it lasts, recurrence, where, description
_SAMPLE: tuple[tuple[str, str, int, int, str | None, str, str], ...] = (
    ("ruins", "Ruins", 3, 30, "FREQ=DAILY;INTERVAL=2", "Zone 5", "Gather at the southern gate."),
    ("altars", "Altar fight", 17, 60, "FREQ=DAILY;INTERVAL=3", "Zone 6", "Shields off, buffs on."),
    ("major", "Pass fight", 62, 120, None, "Pass 7", "All hands: the pass opens."),
    ("ruins", "Ruins of the north", 242, 30, None, "Zone 2", ""),
    ("chronicle", "Chronicle: a new stage", 722, 60, "FREQ=WEEKLY", "", "The story goes on."),
    ("major", "March of ages", 1_442, 180, None, "Lost land", ""),
)


class ControlFailed(TocsinError):
    """The sandbox did not do what the demo asked."""


def seed(token: str) -> str:
    """The sandbox's seed: users, the application, and one server with both in it."""
    return json.dumps(
        {
            "users": [{"username": name, "global_name": shown} for name, shown in MEMBERS],
            "applications": [{"name": BOT, "token": token, "integration_types": [0]}],
            "guilds": [
                {
                    "id": str(SERVER_ID),
                    "name": SERVER_NAME,
                    "owner": MEMBERS[0][0],
                    "channels": ["general", "events"],
                    "members": [name for name, _ in MEMBERS[1:]],
                    "bots": [BOT],
                }
            ],
        }
    )


def sample_calendar(now: datetime) -> str:
    """An ICS file of the preset's categories, the first event three minutes after `now`."""
    calendar = Calendar()
    calendar.add("prodid", "-//Tocsin//demo//EN")
    calendar.add("version", "2.0")
    base = now.astimezone(UTC).replace(microsecond=0)
    for number, (category, title, minutes, lasts, rule, place, text) in enumerate(_SAMPLE):
        event = Event()
        event.add("uid", f"demo-{number}@tocsin")
        event.add("dtstamp", base)
        event.add("summary", title)
        event.add("categories", [category])
        event.add("dtstart", base + timedelta(minutes=minutes))
        event.add("dtend", base + timedelta(minutes=minutes + lasts))
        if rule:
            event.add("rrule", dict(part.split("=") for part in rule.split(";")))
        if place:
            event.add("location", place)
        if text:
            event.add("description", text)
        calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written.decode()


class Control:
    """The sandbox's control API, as far as the demo needs it: the server's owner runs /setup."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._session: aiohttp.ClientSession | None = None
        self.player = ""

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(self._address)
        world = await self._get("/sandbox/world")
        self.player = next(
            user["id"] for user in world["users"] if user["username"] == MEMBERS[0][0]
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def _get(self, path: str) -> Any:
        assert self._session is not None
        async with self._session.get(path) as answer:
            return await answer.json()

    async def now(self) -> datetime:
        """What time it is in the sandbox."""
        clock = await self._get("/sandbox/clock")
        return datetime.fromtimestamp(clock["now_ms"] / 1000, UTC)

    async def set_up(self, preset: str) -> None:
        """Let the owner run /setup for #events. Raises ControlFailed."""
        view = await self._get(f"/sandbox/members/{self.player}/view")
        channels = {one["name"]: one["id"] for guild in view["guilds"] for one in guild["channels"]}
        options = [
            {"name": "channel", "value": channels["events"]},
            {"name": "preset", "value": preset},
        ]
        body = {"channel_id": channels["events"], "name": "setup", "options": options}
        assert self._session is not None
        async with self._session.post(
            f"/sandbox/members/{self.player}/command", json=body
        ) as answer:
            if answer.status >= 400:
                raise ControlFailed(f"/setup could not be run: {(await answer.json())['error']}")
