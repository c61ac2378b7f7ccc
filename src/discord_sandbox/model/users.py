"""Accounts: people, and the users that bots act as."""

from __future__ import annotations

from dataclasses import dataclass, field

from discord_sandbox.model.wire import Json


@dataclass(slots=True)
class User:
    """An account: a person, or the user a bot acts as (`application_id` is set)."""

    id: int
    username: str
    global_name: str | None = None
    application_id: int | None = None
    accept_dms: bool = True
    blocked: set[int] = field(default_factory=set)
    installed: set[int] = field(default_factory=set)
    """The applications that this user has installed for themselves, by id."""
    status: str = "online"
    activities: list[Json] = field(default_factory=list)
    locale: str = "en-US"
    avatar: str | None = None
    """The hash of a picture, as everywhere in the model."""
    banner: str | None = None
    dms: dict[int, int] = field(default_factory=dict)
    """The DM channels of this user, by the other user's id."""
    groups: set[int] = field(default_factory=set)
    """The DMs of several people that this user is in, by channel id."""
    read: dict[int, int] = field(default_factory=dict)
    """The last message read, by channel id."""
    seen_ms: int = 0
    """When they last did anything."""
    json_cache: Json | None = None

    @property
    def bot(self) -> bool:
        return self.application_id is not None
