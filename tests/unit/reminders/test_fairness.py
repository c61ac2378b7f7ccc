"""No server waits for another: claims go by a key, and this is what it does to a neighbour's ten."""

import heapq
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.reminders.lead import DAY, HOUR, LONGEST
from tocsin.reminders.plan import GAP, due_at, order_base

BURST, TEN = 100_000, 10
RATE = 49
"""Of Discord's fifty one is kept back."""
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TWO_SECONDS = timedelta(seconds=2)


def keys(due: datetime, lead: int, recipients: int) -> Iterator[datetime]:
    """The keys of all recipients of one firing, in the order in which they are claimed."""
    base = order_base(due + timedelta(seconds=lead), lead)
    return (base + GAP * place for place in range(1, recipients + 1))


def last_delay(burst_lead: int, lead: int, after: timedelta) -> timedelta:
    """How long after it was due the last of ten leaves, due `after` the burst was; 49 leave each second."""
    due = NOON + after
    ten = list(keys(due, lead, TEN))
    burst = keys(NOON, burst_lead, BURST)
    # What left before the ten were due left without regard to them; from then on the smaller key goes first.
    gone = int(after.total_seconds() * RATE)
    rest = (key for number, key in enumerate(burst) if number >= gone)
    for turn, (_, mine) in enumerate(
        heapq.merge(((key, False) for key in rest), ((key, True) for key in ten))
    ):
        ten = ten[1:] if mine else ten
        if not ten:
            return timedelta(seconds=turn / RATE)
    raise AssertionError("the ten never left")


leads = st.sampled_from((0, 300, HOUR, 4 * HOUR, DAY, LONGEST))


@settings(max_examples=25)
@given(leads, leads, st.integers(0, 1_990))
def test_a_burst_delays_a_neighbours_ten_by_two_seconds_at_most(
    one: int, other: int, after: int
) -> None:
    """Of a hundred thousand in another server, at any point of its 2,000 seconds; a lead as near or nearer."""
    burst_lead, lead = max(one, other), min(one, other)
    delay = last_delay(burst_lead, lead, timedelta(seconds=after))
    assert delay <= TWO_SECONDS


@settings(max_examples=25)
@given(leads, leads, st.integers(0, 1_000))
def test_a_longer_lead_waits_for_no_more_than_its_share(one: int, other: int, after: int) -> None:
    """Ahead of time, ten give way to a burst that is nearer to its start, by 5 % of their lead, 10 minutes at most."""
    burst_lead, lead = min(one, other), max(one, other)
    delay = last_delay(burst_lead, lead, timedelta(seconds=after))
    start = NOON + timedelta(seconds=lead)
    gives_way = order_base(start, lead) - due_at(start, lead)
    assert delay <= gives_way + TWO_SECONDS
    assert gives_way <= timedelta(minutes=10)
