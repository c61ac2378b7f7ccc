"""Channels of every type; threads and DMs are channels, too."""

from __future__ import annotations

from dataclasses import dataclass, field

from discord_sandbox.model.messages import Message
from discord_sandbox.model.wire import Json

GUILD_TEXT, DM, GUILD_VOICE, GROUP_DM, GUILD_CATEGORY, GUILD_ANNOUNCEMENT = 0, 1, 2, 3, 4, 5
ANNOUNCEMENT_THREAD, PUBLIC_THREAD, PRIVATE_THREAD = 10, 11, 12
GUILD_STAGE, GUILD_FORUM, GUILD_MEDIA = 13, 15, 16
FORUM_TYPES = frozenset({GUILD_FORUM, GUILD_MEDIA})
VOICE_TYPES = frozenset({GUILD_VOICE, GUILD_STAGE})

PINNED = 1 << 1
REQUIRE_TAG = 1 << 4
HIDE_MEDIA_DOWNLOAD_OPTIONS = 1 << 15


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
    status: str | None = None


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
    """Both people of a DM, or all of a group's."""
    owner_id: int | None = None
    """Who owns a DM of several people."""
    flags: int = 0
    default_auto_archive_minutes: int | None = None
    default_thread_rate_limit: int = 0
    thread: Thread | None = None
    forum: Forum | None = None
    voice: Voice | None = None
    published: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    """Of an announcement channel: the copies of its messages as (channel id, message id)."""
    messages: dict[int, Message] = field(default_factory=dict)
    message_ids: list[int] = field(default_factory=list)
    ephemeral: dict[int, Message] = field(default_factory=dict)
    last_message_id: int | None = None
    last_pin_ms: int | None = None
    nonces: dict[tuple[int, str], tuple[int, int]] = field(default_factory=dict)
    """(author, nonce) → (when in ms, message id), oldest first."""
    audience_cache: tuple[int, frozenset[int]] | None = None
    granted_cache: tuple[int, dict[int, int]] | None = None
