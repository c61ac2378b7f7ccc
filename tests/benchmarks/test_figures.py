"""The benchmarks, small: that they measure what they say, not how fast it is."""

from datetime import timedelta
from pathlib import Path

import pytest
from benchmarks.figure import Figure
from benchmarks.idling import idle, start
from benchmarks.population import Population
from benchmarks.sending import burst, mirroring, promptness
from benchmarks.store_figures import cost_of_a_delivery, staging_and_draining
from tests.requirements import skip_unless

POPULATION = Population(servers=4, subscriptions=80, largest=(40, 20))
SOON = timedelta(seconds=3)
"""Enough for a dozen."""
HAS_PROC = Path("/proc/self/io").exists()


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A database of the population."""
    file = tmp_path / "base.db"
    POPULATION.settle(file)
    return file


def values(figures: list[Figure]) -> dict[str, float]:
    return {figure.name: figure.value for figure in figures}


def test_every_subscription_is_in_some_server() -> None:
    """The largest servers have what they were given, and the rest is spread evenly."""
    for population in (POPULATION, Population()):
        members = [population.members_of(number) for number in range(population.servers)]
        assert sum(members) == population.subscriptions
        assert tuple(members[: len(population.largest)]) == population.largest
        assert max(members[2:]) - min(members[2:]) <= 1


async def test_the_store_stages_and_sends_each_delivery(base: Path) -> None:
    """The count of what is sent is read from the file anew, and the measurement fails if it is another."""
    figures = await staging_and_draining(base, POPULATION)
    assert [figure.unit for figure in figures] == ["s", "deliveries/s", "s"]
    assert all(figure.value > 0 for figure in figures)


async def test_the_cost_is_a_ratio_of_the_same_work(base: Path) -> None:
    """Staging and sending as many, once in each database, several times."""
    (figure,) = await cost_of_a_delivery(base, POPULATION)
    assert 0 < figure.value < 20


async def test_a_burst_costs_one_request_each(tmp_path: Path) -> None:
    """As many messages as members, and nothing refused."""
    found = values(await burst(tmp_path, 12, SOON))
    assert found["requests for each of them"] == 1
    assert found["answers 429 meanwhile"] == 0


async def test_the_mirror_is_there_when_it_is_measured(tmp_path: Path) -> None:
    """Its files are written while the burst is sent, and none without it."""
    (figure,) = await mirroring(tmp_path, 5, SOON)
    assert figure.value > 0


async def test_what_is_due_at_once_is_timed_from_when_it_is_due(tmp_path: Path) -> None:
    """No reminder is before its time."""
    middle, last = [figure.value for figure in await promptness(tmp_path, 5, SOON)]
    assert 0 <= middle <= last


async def test_an_idle_bot_asks_and_writes_nothing(base: Path) -> None:
    """In the few seconds looked at."""
    skip_unless(HAS_PROC, "no /proc: other systems tell this otherwise")
    found = values(await idle(base, POPULATION, watched=3))
    assert found["idle: requests in 3 s"] == 0
    assert found["idle: bytes written in 3 s"] == 0


async def test_a_start_is_timed_to_its_first_message(base: Path) -> None:
    """With everything of the largest server staged and due."""
    (figure,) = await start(base, POPULATION)
    assert figure.name == "start to the first send, 40 staged"
    assert figure.value > 0
