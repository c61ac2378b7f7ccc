"""What goes out when it is too late to be in time, and what does not."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from tests.dispatch.conftest import Bench
from tests.store.stored_calendar import SERVER

from tocsin.calendar.presets import KVK
from tocsin.dispatch.messenger import Sighting
from tocsin.dispatch.outcome import RetryAt, Unknown
from tocsin.reminders.delivery import RecipientKind, State
from tocsin.store.claims import claim
from tocsin.store.servers import find_server
from tocsin.store.setting_up import set_up
from tocsin.store.staging import stage
from tocsin.store.tables import servers as server_table

HOUR, DAY = 3_600, 86_400
MINUTE = timedelta(minutes=1)
ALL = (DAY, 4 * HOUR, HOUR, 0)


def told(bench: Bench, occurrence_id: int, kind: RecipientKind = RecipientKind.MEMBER) -> list[int]:
    """The leads of what was sent of an occurrence, in its order."""
    return [
        one.lead
        for one in bench.messenger.sent
        if one.recipient_kind is kind and one.card.occurrence_id == occurrence_id
    ]


async def all_else_gone_through(bench: Bench) -> None:
    """Wait for a reminder that falls due after everything that may be due by now."""
    last = bench.event(timedelta(seconds=1))
    await bench.until(lambda: 0 in told(bench, last))


def windows(bench: Bench, *leads: int) -> None:
    """The channel is told at these leads from now on."""
    set_windows = sa.update(server_table).values(windows=list(leads))
    bench.store.write_now(lambda connection: connection.execute(set_windows))


@pytest.fixture(autouse=True)
def _members_only(bench: Bench) -> None:
    windows(bench)


@pytest.mark.parametrize(
    ("down", "sent"),
    [
        (timedelta(hours=1, seconds=30), [HOUR]),  # within the grace: as if in time
        (timedelta(hours=1, minutes=30), [HOUR]),
        (timedelta(hours=2, seconds=30), [0]),
        (timedelta(hours=2, minutes=10), [0]),
        (timedelta(hours=2, minutes=16), []),  # of no use to anybody any more
    ],
)
async def test_after_a_time_in_which_nothing_ran(
    bench: Bench, down: timedelta, sent: list[int]
) -> None:
    """Two hours before the start it stops, and comes back: once, with the nearest lead, while that is of use."""
    bench.member(1, *ALL)
    event = bench.event(timedelta(hours=2))
    bench.clock.shift(down)
    async with bench.running():
        await all_else_gone_through(bench)
    assert told(bench, event) == sent


@pytest.mark.parametrize(
    ("ahead", "sent"),
    [(timedelta(minutes=30), [HOUR]), (timedelta(hours=3), []), (timedelta(minutes=59), [HOUR])],
)
async def test_an_event_that_comes_in_late_is_told_once_if_it_is_near(
    bench: Bench, ahead: timedelta, sent: list[int]
) -> None:
    """Imported within the hour before its start the nearest lead that passed is made up for; earlier none is."""
    bench.member(1, *ALL)
    async with bench.running():
        event = bench.event(ahead)
        await all_else_gone_through(bench)
    assert told(bench, event) == sent


@pytest.mark.parametrize("theirs", [(HOUR, 4 * HOUR, 0), (4 * HOUR, 0), (0,)])
async def test_windows_that_are_widened_make_up_for_the_nearest(
    bench: Bench, theirs: tuple[int, ...]
) -> None:
    """Half an hour before the start: the channel is told once, whether or not members had asked for that lead."""
    windows(bench, 0)
    bench.member(1, *theirs)
    event = bench.event(timedelta(hours=4, minutes=30))
    async with bench.running() as engine:
        await bench.until(lambda: bench.store.read_now(_staged_by_now, bench))
        bench.clock.shift(timedelta(hours=4))
        await bench.until(lambda: told(bench, event) == list(theirs[:-1][:1]))
        for _ in range(2):
            await bench.store.write(_set_up, bench, (4 * HOUR, HOUR, 0))
            engine.planner.wake()
            await all_else_gone_through(bench)
    assert told(bench, event, RecipientKind.CHANNEL) == [HOUR]


def _staged_by_now(connection: sa.Connection, bench: Bench) -> bool:
    unstaged = sa.text("SELECT 1 FROM firings WHERE staged_at IS NULL AND due_at <= :now")
    now = int(bench.clock.now().timestamp() * 1000)
    return connection.scalar(unstaged, {"now": now}) is None


def _set_up(connection: sa.Connection, bench: Bench, leads: tuple[int, ...]) -> None:
    before = find_server(connection, SERVER)
    assert before is not None
    assert before.channel_id is not None
    set_up(
        connection,
        SERVER,
        bench.clock.now(),
        name=before.name,
        channel_id=before.channel_id,
        anchor_id=1,
        preset=KVK,
        windows=leads,
        zone=before.zone,
        actor="an admin",
    )


async def test_a_clock_that_jumps_ahead_calls_once(bench: Bench) -> None:
    """Or a machine that slept: of what was skipped only the nearest to now goes out."""
    bench.member(1, *ALL)
    event = bench.event(timedelta(hours=4, minutes=30))
    async with bench.running() as engine:
        await bench.until(lambda: bench.store.read_now(_staged_by_now, bench))
        bench.clock.shift(timedelta(hours=4))
        await bench.until(lambda: engine.dispatcher.sent == 1)
        await bench.until(lambda: bench.states().get((1, 4 * HOUR)) is State.SUPERSEDED)
        bench.clock.shift(timedelta(hours=4, minutes=30))
        await bench.until(lambda: engine.dispatcher.sent == 2)
    assert told(bench, event) == [HOUR, 0]


async def test_a_clock_that_jumps_back_repeats_nothing(bench: Bench) -> None:
    """What was told is not told again when its time comes for the second time; what was not, in its time."""
    bench.member(1, *ALL)
    bench.event(timedelta(hours=1, seconds=1))
    async with bench.running() as engine:
        await bench.until(lambda: engine.dispatcher.sent == 1)
        bench.clock.shift(-timedelta(hours=2))
        bench.member(2, HOUR)
        bench.clock.shift(-MINUTE)
        bench.clock.shift(timedelta(seconds=5))
        await bench.until(lambda: (2, HOUR) in bench.states())
        bench.clock.shift(timedelta(hours=1, seconds=2))
        await bench.until(lambda: {one.recipient_id for one in bench.messenger.sent} == {1, 2})
        await bench.until(lambda: bench.states().get((1, 0)) is State.SENT)
    mine = [one.lead for one in bench.messenger.sent if one.recipient_id == 1]
    assert mine == [HOUR, 0]


@pytest.mark.parametrize(
    "answer", [Unknown("no answer", 503), RetryAt("busy", 40.0, 503)], ids=["doubt", "refused"]
)
async def test_a_reminder_at_the_start_outlives_a_503(
    bench: Bench, answer: Unknown | RetryAt
) -> None:
    """It is late then, but of use, and says so truly; with the same nonce."""
    bench.messenger.answers = [lambda _: answer]
    bench.messenger.sightings = [Sighting.ABSENT]
    bench.member(1, 0)
    bench.event(timedelta(seconds=1))
    async with bench.running() as engine:
        await bench.until(lambda: len(bench.messenger.sent) == 1)
        await bench.until(lambda: not engine.dispatcher.in_flight)
        bench.clock.shift(timedelta(minutes=2))
        await bench.until(lambda: engine.dispatcher.sent == 1)
    first, again = bench.messenger.sent
    assert first.nonce == again.nonce
    assert bench.states() == {(1, 0): State.SENT}


@pytest.mark.parametrize("seen", [Sighting.ABSENT, 4_711])
async def test_a_reminder_at_the_start_outlives_a_crash(bench: Bench, seen: Sighting | int) -> None:
    """Claimed by a process that is gone: the next looks for it, and sends it unless it had arrived."""
    bench.messenger.sightings = [seen]
    bench.member(1, 0)
    event = bench.event(timedelta(seconds=1))

    def crash(connection: sa.Connection) -> None:
        now = bench.clock.now() + timedelta(seconds=2)
        while stage(connection, now, grace=MINUTE).more:
            pass
        assert len(claim(connection, now, "gone", 10).taken) == 1

    bench.store.write_now(crash)
    bench.clock.shift(timedelta(minutes=3))
    async with bench.running():
        await bench.until(lambda: bench.states() == {(1, 0): State.SENT})
    assert told(bench, event) == ([0] if seen is Sighting.ABSENT else [])


async def test_what_waits_for_its_turn_is_not_taken_for_late(bench: Bench) -> None:
    """A busy minute is no reason to leave reminders out: both leads that wait go out when they can."""
    busy = [lambda _: RetryAt("busy", 0.3)] * 2
    bench.messenger.answers = [*busy]
    bench.member(1, HOUR)
    bench.member(2, HOUR)
    bench.event(timedelta(hours=1, seconds=1))
    async with bench.running() as engine:
        await bench.until(lambda: engine.dispatcher.sent == 2)
    assert [one.attempt for one in bench.messenger.sent] == [1, 1, 2, 2]


async def test_a_server_can_leave_out_what_is_late(bench: Bench) -> None:
    """After a time in which nothing ran, for a late subscription and for an import: nothing is made up for."""
    drop = sa.update(server_table).values(drop_late=True, windows=[4 * HOUR, HOUR, 0])
    bench.store.write_now(lambda connection: connection.execute(drop))
    bench.member(1, *ALL)
    waiting = bench.event(timedelta(hours=4, seconds=2))

    def begin(connection: sa.Connection) -> None:
        while stage(connection, bench.clock.now() + timedelta(seconds=2), grace=MINUTE).more:
            pass

    bench.store.write_now(begin)
    bench.clock.shift(timedelta(hours=3, minutes=20))
    async with bench.running():
        imported = bench.event(timedelta(minutes=40, seconds=2))
        bench.member(2, *ALL)
        await all_else_gone_through(bench)
        assert [one.lead for one in bench.messenger.sent] == [0, 0, 0]
        bench.clock.shift(timedelta(hours=4, seconds=20))
        await bench.until(lambda: len(told(bench, waiting) + told(bench, imported)) == 4)
    assert {one.lead for one in bench.messenger.sent} == {0}
    assert bench.states()[1, 4 * HOUR] is State.MISSED
