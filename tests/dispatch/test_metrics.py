"""What Prometheus is told of the loops: counted where it happens, by the engine as `bootstrap` puts it together."""

from datetime import timedelta

import sqlalchemy as sa
from tests.dispatch.conftest import Bench, accepted
from tests.scraping import Scraped

from tocsin.dispatch.breaker import Breaker
from tocsin.dispatch.messenger import Sighting
from tocsin.dispatch.outcome import Refused, RetryAt, Scope, Unknown
from tocsin.dispatch.refusals import STOP_FROM
from tocsin.engine import Engine
from tocsin.reminders.delivery import State
from tocsin.store.tables import servers, subscription_pairs

HOUR = 3_600
SOON = timedelta(hours=1, seconds=1)


async def scrape(engine: Engine) -> Scraped:
    return Scraped((await engine.metrics()).decode())


def ends(scraped: Scraped) -> dict[str, float]:
    """How many reminders ended how, without those that are 0."""
    told = {
        dict(labels)["outcome"]: value
        for labels, value in scraped.series("tocsin_deliveries_total").items()
    }
    kinds = {dict(labels)["kind"] for labels in scraped.series("tocsin_deliveries_total")}
    assert kinds <= {"reminder"}
    return told


def attempts(scraped: Scraped) -> dict[tuple[str, str, str], float]:
    """How many attempts had which outcome, by recipient and code, without those that are 0."""
    return {
        (one["recipient"], one["outcome"], one["code"]): value
        for labels, value in scraped.series("tocsin_attempts_total").items()
        for one in (dict(labels),)
    }


async def test_at_the_start_everything_is_told_as_nothing(bench: Bench) -> None:
    """What has not happened yet is 0 and not absent: the first failure is a rise that an alert can see."""
    async with bench.running() as engine:
        await bench.until(lambda: all(one.running for one in engine.supervisor.health.values()))
        told = await scrape(engine)
    assert told("tocsin_deliveries_total", outcome="missed", kind="reminder") == 0
    assert told("tocsin_claims_total", kind="mention") == 0
    assert told("tocsin_attempts_total", recipient="member", outcome="refused", code="") == 0
    assert told("tocsin_delivery_lateness_seconds_count") == 0
    assert told("tocsin_loop_failures_total", loop="dispatch") == 0
    assert told("tocsin_loop_running", loop="dispatch") == 1
    for name in ("held", "stopped"):
        assert told(f"tocsin_sending_{name}") == 0
    for name in ("pending", "ready", "behind_seconds", "in_flight"):
        assert told(f"tocsin_deliveries_{name}") == 0


async def test_what_is_sent_and_what_is_put_off_is_counted(bench: Bench) -> None:
    """Three attempts for two reminders, which arrived within the second; the post in the channel is counted apart."""
    channel = sa.update(servers).values(windows=[HOUR])
    bench.store.write_now(lambda connection: connection.execute(channel))
    bench.messenger.answers = [lambda _: RetryAt("busy", 0.05, 503, 130000)]
    bench.member(1, HOUR)
    bench.event(SOON)
    async with bench.running() as engine:
        await bench.until(lambda: engine.dispatcher.sent == 2)
        told = await scrape(engine)
    assert ends(told) == {"sent": 2}
    assert told("tocsin_claims_total", kind="reminder") == 3
    told_to = sorted(one.recipient_kind.name.lower() for one in bench.messenger.sent)
    busy = bench.messenger.sent[0].recipient_kind.name.lower()
    assert told_to == sorted(["channel", "member", busy])
    assert attempts(told) == {
        (busy, "retry", "130000"): 1,
        ("member", "accepted", ""): 1,
        ("channel", "accepted", ""): 1,
    }
    name = "tocsin_delivery_lateness_seconds"
    assert told(f"{name}_count") == 2
    assert told(f"{name}_bucket", le="10.0") == 2
    assert 0 < (told(f"{name}_sum") or 0) < 20


async def test_a_refusal_for_good_is_counted_with_its_code(bench: Bench) -> None:
    """One closed its DMs: its reminder failed, the other's was sent."""
    bench.messenger.answers = [lambda _: Refused("closed", Scope.MEMBER, 403, 50007), accepted]
    bench.member(1, HOUR)
    bench.member(2, HOUR)
    bench.event(SOON)
    async with bench.running() as engine:
        await bench.until(lambda: State.FAILED in bench.states().values())
        await bench.until(lambda: engine.dispatcher.sent == 1)
        told = await scrape(engine)
    assert ends(told) == {"sent": 1, "failed": 1}
    assert attempts(told) == {
        ("member", "refused", "50007"): 1,
        ("member", "accepted", ""): 1,
    }


async def test_what_is_in_doubt_is_counted_and_then_how_it_was_settled(bench: Bench) -> None:
    """Three lost answers: one had arrived, one had not and is sent again, of one nobody can ever know."""
    bench.messenger.answers = [lambda _: Unknown("no answer")] * 3
    bench.messenger.sightings = [4_711, Sighting.ABSENT, Sighting.UNREADABLE]
    for member in (1, 2, 3):
        bench.member(member, HOUR)
    bench.event(SOON)
    async with bench.running() as engine:
        await bench.until(lambda: list(bench.states().values()) == [State.UNKNOWN] * 3)
        assert ends(await scrape(engine)) == {}
        bench.clock.shift(timedelta(seconds=20))
        await bench.until(lambda: sum(ends_of(engine).values()) == 3)
        told = await scrape(engine)
    assert ends(told) == {"sent": 2, "failed": 1}
    assert attempts(told) == {("member", "unknown", ""): 3, ("member", "accepted", ""): 1}
    assert told("tocsin_delivery_lateness_seconds_count") == 2


def ends_of(engine: Engine) -> dict[tuple[str, ...], int]:
    """What ended, by the tally itself: looked at while something is waited for."""
    return dict(engine.dispatcher.journal.tally.ends)


async def test_what_was_due_while_nothing_ran_is_counted(bench: Bench) -> None:
    """Back at ten past the start of one event and long after another: sent, superseded, and missed."""
    bench.member(1, HOUR, 0)
    bench.event(timedelta(minutes=60))
    bench.event(timedelta(hours=2))
    bench.clock.shift(timedelta(hours=2, minutes=10))
    async with bench.running() as engine:
        await bench.until(lambda: engine.dispatcher.sent == 1)
        told = await scrape(engine)
    assert ends(told) == {"sent": 1, "superseded": 1, "missed": 2}
    # Due ten minutes ago: that is how late it is, however fast it went out then.
    assert told("tocsin_delivery_lateness_seconds_bucket", le="300.0") == 0
    assert told("tocsin_delivery_lateness_seconds_bucket", le="900.0") == 1


async def test_what_was_staged_before_nothing_ran_is_counted(bench: Bench) -> None:
    """A channel's post, and reminders that waited already: what is late is left out where the server wants it so."""
    drop = sa.update(servers).values(drop_late=True, windows=[HOUR])
    bench.store.write_now(lambda connection: connection.execute(drop))
    bench.member(1, HOUR)
    bench.event(timedelta(minutes=61))
    bench.event(timedelta(minutes=90))
    async with bench.running():
        await bench.until(lambda: bench.states() == {(1, HOUR): State.PENDING})
    bench.clock.shift(timedelta(minutes=40))
    async with bench.running() as engine:
        await bench.until(lambda: sum(ends_of(engine).values()) == 4)
        told = await scrape(engine)
    assert ends(told) == {"missed": 4}
    assert bench.messenger.sent == []


async def test_what_nobody_wants_when_its_turn_comes_is_counted(bench: Bench) -> None:
    """The second look finds the subscription gone, and another reminder of no more use."""
    bench.member(1, HOUR)
    bench.member(2, HOUR)
    bench.event(timedelta(minutes=61))
    async with bench.running() as engine:
        await bench.until(lambda: len(bench.states()) == 2)
        # Gone without the cancellation that unsubscribing brings: only the second look is left to see it.
        gone = sa.delete(subscription_pairs).where(subscription_pairs.c.member_id == 1)
        await bench.store.write(lambda connection: connection.execute(gone))
        engine.dispatcher.hold()
        bench.clock.shift(timedelta(minutes=1, seconds=1))
        told = await scrape(engine)
        assert told("tocsin_deliveries_pending") == 2
        assert told("tocsin_deliveries_ready") == 2
        # An hour ahead it may give way for three minutes to what is more urgent.
        assert told("tocsin_deliveries_behind_seconds") == 0
        bench.clock.shift(timedelta(minutes=5, seconds=1))
        told = await scrape(engine)
        assert 50 < (told("tocsin_deliveries_behind_seconds") or 0) < 90
        engine.dispatcher.open()
        engine.dispatcher.wake()
        await bench.until(lambda: sum(ends_of(engine).values()) == 2)
        told = await scrape(engine)
    assert ends(told) == {"sent": 1, "cancelled": 1}
    assert told("tocsin_deliveries_ready") == 0


async def test_what_waits_until_it_is_of_no_use_is_counted(bench: Bench) -> None:
    """Nothing could be sent for hours: the sweep ends it."""
    bench.member(1, HOUR)
    bench.event(SOON)
    async with bench.running() as engine:
        await bench.until(lambda: len(bench.states()) == 1)
        engine.dispatcher.refusals.restore(f'{{"{_minute(bench)}": {STOP_FROM}}}')
        told = await scrape(engine)
        assert told("tocsin_discord_refusals_recent") == STOP_FROM
        assert told("tocsin_sending_held") == 1
        await bench.store.write(
            lambda connection: connection.execute(
                sa.text("UPDATE deliveries SET expires_at = :now"),
                {"now": int(bench.clock.now().timestamp() * 1000)},
            )
        )
        bench.clock.shift(timedelta(seconds=11))
        await bench.until(lambda: sum(ends_of(engine).values()) == 1)
        told = await scrape(engine)
    assert ends(told) == {"missed": 1}


def _minute(bench: Bench) -> int:
    return int(bench.clock.now().timestamp()) // 60


async def test_a_refused_token_is_told(bench: Bench) -> None:
    """It stops everything."""
    bench.messenger.answers = [lambda _: Refused("the token is invalid", Scope.BOT, 401)]
    bench.member(1, HOUR)
    bench.event(SOON)
    async with bench.running() as engine:
        await bench.until(lambda: engine.pacer.stopped is not None)
        assert (await scrape(engine))("tocsin_sending_stopped") == 1


async def test_direct_messages_that_are_held_are_told(bench: Bench) -> None:
    """By the breaker, after a handful of refusals that are not Discord's, for ten minutes."""
    bench.messenger.answers = [lambda _: RetryAt("a proxy", status=403)] * 100
    for member in range(1, 11):
        bench.member(member, HOUR)
    bench.event(SOON)
    async with bench.running() as engine:
        await bench.until(lambda: engine.dispatcher.breaker.room(bench.clock.now(), 0) == 0)
        assert (await scrape(engine))("tocsin_dms_held") == 1
        await bench.until(lambda: not engine.dispatcher.in_flight)
        engine.dispatcher.hold()
        bench.clock.shift(Breaker.PAUSE)
        assert (await scrape(engine))("tocsin_dms_held") == 0


async def test_what_is_under_way_is_told(bench: Bench) -> None:
    """Claimed and not answered yet: in flight, and no longer pending."""
    bench.messenger.answering.clear()
    bench.member(1, HOUR)
    bench.event(SOON)
    async with bench.running() as engine:
        await bench.until(lambda: len(bench.messenger.sent) == 1)
        told = await scrape(engine)
        assert told("tocsin_deliveries_in_flight") == 1
        assert told("tocsin_deliveries_pending") == 0
        bench.messenger.answering.set()
        await bench.until(lambda: engine.dispatcher.sent == 1)
        assert (await scrape(engine))("tocsin_deliveries_in_flight") == 0


async def test_a_database_that_cannot_be_read_hides_only_what_is_in_it(bench: Bench) -> None:
    """Then the failures of the loops are what is looked for, and they are told."""
    async with bench.running() as engine:
        await bench.store.write(_rename, "deliveries", "away")
        await bench.until(lambda: engine.supervisor.health["recovery"].failures_total > 0)
        told = await scrape(engine)
        assert told("tocsin_deliveries_pending") is None
        assert (told("tocsin_loop_failures_total", loop="recovery") or 0) > 0
        await bench.store.write(_rename, "away", "deliveries")
        assert (await scrape(engine))("tocsin_deliveries_pending") == 0


def _rename(connection: sa.Connection, table: str, to: str) -> None:
    connection.execute(sa.text(f"ALTER TABLE {table} RENAME TO {to}"))
