"""An operation of the control API, and what the function that serves it is given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from discord_sandbox.backend import Backend
from discord_sandbox.model import Application, Channel, Guild, Json, Message, User
from discord_sandbox.routing import parameters
from discord_sandbox.snowflake import parse_number, parse_snowflake
from discord_sandbox.world import World


class Refused(Exception):
    """The request cannot be done; the text says what happened and what to do."""

    def __init__(self, text: str, status: int = 400) -> None:
        self.status = status
        super().__init__(text)


@dataclass(slots=True)
class Ask:
    """One request to the control API."""

    backend: Backend
    params: dict[str, str]
    query: Mapping[str, str]
    body: Json = field(default_factory=dict)

    @property
    def world(self) -> World:
        return self.backend.world

    def param(self, name: str) -> int:
        """An id of the path."""
        return self.as_id(name, self.params[name])

    def given(self, name: str) -> int:
        """An id of the body. Raises Refused when it is missing or none."""
        if name not in self.body:
            raise Refused(f"The body needs `{name}`.")
        return self.as_id(name, self.body[name])

    def optional(self, name: str) -> int | None:
        """An id of the body, where there is one."""
        return None if self.body.get(name) is None else self.as_id(name, self.body[name])

    def text(self, name: str, default: str | None = None) -> str:
        """A string of the body. Raises Refused when it is missing or none."""
        value = self.body.get(name, default)
        if not isinstance(value, str) or not value:
            raise Refused(f"The body needs `{name}`, a string.")
        return value

    def number(self, name: str, default: int) -> int:
        """A number of the query."""
        text = self.query.get(name)
        if text is None:
            return default
        found = parse_number(text)
        if found is None:
            raise Refused(f"`{name}` must be a number, not {text[:40]!r}.")
        return found

    @staticmethod
    def as_id(name: str, value: object) -> int:
        found = parse_snowflake(value)
        if found is None:
            raise Refused(f"`{name}` must be an id, not {value!r}.")
        return found

    def user(self) -> User:
        """The member whom the path plays."""
        return self.find_user(self.param("user"))

    def find_user(self, user_id: int) -> User:
        found = self.world.users.get(user_id)
        if found is None:
            raise Refused(f"There is no user {user_id}; POST /sandbox/users makes one.", 404)
        return found

    def find_application(self, application_id: int) -> Application:
        found = self.world.applications.get(application_id)
        if found is None:
            raise Refused(f"There is no application {application_id}.", 404)
        return found

    def find_guild(self, guild_id: int) -> Guild:
        found = self.world.guilds.get(guild_id)
        if found is None:
            raise Refused(f"There is no guild {guild_id}; POST /sandbox/guilds makes one.", 404)
        return found

    def find_channel(self, channel_id: int, user: User | None = None) -> Channel:
        """The channel, which `user` can see."""
        found = self.world.channels.get(channel_id)
        if found is None:
            raise Refused(f"There is no channel {channel_id}.", 404)
        if user is not None and not self.world.permissions(user.id, found):
            raise Refused(f"{user.username} cannot see channel {channel_id}.", 403)
        return found

    def find_message(self, channel: Channel, user: User, message_id: int) -> Message:
        """The message, which may be an ephemeral one for `user`."""
        found = channel.messages.get(message_id)
        if found is None:
            found = channel.ephemeral.get(message_id)
            if found is not None and found.reader_id != user.id:
                found = None
        if found is None:
            raise Refused(f"There is no message {message_id} in channel {channel.id}.", 404)
        return found


Answer = Callable[[Ask], Any] | Callable[[Ask], Awaitable[Any]]


@dataclass(slots=True)
class Operation:
    method: str
    template: str
    handler: Answer
    parameters: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.parameters = parameters(self.template)
