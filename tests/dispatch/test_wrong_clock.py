"""By a clock that is known to be wrong nothing is given up and nothing forgotten."""

from datetime import datetime, timedelta
from email.utils import format_datetime

import sqlalchemy as sa
from tests.dispatch.conftest import Bench
from tests.store.stored_calendar import SERVER

from tocsin.engine import Engine
from tocsin.reminders.delivery import State
from tocsin.store.tables import occurrences

HOUR = 3_600


async def _told_the_time(bench: Bench, ahead: timedelta) -> Engine:
    """An engine whose clock is ahead, as Discord's answer to the log-in has just told it."""
    engine = await bench.engine()
    right = bench.clock.now()
    bench.clock.shift(ahead)
    _answer(engine, right)
    assert engine.dispatcher.skew.holds()
    return engine


def _answer(engine: Engine, right: datetime) -> None:
    date = format_datetime(right.replace(microsecond=0), usegmt=True)
    skew = engine.dispatcher.skew
    skew.answered(date, skew.leaving())


async def test_what_is_due_by_a_wrong_clock_is_not_missed(bench: Bench) -> None:
    """Three hours ahead at the start: once it is right, each reminder comes in its time."""
    bench.member(1, HOUR, 0)
    bench.event(timedelta(minutes=70))
    engine = await _told_the_time(bench, timedelta(hours=3))
    await engine.start()
    try:
        # Two looks of the sweep and of the planner, by a clock that goes on being wrong.
        bench.clock.shift(timedelta(hours=3, seconds=11))
        bench.clock.shift(timedelta(hours=3, seconds=22))
        await bench.until(lambda: all(loop.running for loop in engine.supervisor.health.values()))
        assert bench.states() == {}
        bench.clock.shift(timedelta())
        _answer(engine, bench.clock.now())
        bench.clock.shift(timedelta(minutes=10, seconds=5))
        await bench.until(lambda: bench.states().get((1, HOUR)) is State.SENT)
        bench.clock.shift(timedelta(minutes=70, seconds=5))
        await bench.until(lambda: bench.states().get((1, 0)) is State.SENT)
    finally:
        await engine.stop()


async def test_what_is_over_by_a_wrong_clock_is_not_forgotten(bench: Bench) -> None:
    """Forty days ahead: what is on the calendar for tomorrow is still there afterwards."""
    bench.member(1, HOUR)
    event = bench.event(timedelta(days=1))
    engine = await _told_the_time(bench, timedelta(days=40))
    await engine.start()
    try:
        bench.clock.shift(timedelta(days=40, hours=2))
        await bench.until(lambda: all(loop.running for loop in engine.supervisor.health.values()))
        bench.clock.shift(timedelta())
        _answer(engine, bench.clock.now())
        bench.clock.shift(timedelta(hours=23, seconds=5))
        await bench.until(lambda: bench.states().get((1, HOUR)) is State.SENT)
    finally:
        await engine.stop()
    rows = sa.select(occurrences.c.id).where(occurrences.c.server_id == SERVER)
    assert bench.store.read_now(lambda c: list(c.scalars(rows))) == [event]
