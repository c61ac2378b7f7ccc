"""Deliveries to render."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tocsin.dispatch.messenger import Card, Message
from tocsin.reminders.delivery import Kind, RecipientKind

START = datetime(2026, 12, 1, 18, 0, tzinfo=UTC)


def card(**changes: Any) -> Card:
    """An occurrence as deliveries speak of it."""
    return replace(
        Card(
            occurrence_id=7,
            public_id="ruins:2026-12-01T18:00:00+00:00",
            title="Ruins of Ceroli",
            starts_at=START,
            ends_at=START + timedelta(hours=1),
            location="Zone 4",
            description="Bring siege.",
            url="https://calendar.example/ruins",
            category="ruins",
            label="Ruins",
            emoji="🏛️",
            colour=0xC27C0E,
            image_url="https://calendar.example/ruins.png",
            lines=("The gates of {title} open.", "Gather for {title}!"),
            server_id=111_222_333_444_555_666,
            server_name="Kingdom 98",
        ),
        **changes,
    )


def message(card: Card, **changes: Any) -> Message:
    """A delivery of it to a member, an hour before."""
    return replace(
        Message(
            delivery_id=5,
            attempt=1,
            kind=Kind.REMINDER,
            recipient_kind=RecipientKind.MEMBER,
            recipient_id=42,
            channel_id=43,
            lead=3600,
            spoken_start=START,
            token="AbC-_0123456789x",
            nonce="n" * 24,
            plain=False,
            deadline=0.0,
            card=card,
        ),
        **changes,
    )
