"""The world: every user, application, guild and channel there is, and who can see what."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Container

from discord_sandbox.agenda import Agenda
from discord_sandbox.clock import SandboxClock
from discord_sandbox.errors import ApiError
from discord_sandbox.events import Bus, Event
from discord_sandbox.model import (
    DM,
    GROUP_DM,
    Activity,
    Application,
    Attachment,
    Channel,
    Guild,
    Json,
    Member,
    Message,
    Picture,
    User,
    Webhook,
)
from discord_sandbox.permissions import (
    ALL,
    READ_MESSAGE_HISTORY,
    TIMED_OUT,
    VIEW_CHANNEL,
    channel_permissions,
    guild_permissions,
    is_timed_out,
)
from discord_sandbox.permissions import DM as DM_PERMISSIONS
from discord_sandbox.record import Seen
from discord_sandbox.shapes.channels import channel_json
from discord_sandbox.shapes.messages import message_json
from discord_sandbox.snowflake import SnowflakeSource

NONCE_WINDOW_MS = 300_000
"""How long a nonce is remembered. Discord says "the past few minutes" and no number."""


class World:
    """Everything that exists. Changing it is the business of the modules beside this one."""

    def __init__(self, clock: SandboxClock, base_url: str = "http://127.0.0.1") -> None:
        self.clock = clock
        self.ids = SnowflakeSource(clock)
        self.bus = Bus()
        self.agenda = Agenda(clock)
        self.seen = Seen()
        self.base_url = base_url
        self.nonce_window_ms = NONCE_WINDOW_MS
        self.users: dict[int, User] = {}
        self.applications: dict[int, Application] = {}
        self.tokens: dict[str, Application] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.webhooks: dict[int, Webhook] = {}
        self.activities: dict[str, Activity] = {}
        """What goes on of applications' activities, by instance id."""
        self.uploads: dict[int, Attachment] = {}
        """Files given to commands, which no message carries."""
        self.pictures: dict[str, Picture] = {}
        """By their addresses on the CDN, without the ending: `avatars/ID/HASH`, `emojis/ID`."""

    def clear(self) -> None:
        """Nobody and nothing is there any more. Ids go on increasing all the same."""
        self.agenda.clear()
        self.seen.clear()
        self.nonce_window_ms = NONCE_WINDOW_MS
        for everything in (
            self.users,
            self.applications,
            self.tokens,
            self.guilds,
            self.channels,
            self.webhooks,
            self.activities,
            self.uploads,
            self.pictures,
        ):
            everything.clear()

    # --- finding -------------------------------------------------------------------------

    def user(self, user_id: int) -> User:
        """Raises ApiError 10013."""
        try:
            return self.users[user_id]
        except KeyError:
            raise ApiError(10013) from None

    def guild(self, guild_id: int) -> Guild:
        """Raises ApiError 10004."""
        try:
            return self.guilds[guild_id]
        except KeyError:
            raise ApiError(10004) from None

    def channel(self, channel_id: int) -> Channel:
        """Raises ApiError 10003."""
        try:
            return self.channels[channel_id]
        except KeyError:
            raise ApiError(10003) from None

    def member(self, guild: Guild, user_id: int) -> Member:
        """Raises ApiError 10007."""
        try:
            return guild.members[user_id]
        except KeyError:
            raise ApiError(10007) from None

    def guilds_of(self, user_id: int) -> list[Guild]:
        return [guild for guild in self.guilds.values() if user_id in guild.members]

    def share_a_guild(self, one: int, other: int) -> bool:
        return any(
            one in guild.members and other in guild.members for guild in self.guilds.values()
        )

    # --- permissions ---------------------------------------------------------------------

    def guild_permissions(self, guild: Guild, member: Member) -> int:
        """What the member may do in the server now, before any channel's overwrites."""
        return self._left(guild_permissions(guild, member), member)

    def is_timed_out(self, user_id: int, channel: Channel) -> bool:
        """Whether a timeout keeps the user from doing anything in the channel but reading."""
        guild = self.guilds.get(channel.guild_id or 0)
        member = None if guild is None else guild.members.get(user_id)
        if guild is None or member is None or guild_permissions(guild, member) == ALL:
            return False
        return is_timed_out(member, self.clock.now_ms())

    def _left(self, granted: int, member: Member) -> int:
        """What a timeout leaves; administrators have none. It ends by itself, unlike caches."""
        if granted != ALL and is_timed_out(member, self.clock.now_ms()):
            return granted & TIMED_OUT
        return granted

    def permissions(self, user_id: int, channel: Channel) -> int:
        """What the user may do in the channel; 0 where they cannot see it."""
        if channel.guild_id is None:
            return DM_PERMISSIONS if user_id in channel.recipient_ids else 0
        guild = self.guilds[channel.guild_id]
        cached = channel.granted_cache
        if cached is None or cached[0] != guild.version:
            cached = channel.granted_cache = (guild.version, {})
        member = guild.members.get(user_id)
        if member is None:
            return 0
        granted = cached[1].get(user_id)
        if granted is None:
            granted = channel_permissions(guild, member, channel)
            if channel.thread is None:
                cached[1][user_id] = granted
        if member.timeout_until_ms is not None:
            return self._left(granted, member)
        return granted

    def require(self, user_id: int, channel: Channel, needed: int) -> int:
        """The user's permissions in the channel, which contain `needed`.

        Raises ApiError 50001 when the channel cannot be seen, 50013 when it can.
        """
        granted = self.permissions(user_id, channel)
        if not granted & VIEW_CHANNEL:
            raise ApiError(50001)
        if granted & needed != needed:
            raise ApiError(50013)
        return granted

    def audience(self, channel: Channel) -> frozenset[int]:
        """The ids of the users who can see the channel."""
        if channel.guild_id is None:
            return frozenset(channel.recipient_ids)
        guild = self.guilds[channel.guild_id]
        cached = channel.audience_cache
        if cached is not None and cached[0] == guild.version:
            return cached[1]
        seen_by = frozenset(
            user_id
            for user_id, member in guild.members.items()
            if channel_permissions(guild, member, channel) & VIEW_CHANNEL
        )
        channel.audience_cache = (guild.version, seen_by)
        return seen_by

    def concerned(self, event: Event) -> Container[int]:
        """The ids of the users whom an event concerns."""
        if event.only is not None:
            return event.only
        if event.channel is not None:
            return self.audience(event.channel)
        if event.guild is not None:
            return event.guild.members
        return self.users

    def concerns(self, event: Event, user_id: int) -> bool:
        return user_id != event.besides and user_id in self.concerned(event)

    # --- shaping -------------------------------------------------------------------------

    def message_json(self, message: Message, viewer_id: int) -> Json:
        """The message as `viewer_id` sees it, with the message it replies to."""
        referenced = None
        if message.reference is not None and message.forwarded is None:
            channel = self.channels.get(int(message.reference["channel_id"]))
            if channel is not None:
                referenced = channel.messages.get(int(message.reference.get("message_id", 0)))
        return message_json(message, self.users, self.base_url, viewer_id, referenced)

    def channel_json(self, channel: Channel, viewer_id: int | None = None) -> Json:
        """The channel; of a DM, the recipients other than `viewer_id`."""
        if channel.type not in (DM, GROUP_DM):
            return channel_json(channel)
        recipients = [self.users[found] for found in channel.recipient_ids if found != viewer_id]
        return channel_json(channel, recipients)

    def can_read_history(self, user_id: int, channel: Channel) -> bool:
        return bool(self.permissions(user_id, channel) & READ_MESSAGE_HISTORY)

    # --- making users and applications -----------------------------------------------------

    def create_user(
        self, username: str, *, global_name: str | None = None, user_id: int | None = None
    ) -> User:
        user = User(id=user_id or self.ids.next(), username=username, global_name=global_name)
        self.users[user.id] = user
        return user

    def create_application(
        self,
        name: str,
        *,
        token: str | None = None,
        application_id: int | None = None,
        owner_id: int | None = None,
        privileged_intents: int = 0,
        flags: int = 0,
        interactions_endpoint_url: str | None = None,
        signing_key: bytes | None = None,
    ) -> Application:
        """Make an application and its bot user, which share an id as new ones at Discord do."""
        application_id = application_id or self.ids.next()
        bot = self.create_user(name, user_id=application_id)
        bot.application_id = application_id
        bot.status = "offline"
        application = Application(
            id=application_id,
            name=name,
            token=token or _new_token(application_id),
            bot_user_id=bot.id,
            owner_id=owner_id or bot.id,
            privileged_intents=privileged_intents,
            flags=flags,
            interactions_endpoint_url=interactions_endpoint_url,
        )
        if signing_key is not None:
            application.signing_key = signing_key
        self.applications[application_id] = application
        self.tokens[application.token] = application
        return application


def _new_token(application_id: int) -> str:
    """A token of Discord's form, whose first part some libraries read the application's id from."""
    named = base64.b64encode(str(application_id).encode()).decode("ascii").rstrip("=")
    return f"{named}.sandbx.{secrets.token_urlsafe(27)}"
