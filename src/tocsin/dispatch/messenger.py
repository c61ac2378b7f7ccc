"""What dispatch asks of whoever speaks to Discord. `discord_bot.messenger` implements it."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from tocsin.dispatch.nonce import nonce_of, token_of
from tocsin.dispatch.outcome import Outcome
from tocsin.reminders.delivery import Kind, RecipientKind
from tocsin.store.claims import Claimed


@dataclass(frozen=True, slots=True)
class Card:
    """What a message says of an occurrence; the same for all who are told of it."""

    occurrence_id: int
    public_id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    location: str
    description: str
    url: str
    category: str
    label: str
    emoji: str
    colour: int
    image_url: str | None
    lines: tuple[str, ...]
    server_id: int
    server_name: str


@dataclass(frozen=True, slots=True)
class Message:
    """One delivery, claimed and ready to leave.

    `token` stands in the custom ids of its controls, by which history finds it again; `nonce` is at most 25
    characters. `spoken_start` is the start the delivery speaks of. `plain` asks for a rendering without the
    server's own texts. `deadline` is a reading of the monotonic clock, in seconds, after which no request for it
    may leave. `members` are the ids of those whom a mention names.
    """

    delivery_id: int
    attempt: int
    kind: Kind
    recipient_kind: RecipientKind
    recipient_id: int
    channel_id: int
    lead: int
    spoken_start: datetime
    token: str
    nonce: str
    plain: bool
    deadline: float
    card: Card
    members: tuple[int, ...] = ()


def message_for(claimed: Claimed, card: Card, instance: str, deadline: float) -> Message:
    """The message of a claimed delivery, under the names that `instance` gives it."""
    return Message(
        delivery_id=claimed.id,
        attempt=claimed.attempt,
        kind=claimed.kind,
        recipient_kind=claimed.recipient_kind,
        recipient_id=claimed.recipient_id,
        channel_id=claimed.channel_id,
        lead=claimed.lead,
        spoken_start=claimed.starts_at,
        token=token_of(instance, claimed.id),
        nonce=nonce_of(instance, claimed.id, claimed.revision),
        plain=claimed.plain,
        deadline=deadline,
        card=card,
        members=claimed.members,
    )


@dataclass(frozen=True, slots=True)
class Search:
    """Which of the bot's messages to look for, and where.

    `token` stands in the custom ids of its controls. No message of it can be older than `since`. `in_dm` says that no
    permission can hide what is in the channel.
    """

    channel_id: int
    token: str
    since: datetime
    in_dm: bool


class Sighting(Enum):
    """What a look into a channel's history can show besides the message itself."""

    ABSENT = "absent"
    """Read back to before it could have been sent: it is not there."""
    UNREADABLE = "unreadable"
    """Discord does not show the history, or not as far back as needed: nothing is proven."""
    LATER = "later"
    """Discord could not answer now: look again."""


class Messenger(Protocol):
    """Speaks to Discord. No method raises for what Discord answers; none is ever cancelled half-way."""

    async def send(self, message: Message) -> Outcome:
        """Send one message, with at most one request unless Discord asks for a repeat."""

    async def open_dm(self, member_id: int) -> int | Outcome:
        """The id of the DM channel with the member, opened if need be."""

    async def find(self, search: Search) -> int | Sighting:
        """The id of the bot's message that is looked for, or what its absence is worth."""

    async def delete(self, channel_id: int, message_id: int) -> Outcome:
        """Delete one of the bot's own posts; a post that is gone already counts as deleted."""
