from datetime import timedelta

import sqlalchemy as sa
from tests.dispatch.conftest import Bench
from tests.store.stored_calendar import SERVER

from tocsin.dispatch.outcome import Refused, Scope
from tocsin.reminders.delivery import Kind, State
from tocsin.store.subscriptions import remove_subscription
from tocsin.store.tables import servers

HOUR, CLOSED_DMS = 3_600, 900


async def test_unsubscribing_waits_for_a_mention_that_names_the_member(bench: Bench) -> None:
    """Whose DM was refused is mentioned; who unsubscribes while that is under way hears that it may still appear."""
    choose = sa.update(servers).values(mention_channel_id=CLOSED_DMS, windows=[])
    bench.store.write_now(lambda connection: connection.execute(choose))
    bench.messenger.answers = [lambda _: Refused("closed", Scope.MEMBER, 403, 50007)] * 2
    for member in (1, 2):
        bench.member(member, HOUR)
    bench.event(timedelta(minutes=60, seconds=1))
    async with bench.running() as engine:
        await bench.until(lambda: len(bench.messenger.sent) == 2)
        bench.messenger.answering.clear()
        await bench.until(lambda: set(bench.states().values()) == {State.FAILED})
        bench.clock.shift(timedelta(seconds=10))
        await bench.until(lambda: len(bench.messenger.sent) == 3)
        mention = bench.messenger.sent[-1]
        assert (mention.kind, mention.channel_id) == (Kind.MENTION, CLOSED_DMS)
        assert sorted(mention.members) == [1, 2]
        await bench.store.write(remove_subscription, SERVER, 2, bench.clock.now())
        assert await engine.dispatcher.revoke(SERVER, 2) == 1
        assert await engine.dispatcher.revoke(SERVER, 3) == 0
        bench.messenger.answering.set()
