"""An operation of the REST API, and what the function that serves it is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from aiohttp import web
from msgspec import Struct
from multidict import MultiMapping

from discord_sandbox.audit.kinds import Kind
from discord_sandbox.backend import Backend
from discord_sandbox.clock import parse_iso
from discord_sandbox.errors import ApiError, invalid
from discord_sandbox.model import Application, Channel, Guild, Json, Message, User
from discord_sandbox.permissions import VIEW_CHANNEL
from discord_sandbox.ratelimit import bucket_hash
from discord_sandbox.routing import parameters
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.validate.members import Takes, check_members
from discord_sandbox.validate.message import Upload
from discord_sandbox.world import World

MOST_REASON = 512
_MAJOR = ("channel_id", "guild_id", "webhook_id")


@dataclass(slots=True)
class Reply:
    """An answer with a status of its own; others are 200, or 204 when there is nothing in them."""

    status: int
    payload: Any = None


class Call(Struct):
    """One request: who asks, for what, with which body."""

    backend: Backend
    world: World
    route: Route
    params: dict[str, str]
    request: web.BaseRequest
    application: Application | None
    body: Any
    uploads: list[Upload]

    @property
    def query(self) -> Mapping[str, str]:
        return self.request.query

    @property
    def reason(self) -> str | None:
        """What X-Audit-Log-Reason gave. Raises ApiError 50035 for more than 512 characters."""
        given = unquote(self.request.headers.get("X-Audit-Log-Reason", "")) or None
        if given is not None and len(given) > MOST_REASON:
            text = f"Must be {MOST_REASON} or fewer in length."
            raise invalid(("reason",), "BASE_TYPE_MAX_LENGTH", text)
        return given

    @property
    def locale(self) -> str | None:
        """What X-Discord-Locale gave."""
        return self.request.headers.get("X-Discord-Locale")

    @property
    def app(self) -> Application:
        """The application that asks. Only routes open to all are called without one."""
        assert self.application is not None
        return self.application

    @property
    def bot(self) -> User:
        assert self.application is not None
        return self.world.users[self.application.bot_user_id]

    def id(self, name: str) -> int:
        """An id of the path. Raises ApiError 50035 when it is not a snowflake."""
        text = self.params[name]
        found = parse_snowflake(text)
        if found is None and text == "@me":
            return self.app.bot_user_id
        if found is None:
            raise invalid((name,), "NUMBER_TYPE_COERCE", f'Value "{text}" is not snowflake.')
        return found

    def channel(self) -> Channel:
        """The path's channel, which the bot can see. Raises ApiError 10003 or 50001."""
        channel = self.world.channel(self.id("channel_id"))
        self.world.require(self.app.bot_user_id, channel, VIEW_CHANNEL)
        return channel

    def message(self, channel: Channel) -> Message:
        """The path's message. Raises ApiError 10008."""
        found = channel.messages.get(self.id("message_id"))
        if found is None:
            raise ApiError(10008)
        return found

    def guild(self, needed: int = 0) -> Guild:
        """The path's guild, which the bot is in, with the permissions that are needed.

        Raises ApiError 10004 or 50013.
        """
        guild = self.world.guild(self.id("guild_id"))
        member = guild.members.get(self.app.bot_user_id)
        if member is None:
            raise ApiError(10004)
        if needed and self.world.guild_permissions(guild, member) & needed != needed:
            raise ApiError(50013)
        return guild

    def guild_of(self, channel: Channel) -> Guild:
        """The guild a channel is in. Raises ApiError 50024 for a DM."""
        if channel.guild_id is None:
            raise ApiError(50024)
        return self.world.guilds[channel.guild_id]

    def json(self) -> Json:
        """The body, which must be an object with the members that the route takes.

        Raises ApiError 50109, 50035, or NotImplementedBySandbox for a member it does not take.
        """
        if self.body is None:
            return {}
        if not isinstance(self.body, dict):
            raise ApiError(50109)
        if self.route.takes is not None:
            check_members(self.route.takes, self.body, self.route.key)
        return self.body

    def number(self, name: str, *, default: int, least: int, most: int) -> int:
        """A number of the query. Raises ApiError 50035 when it is none or out of bounds."""
        text = self.query.get(name)
        if text is None:
            return default
        if not text.isdigit():
            raise invalid((name,), "NUMBER_TYPE_COERCE", f'Value "{text}" is not int.')
        value = int(text)
        if value > most:
            raise invalid(
                (name,),
                "NUMBER_TYPE_MAX",
                f"int value should be less than or equal to {most}.",
            )
        if value < least:
            raise invalid(
                (name,),
                "NUMBER_TYPE_MIN",
                f"int value should be greater than or equal to {least}.",
            )
        return value

    def snowflake(self, name: str) -> int | None:
        """An id of the query, if it is there. Raises ApiError 50035."""
        text = self.query.get(name)
        if text is None:
            return None
        found = parse_snowflake(text)
        if found is None:
            raise invalid((name,), "NUMBER_TYPE_COERCE", f'Value "{text}" is not snowflake.')
        return found

    def snowflakes(self, name: str, *, most: int) -> list[int]:
        """Ids of the query, given one by one or with commas between. Raises ApiError 50035."""
        given = self.query.getall(name, []) if isinstance(self.query, MultiMapping) else []
        texts = [text for one in given for text in one.split(",") if text]
        found = [parse_snowflake(text) for text in texts]
        if len(found) > most:
            text = f"Must be {most} or fewer in length."
            raise invalid((name,), "BASE_TYPE_MAX_LENGTH", text)
        for text, one in zip(texts, found, strict=True):
            if one is None:
                raise invalid((name,), "NUMBER_TYPE_COERCE", f'Value "{text}" is not snowflake.')
        return [one for one in found if one is not None]

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        """One of a few words of the query. Raises ApiError 50035 for another."""
        given = self.query.get(name, default)
        if given not in allowed:
            raise invalid((name,), "BASE_TYPE_CHOICES", f"Value must be one of {allowed}.")
        return given

    def instant(self, name: str) -> int | None:
        """An ISO 8601 instant of the query in milliseconds, if it is there.

        Raises ApiError 50035.
        """
        text = self.query.get(name)
        try:
            return None if text is None else parse_iso(text)
        except ValueError:
            raise invalid(
                (name,), "DATE_TIME_TYPE_PARSE", "Could not parse. Should be ISO8601."
            ) from None

    def flag(self, name: str) -> bool:
        return self.query.get(name, "").lower() in ("true", "1")


Handler = Callable[[Call], Any]


@dataclass(slots=True)
class Route:
    """An operation. `handler` None means that Discord has it and the sandbox does not.

    `public` routes carry their right in the path (a webhook's or an interaction's token);
    `exempt` ones do not count against the global limit.
    """

    method: str
    template: str
    handler: Handler | None
    public: bool = False
    exempt: bool = False
    bucketed: bool = True
    audited: tuple[Kind, ...] = ()
    """What it may do that the audit log tells of."""
    takes: Takes | None = None
    """The members of the body, where it is an object that `Call.json` checks."""
    key: str = field(init=False)
    bucket: str = field(init=False)
    parameters: tuple[str, ...] = field(init=False)
    major: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.key = f"{self.method} {self.template}"
        self.bucket = bucket_hash(self.key)
        self.parameters = parameters(self.template)
        majors = [name for name in self.parameters if name in _MAJOR]
        if "webhook_token" in self.parameters:
            majors.append("webhook_token")
        self.major = tuple(majors)
