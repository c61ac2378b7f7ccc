"""What the world is made of. Ids are ints in here, and decimal strings on the wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from msgspec import Struct

Json = dict[str, Any]

GUILD_TEXT, DM, GUILD_VOICE, GUILD_CATEGORY, GUILD_ANNOUNCEMENT = 0, 1, 2, 4, 5
ANNOUNCEMENT_THREAD, PUBLIC_THREAD, PRIVATE_THREAD = 10, 11, 12
THREAD_TYPES = frozenset({ANNOUNCEMENT_THREAD, PUBLIC_THREAD, PRIVATE_THREAD})

PINNED_MESSAGE, MEMBER_JOINED, THREAD_CREATED = 6, 7, 18
SYSTEM_TYPES = frozenset({PINNED_MESSAGE, MEMBER_JOINED, THREAD_CREATED})
"""Messages that Discord itself makes of what somebody did."""

CROSSPOSTED = 1 << 0
SUPPRESS_EMBEDS = 1 << 2
HAS_THREAD = 1 << 5
EPHEMERAL = 1 << 6
LOADING = 1 << 7
SUPPRESS_NOTIFICATIONS = 1 << 12
IS_COMPONENTS_V2 = 1 << 15


@dataclass(slots=True)
class User:
    """An account: a person, or the user a bot acts as (`application_id` is set)."""

    id: int
    username: str
    global_name: str | None = None
    application_id: int | None = None
    accept_dms: bool = True
    blocked: set[int] = field(default_factory=set)
    status: str = "online"
    activities: list[Json] = field(default_factory=list)
    locale: str = "en-US"
    dms: dict[int, int] = field(default_factory=dict)
    """The DM channels of this user, by the other user's id."""
    read: dict[int, int] = field(default_factory=dict)
    """The last message read, by channel id."""
    json_cache: Json | None = None

    @property
    def bot(self) -> bool:
        return self.application_id is not None


@dataclass(slots=True)
class Command:
    """An application command: `data` is Discord's own object without ids."""

    id: int
    application_id: int
    guild_id: int | None
    version: int
    data: Json


@dataclass(slots=True)
class Application:
    id: int
    name: str
    token: str
    bot_user_id: int
    owner_id: int
    privileged_intents: int = 0
    description: str = ""
    flags: int = 0
    commands: dict[int, Command] = field(default_factory=dict)
    guild_commands: dict[int, dict[int, Command]] = field(default_factory=dict)
    command_permissions: dict[tuple[int, int], list[Json]] = field(default_factory=dict)
    """Permissions set for commands: (guild id, command id) → Discord's list."""

    def reachable_commands(self, guild_id: int | None) -> list[Command]:
        """The global commands and, in a guild, that guild's own."""
        found = list(self.commands.values())
        if guild_id is not None:
            found += self.guild_commands.get(guild_id, {}).values()
        return found


@dataclass(slots=True)
class Role:
    id: int
    name: str
    permissions: int = 0
    position: int = 0
    color: int = 0
    hoist: bool = False
    managed: bool = False
    mentionable: bool = False
    bot_id: int | None = None


@dataclass(slots=True)
class Member:
    user: User
    joined_ms: int
    role_ids: list[int] = field(default_factory=list)
    nick: str | None = None
    timeout_until_ms: int | None = None


@dataclass(slots=True)
class Overwrite:
    """What a channel allows and denies a role (`type` 0) or a member (1)."""

    id: int
    type: int
    allow: int = 0
    deny: int = 0


@dataclass(slots=True)
class Thread:
    owner_id: int
    auto_archive_minutes: int = 1440
    archived: bool = False
    locked: bool = False
    archive_changed_ms: int = 0
    created_ms: int | None = None
    invitable: bool = True
    members: dict[int, int] = field(default_factory=dict)
    """When each member joined, by user id, in milliseconds."""
    sent: int = 0


@dataclass(slots=True)
class Attachment:
    id: int
    filename: str
    content: bytes
    content_type: str | None = None
    description: str | None = None
    ephemeral: bool = False


@dataclass(slots=True)
class Reaction:
    emoji: Json
    user_ids: dict[int, None] = field(default_factory=dict)


class Message(Struct, gc=False):
    """One message. `embeds` and `components` are as they are sent out, ids given.

    There are hundreds of thousands of them. Nothing in one leads back to it, so the garbage
    collector need not look for that.
    """

    id: int
    channel_id: int
    author: User
    at_ms: int
    content: str = ""
    type: int = 0
    flags: int = 0
    tts: bool = False
    embeds: tuple[Json, ...] = ()
    components: tuple[Json, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    mention_ids: tuple[int, ...] = ()
    mention_role_ids: tuple[int, ...] = ()
    mention_everyone: bool = False
    edited_ms: int | None = None
    pinned_ms: int | None = None
    reactions: dict[str, Reaction] = {}
    nonce: str | int | None = None
    reference: Json | None = None
    application_id: int | None = None
    webhook_id: int | None = None
    webhook_name: str | None = None
    interaction: Json | None = None
    """`interaction_metadata`, and the command's name under "name" where one was run."""
    reader_id: int | None = None
    """Whom an ephemeral message is for."""
    thread_id: int | None = None


@dataclass(slots=True)
class Channel:
    id: int
    type: int
    guild_id: int | None = None
    name: str = ""
    topic: str | None = None
    position: int = 0
    parent_id: int | None = None
    nsfw: bool = False
    rate_limit_per_user: int = 0
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    recipient_ids: tuple[int, ...] = ()
    """Both people of a DM."""
    thread: Thread | None = None
    messages: dict[int, Message] = field(default_factory=dict)
    message_ids: list[int] = field(default_factory=list)
    ephemeral: dict[int, Message] = field(default_factory=dict)
    last_message_id: int | None = None
    last_pin_ms: int | None = None
    nonces: dict[tuple[int, str], tuple[int, int]] = field(default_factory=dict)
    """(author, nonce) → (when in ms, message id), oldest first."""
    audience_cache: tuple[int, frozenset[int]] | None = None
    granted_cache: tuple[int, dict[int, int]] | None = None


@dataclass(slots=True)
class ScheduledEvent:
    id: int
    guild_id: int
    creator_id: int
    data: Json
    """Discord's own fields, as they were given and checked."""
    interested: dict[int, None] = field(default_factory=dict)


@dataclass(slots=True)
class Guild:
    id: int
    name: str
    owner_id: int
    description: str | None = None
    system_channel_id: int | None = None
    preferred_locale: str = "en-US"
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    """Channels and threads."""
    scheduled_events: dict[int, ScheduledEvent] = field(default_factory=dict)
    bans: dict[int, str | None] = field(default_factory=dict)
    """Why each user who is banned was, where it was said."""
    version: int = 0
    """Grows with whatever changes who may see what."""


@dataclass(slots=True)
class Webhook:
    id: int
    channel_id: int
    guild_id: int
    name: str
    token: str
    creator_id: int
    application_id: int | None = None


InteractionState = Literal["waiting", "deferred", "deferred_update", "answered", "failed"]


@dataclass(slots=True)
class Interaction:
    """A member's use of a command, component or modal, and what became of it."""

    id: int
    type: int
    token: str
    application_id: int
    user: User
    channel_id: int
    guild_id: int | None
    at_ms: int
    data: Json
    command_name: str | None = None
    source_message: Message | None = None
    parent: Interaction | None = None
    state: InteractionState = "waiting"
    response_type: int | None = None
    original_id: int | None = None
    """The message that `@original` stands for."""
    modal: Json | None = None
    choices: list[Json] | None = None
    followup_ids: list[int] = field(default_factory=list)
