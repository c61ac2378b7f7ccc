"""The harness sees what happens without each safeguard, and nothing of the kind with all of them."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.faults.bot import Bots, Nursery
from tests.faults.campaign import LENGTH, Campaign
from tests.faults.conftest import STRANGERS
from tests.faults.judge import Verdict
from tests.faults.plan import RIPE, SEND, Hold, Logged, Plan, Strike
from tests.faults.power import Power
from tests.faults.run import PAST_THE_WINDOW, Run
from tests.faults.world import Call, World

from tocsin.reminders.delivery import State
from tocsin.store.engine import Connection
from tocsin.store.tables import deliveries, occurrences

Scenario = Callable[[Run], Awaitable[None]]
EVENING = timedelta(hours=3)


async def _called(run: Run) -> None:
    """Three occurrences for a third of the members each."""
    campaign = Campaign(run, Plan(1, PAST_THE_WINDOW))
    await campaign.fill()
    await campaign.call_all()


async def killed_after_arrival(run: Run) -> None:
    """Killed while the messages exist and their answers are under way; started again when no nonce is remembered."""
    await _called(run)
    await run.strike(Strike(Hold("after", SEND, held=3), step=PAST_THE_WINDOW, patient=True))
    await run.settle()


async def let_through_late(run: Run) -> None:
    """Killed while requests hang before their effect, which comes when the next bot has sent them again."""
    await _called(run)
    await run.strike(Strike(Hold("before", SEND, held=3), late=True, step=RIPE, patient=True))
    await run.settle(late=True)


async def power_lost(run: Run) -> None:
    """The power fails amid the burst, and is back when no nonce is remembered."""
    await _called(run)
    run.power = Power(run.world.database, run.world.database.with_name("synced"))
    await run.strike(Strike(Logged("sent", 5), patient=True))
    await run.strike(Strike(Hold("after", SEND, held=3), step=PAST_THE_WINDOW, patient=True))
    await run.settle()


async def moved_and_back(run: Run) -> None:
    """Amid the burst two events that share category and start are moved, and back."""
    world = run.world
    now = await run.now()
    due, lead = now + timedelta(seconds=2), timedelta(hours=1)
    world.fill(dict.fromkeys(world.people, ("altars", lead)), [], now)
    asking, calls = frozenset(world.people), []
    for title in ("First altar", "Second altar"):
        event_id = world.add(title, "altars", due + lead, LENGTH, now)
        calls.append(Call(event_id, title, due + lead, lead, asking))
    run.owe(calls)
    await run.strike(Strike(Hold("after", SEND, held=3, skip=10), patient=True))
    first, second = calls
    now = await run.now()
    world.move(first.event_id, first.starts_at + EVENING, now)
    world.move(second.event_id, second.starts_at + 2 * EVENING, now)
    # Whose members still wait comes back first, under a name by which others have been called.
    for call in sorted(calls, key=lambda each: world.write(_waiting, each.title), reverse=True):
        world.move(call.event_id, call.starts_at, now)
    await run.settle()


def _waiting(connection: Connection, title: str) -> int:
    """How many reminders of the event wait, or did before it was moved."""
    ended = deliveries.c.state.in_([State.PENDING, State.SUPERSEDED])
    return (
        connection.scalar(
            sa.select(sa.func.count())
            .select_from(deliveries.join(occurrences))
            .where(occurrences.c.title == title, ended)
        )
        or 0
    )


async def unsubscribed_in_doubt(run: Run) -> None:
    """Members unsubscribe while nobody knows whether their reminders arrived; they did not."""
    await _called(run)
    failing = {"kind": "status", "status": 503, "count": 3, **SEND}
    await run.strike(
        Strike(Logged("unknown", 3), (failing,), step=RIPE, unsubscribe=3, patient=True)
    )
    await run.settle()


async def first_message_lost(run: Run) -> None:
    """The first reminders ever into some members' DMs do not arrive, and nobody knows."""
    strangers = [one.id for one in run.world.people.values() if one.channel_id is None]
    failing = {"kind": "status", "status": 503, "count": 1, **SEND}
    faults = tuple({**failing, "user_id": str(member_id)} for member_id in strangers)
    await _called(run)
    await run.strike(Strike(Logged("unknown", len(strangers)), faults, step=RIPE, patient=True))
    await run.settle()


SCENARIOS = {
    "no_history": killed_after_arrival,
    "no_nonce": let_through_late,
    "no_claim": killed_after_arrival,
    "no_sync": power_lost,
    "public_id_as_key": moved_and_back,
    "no_second_look": unsubscribed_in_doubt,
}


async def _fought(
    nursery: Nursery, world: World, scenario: Scenario, mutant: str | None
) -> Verdict:
    synced = Power(world.database, world.database.with_name("synced")).environment
    async with Bots(nursery, world.environment | synced, mutant) as bots:
        run = Run(world, bots, say=print)
        await scenario(run)
        return await run.verdict()


def _skip_without(library: Path | None, scenario: Scenario) -> None:
    if scenario is power_lost and library is None:
        pytest.skip("power cuts need a C compiler (cc)")


@pytest.mark.parametrize("mutant", SCENARIOS)
async def test_a_bot_without_a_safeguard_is_found_out(
    nursery: Nursery, small_world: World, library: Path | None, mutant: str
) -> None:
    """Each mutant loses or repeats something in the scenario that its safeguard is for."""
    _skip_without(library, SCENARIOS[mutant])
    verdict = await _fought(nursery, small_world, SCENARIOS[mutant], mutant)
    assert verdict.losses + verdict.duplicates > 0


@pytest.mark.parametrize("scenario", dict.fromkeys(SCENARIOS.values()), ids=lambda it: it.__name__)
async def test_the_bot_passes_every_scenario(
    nursery: Nursery, small_world: World, library: Path | None, scenario: Scenario
) -> None:
    """With all safeguards nothing is lost and nothing is told twice, in the same scenarios."""
    _skip_without(library, scenario)
    verdict = await _fought(nursery, small_world, scenario, None)
    assert (verdict.lost, verdict.repeated) == ({}, {})


async def test_a_first_message_that_is_lost_is_found_out(
    nursery: Nursery, world_with_strangers: World
) -> None:
    """A bot to which an empty DM proves nothing gives up what it does not find there."""
    verdict = await _fought(nursery, world_with_strangers, first_message_lost, "no_empty_dms")
    assert verdict.losses == STRANGERS


async def test_a_first_message_that_is_lost_is_sent_again(
    nursery: Nursery, world_with_strangers: World
) -> None:
    """With all safeguards it arrives, once."""
    verdict = await _fought(nursery, world_with_strangers, first_message_lost, None)
    assert (verdict.lost, verdict.repeated) == ({}, {})
