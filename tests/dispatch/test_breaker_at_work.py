"""Refusals that are not the members' doing: DMs wait, and nobody is suspended for it."""

from datetime import timedelta

import sqlalchemy as sa
from tests.dispatch.conftest import Bench

from tocsin.dispatch.outcome import Refused, RetryAt, Scope
from tocsin.reminders.delivery import State
from tocsin.store.claims import next_ready
from tocsin.store.tables import dm_channels

HOUR = 3_600


async def test_refusals_of_too_many_suspend_nobody(bench: Bench) -> None:
    """Who was suspended before that showed is resumed; after ten minutes five are tried, and then all go on."""
    closed = Refused("closed", Scope.MEMBER, 403, 50007)
    bench.messenger.answers = [lambda _: closed] * 40
    for member in range(1, 16):
        bench.member(member, HOUR)
    bench.event(timedelta(minutes=60, seconds=1))
    async with bench.running() as engine:
        await bench.until(lambda: list(bench.states().values()) == [State.FAILED] * 15)
        assert suspended(bench) == 15
        for member in range(16, 41):
            bench.member(member, HOUR)
        await bench.until(lambda: not bench.messenger.answers)
        await bench.until(lambda: not engine.dispatcher.in_flight)
        assert suspended(bench) == 0
        bench.messenger.answering.clear()
        bench.clock.shift(timedelta(minutes=10, seconds=5))
        await bench.until(lambda: len(bench.messenger.sent) == 45)
        engine.dispatcher.wake()
        await bench.store.read(next_ready)
        assert len(bench.messenger.sent) == 45
        bench.messenger.answering.set()
        bench.clock.shift(timedelta(minutes=11))
        await bench.until(lambda: engine.dispatcher.sent == 25)
    assert sorted(bench.states().values()) == [State.SENT] * 25 + [State.FAILED] * 15


def suspended(bench: Bench) -> int:
    """How many members' DMs are suspended."""

    def unit(connection: sa.Connection) -> int:
        held = dm_channels.c.suspended_because.is_not(None)
        return connection.scalar(sa.select(sa.func.count()).where(held)) or 0

    return bench.store.read_now(unit)


async def test_a_proxy_that_refuses_is_asked_a_handful_of_times(bench: Bench) -> None:
    """Its answers say nothing about members, and are not worth one for each of them."""
    bench.messenger.answers = [lambda _: RetryAt("a proxy", status=403)] * 1_000
    for member in range(1, 201):
        bench.member(member, HOUR)
    bench.event(timedelta(minutes=60, seconds=1))
    async with bench.running(rate=50) as engine:
        await bench.until(lambda: engine.dispatcher.breaker.room(bench.clock.now(), 0) == 0)
        await bench.until(lambda: not engine.dispatcher.in_flight)
        before = len(bench.messenger.sent)
        bench.clock.shift(timedelta(minutes=2))
        await bench.until(lambda: not bench.ready())
        assert len(bench.messenger.sent) == before <= 40
    assert suspended(bench) == 0
    assert set(bench.states().values()) == {State.PENDING}
