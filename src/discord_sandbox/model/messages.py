"""Messages and what is in them."""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec import Struct

from discord_sandbox.model.users import User
from discord_sandbox.model.wire import Json

RECIPIENT_ADD, RECIPIENT_REMOVE = 1, 2
PINNED_MESSAGE, MEMBER_JOINED, CHANNEL_FOLLOWED, THREAD_CREATED = 6, 7, 12, 18
AUTO_MODERATION_ACTION = 24
STAGE_START, STAGE_END, STAGE_TOPIC = 27, 28, 31
POLL_RESULT = 46
SYSTEM_TYPES = frozenset(
    {
        RECIPIENT_ADD,
        RECIPIENT_REMOVE,
        PINNED_MESSAGE,
        MEMBER_JOINED,
        CHANNEL_FOLLOWED,
        THREAD_CREATED,
        AUTO_MODERATION_ACTION,
        STAGE_START,
        STAGE_END,
        STAGE_TOPIC,
        POLL_RESULT,
    }
)
"""Messages that Discord itself makes of what somebody did."""

CROSSPOSTED = 1 << 0
IS_CROSSPOST = 1 << 1
SUPPRESS_EMBEDS = 1 << 2
SOURCE_MESSAGE_DELETED = 1 << 3
HAS_THREAD = 1 << 5
EPHEMERAL = 1 << 6
LOADING = 1 << 7
SUPPRESS_NOTIFICATIONS = 1 << 12
IS_VOICE_MESSAGE = 1 << 13
HAS_SNAPSHOT = 1 << 14
IS_COMPONENTS_V2 = 1 << 15


@dataclass(slots=True)
class Attachment:
    id: int
    filename: str
    content: bytes
    content_type: str | None = None
    description: str | None = None
    ephemeral: bool = False
    duration_secs: float | None = None
    waveform: str | None = None
    """Of a sound: how long it is, and samples of how loud, in base64."""


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
    webhook_avatar: str | None = None
    activity: Json | None = None
    """An invitation to an activity that was launched: `application` and `activity`."""
    interaction: Json | None = None
    """`interaction_metadata`, and the command's name under "name" where one was run."""
    reader_id: int | None = None
    """Whom an ephemeral message is for."""
    thread_id: int | None = None
    stickers: tuple[Json, ...] = ()
    theme: Json | None = None
    """`shared_client_theme`."""
