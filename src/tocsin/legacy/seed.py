"""What the files say, read: members, markers, failures, posts and events."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tocsin.legacy.report import Report
from tocsin.legacy.values import EventId


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of the subscriptions; `types` are words as spelled, `leads` seconds, `raw` the entry itself."""

    member_id: int
    username: str
    types: tuple[str, ...]
    leads: tuple[int, ...]
    created_at: datetime | None
    raw: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Marker:
    """One number in a tracker: a member's reminder of an event, `lead` seconds before its start."""

    event: EventId
    member_id: int
    lead: int


@dataclass(frozen=True, slots=True)
class Failure:
    """One entry of the failed log; what could not be read is None, `raw` is the entry itself."""

    member_id: int | None
    name: str
    start: datetime | None
    lead: int | None
    reason: str
    at: datetime | None
    raw: Any


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An event as the event cache, or an active reminder, describes it. `zone` is text about the place."""

    name: str
    type: str
    start: datetime
    end: datetime | None
    zone: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Post:
    """One active reminder: the message in a channel that tells of an event."""

    event: EventId
    channel_id: int
    message_id: int
    snapshot: Snapshot | None
    raw: dict[str, Any]


@dataclass(slots=True)
class Seed:
    """All the files together. Markers stand in the order of the files, each once."""

    users_before: int = 0
    members: list[Member] = field(default_factory=list)
    scheduled: list[Marker] = field(default_factory=list)
    sent: list[Marker] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    cached: list[Snapshot] = field(default_factory=list)
    report: Report = field(default_factory=Report)
