from datetime import UTC, datetime, timedelta

import pytest

from tocsin.dispatch.journal import Journal
from tocsin.reminders.delivery import Kind, Move, RecipientKind
from tocsin.store.claims import Claimed
from tocsin.store.outcomes import Sent, Setback

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def claimed(kind: Kind = Kind.REMINDER) -> Claimed:
    return Claimed(
        id=1,
        attempt=1,
        revision=0,
        kind=kind,
        recipient_kind=RecipientKind.MEMBER,
        recipient_id=2,
        channel_id=3,
        anchor_id=None,
        lead=0,
        starts_at=NOW,
        due_at=NOW - timedelta(seconds=5),
        occurrence_id=4,
        server_id=5,
        plain=False,
        epoch=0,
        claimed_at=NOW,
    )


@pytest.mark.parametrize(("kind", "late"), [(Kind.REMINDER, 1), (Kind.MENTION, 1), (Kind.TEST, 0)])
async def test_a_test_is_left_out_of_the_lateness(kind: Kind, late: int) -> None:
    """It is counted as sent, under its own kind, which whoever looks at reminders does not look at."""
    journal = Journal("i")
    await journal.recorded([Sent(claimed(kind), 9, 3, "Discord's answer", NOW)], [], NOW)
    assert journal.tally.ends["sent", kind.name.lower()] == 1
    assert journal.tally.lateness.buckets()[-1] == ("+Inf", late)
    assert journal.tally.lateness.total == 5.0 * late


async def test_what_never_left_was_no_attempt() -> None:
    """Released, it goes back to where it was: neither an attempt nor an end."""
    journal, before = Journal("i"), Journal("i")
    await journal.recorded([], [Setback(claimed(), Move.RELEASE, "not sent", "revoked")], NOW)
    assert (journal.tally.attempts, journal.tally.ends) == (
        before.tally.attempts,
        before.tally.ends,
    )
