"""Servers, and what belongs to one."""

from __future__ import annotations

from dataclasses import dataclass, field

from discord_sandbox.model.audit import AuditEntry
from discord_sandbox.model.auto_moderation import AutoModerationRule
from discord_sandbox.model.channels import Channel
from discord_sandbox.model.emojis import Emoji
from discord_sandbox.model.entrance import WelcomeScreen, Widget
from discord_sandbox.model.guild_settings import GuildSettings
from discord_sandbox.model.invites import Invite
from discord_sandbox.model.onboarding import Onboarding
from discord_sandbox.model.soundboard import Sound
from discord_sandbox.model.stickers import Sticker
from discord_sandbox.model.templates import GuildTemplate
from discord_sandbox.model.users import User
from discord_sandbox.model.voice import VoiceState
from discord_sandbox.model.wire import Json


@dataclass(slots=True)
class Role:
    id: int
    name: str
    permissions: int = 0
    position: int = 0
    color: int = 0
    """The first of its colours."""
    hoist: bool = False
    managed: bool = False
    mentionable: bool = False
    bot_id: int | None = None
    secondary_color: int | None = None
    tertiary_color: int | None = None
    icon: str | None = None
    unicode_emoji: str | None = None


DID_REJOIN = 1 << 0
COMPLETED_ONBOARDING, BYPASSES_VERIFICATION, STARTED_ONBOARDING = 1 << 1, 1 << 2, 1 << 3


@dataclass(slots=True)
class Member:
    user: User
    joined_ms: int
    role_ids: list[int] = field(default_factory=list)
    nick: str | None = None
    timeout_until_ms: int | None = None
    flags: int = 0
    mute: bool = False
    deaf: bool = False
    temporary: bool = False
    """Whether they are a member only until they go, or are given a role."""
    avatar: str | None = None
    banner: str | None = None
    bio: str | None = None


@dataclass(slots=True)
class EventException:
    """One date of a recurring event that is moved or called off."""

    id: int
    """When the date was planned by the rule, as a snowflake."""
    start_ms: int | None = None
    end_ms: int | None = None
    canceled: bool = False


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
    exceptions: dict[int, EventException] = field(default_factory=dict)
    declined: dict[int, dict[int, None]] = field(default_factory=dict)
    """For a date of a series, by its snowflake: who is interested in the others only."""
    image: str | None = None


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
    settings: GuildSettings = field(default_factory=GuildSettings)
    icon: str | None = None
    splash: str | None = None
    discovery_splash: str | None = None
    banner: str | None = None
    features: list[str] = field(default_factory=list)
    """What Discord grants a server, and what is switched on in its settings."""
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    """Channels and threads."""
    scheduled_events: dict[int, ScheduledEvent] = field(default_factory=dict)
    stage_instances: dict[int, StageInstance] = field(default_factory=dict)
    """By the stage channel's id."""
    emojis: dict[int, Emoji] = field(default_factory=dict)
    bans: dict[int, str | None] = field(default_factory=dict)
    """Why each user who is banned was, where it was said."""
    stickers: dict[int, Sticker] = field(default_factory=dict)
    invites: dict[str, Invite] = field(default_factory=dict)
    """By their codes."""
    voice_states: dict[int, VoiceState] = field(default_factory=dict)
    """By the user's id."""
    welcome: WelcomeScreen = field(default_factory=WelcomeScreen)
    widget: Widget = field(default_factory=Widget)
    audit_log: list[AuditEntry] = field(default_factory=list)
    """Oldest first."""
    auto_moderation: dict[int, AutoModerationRule] = field(default_factory=dict)
    onboarding: Onboarding = field(default_factory=Onboarding)
    templates: dict[str, GuildTemplate] = field(default_factory=dict)
    """By their codes; there is at most one."""
    sounds: dict[int, Sound] = field(default_factory=dict)
    departed: set[int] = field(default_factory=set)
    """Who was a member once, and is shown as one who came back if they do."""
    version: int = 0
    """Grows with whatever changes who may see what."""


INCOMING_WEBHOOK, FOLLOWER_WEBHOOK, APPLICATION_WEBHOOK = 1, 2, 3


@dataclass(slots=True)
class Webhook:
    """A way into a channel: for whoever has the token, or for what another channel publishes."""

    id: int
    channel_id: int
    guild_id: int
    name: str
    token: str
    creator_id: int
    application_id: int | None = None
    avatar: str | None = None
    type: int = INCOMING_WEBHOOK
    source_channel_id: int | None = None
    """The announcement channel that is followed."""
