"""What the world is made of. Ids are ints in here, and decimal strings on the wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from msgspec import Struct

Json = dict[str, Any]

GUILD_TEXT, DM, GUILD_VOICE, GUILD_CATEGORY, GUILD_ANNOUNCEMENT = 0, 1, 2, 4, 5
ANNOUNCEMENT_THREAD, PUBLIC_THREAD, PRIVATE_THREAD = 10, 11, 12
GUILD_STAGE, GUILD_FORUM, GUILD_MEDIA = 13, 15, 16
FORUM_TYPES = frozenset({GUILD_FORUM, GUILD_MEDIA})
VOICE_TYPES = frozenset({GUILD_VOICE, GUILD_STAGE})

PINNED = 1 << 1
REQUIRE_TAG = 1 << 4
HIDE_MEDIA_DOWNLOAD_OPTIONS = 1 << 15

PINNED_MESSAGE, MEMBER_JOINED, THREAD_CREATED = 6, 7, 18
SYSTEM_TYPES = frozenset({PINNED_MESSAGE, MEMBER_JOINED, THREAD_CREATED})
"""Messages that Discord itself makes of what somebody did."""

CROSSPOSTED = 1 << 0
SUPPRESS_EMBEDS = 1 << 2
HAS_THREAD = 1 << 5
EPHEMERAL = 1 << 6
LOADING = 1 << 7
SUPPRESS_NOTIFICATIONS = 1 << 12
HAS_SNAPSHOT = 1 << 14
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
    active_ms: int = 0
    """When it was last written in, opened again, or told how long to wait for either."""
    created_ms: int | None = None
    invitable: bool = True
    members: dict[int, int] = field(default_factory=dict)
    """When each member joined, by user id, in milliseconds."""
    sent: int = 0
    applied_tags: list[int] = field(default_factory=list)
    """The tags of its forum that a post has."""


@dataclass(slots=True)
class ForumTag:
    id: int
    name: str
    moderated: bool = False
    emoji_id: int | None = None
    emoji_name: str | None = None


@dataclass(slots=True)
class Forum:
    """What a forum or media channel has besides other channels; its posts are threads."""

    tags: dict[int, ForumTag] = field(default_factory=dict)
    reaction_emoji: Json | None = None
    sort_order: int | None = None
    layout: int = 0
    tag_setting: str = "match_some"


@dataclass(slots=True)
class Voice:
    """What a voice or stage channel has besides others; nobody can be heard in it."""

    bitrate: int = 64_000
    user_limit: int = 0
    rtc_region: str | None = None
    video_quality_mode: int = 1


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


@dataclass(slots=True)
class Snapshot:
    """What a forwarded message said when it was forwarded, and its files apart from that."""

    data: Json
    attachments: list[Attachment] = field(default_factory=list)


@dataclass(slots=True)
class Poll:
    """A question in a message; answers are numbered from 1."""

    question: Json
    answers: dict[int, Json]
    expires_ms: int
    multiselect: bool = False
    layout: int = 1
    votes: dict[int, dict[int, None]] = field(default_factory=dict)
    """Who voted for each answer."""
    closed: bool = False


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
    forwarded: Snapshot | None = None
    poll: Poll | None = None
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
    flags: int = 0
    default_auto_archive_minutes: int | None = None
    default_thread_rate_limit: int = 0
    thread: Thread | None = None
    forum: Forum | None = None
    voice: Voice | None = None
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
    entity_id: int | None = None
    """The stage instance that it is, while it goes on."""


@dataclass(slots=True)
class StageInstance:
    """What makes a stage channel live."""

    id: int
    guild_id: int
    channel_id: int
    topic: str
    privacy_level: int
    event_id: int | None = None


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
    stage_instances: dict[int, StageInstance] = field(default_factory=dict)
    """By the stage channel's id."""
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
