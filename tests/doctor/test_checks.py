"""Each check of `tocsin doctor` finds what it is for, and nothing where all is well."""

import pytest
from tests.doctor.breakages import BREAKAGES, Breakage
from tests.doctor.world import ON_DISCORD, World, not_well

from tocsin.doctor.check import Check, Level
from tocsin.doctor.registry import CHECKS

BY_NAME = {check.name: check for check in CHECKS}
CASES = [(name, each) for name, found in BREAKAGES.items() for each in found]


def beside(name: str) -> list[Check]:
    """The check with those that could be harmed with it: Discord's, or all the others."""
    on_discord = BY_NAME[name].theme == ON_DISCORD
    return [check for check in CHECKS if (check.theme == ON_DISCORD) == on_discord]


def test_every_check_can_fail_and_has_a_name_of_its_own() -> None:
    """One without a breakage would be a check that nobody has seen fail."""
    assert set(BREAKAGES) == set(BY_NAME)
    assert len(BY_NAME) == len(CHECKS)


def test_every_check_says_what_to_do() -> None:
    """In sentences, with the question that it answers."""
    for check in CHECKS:
        assert check.question.endswith("?"), check.name
        assert check.remedy.endswith("."), check.name
        assert (check.look is None) != (check.look_at is None), check.name


async def test_every_check_finds_a_healthy_world_well(world: World) -> None:
    """Each answers OK, with evidence; none is skipped."""
    found = await world.examined(CHECKS)
    assert not_well(found) == {}
    assert set(found) == set(BY_NAME)
    assert all(verdict.evidence for verdict in found.values())


@pytest.mark.parametrize(
    ("name", "breakage"), CASES, ids=[f"{name}-{each.harm.__name__}" for name, each in CASES]
)
async def test_a_check_finds_what_is_broken(world: World, name: str, breakage: Breakage) -> None:
    """It says so with evidence, and no other check does that does not depend on the same thing."""
    changes = await breakage.harm(world)
    found = await world.examined(beside(name), **(changes or {}))
    verdict = found[name]
    assert verdict.level is breakage.level, verdict
    assert breakage.evidence in " ".join((verdict.finding, *verdict.evidence))
    others = {key for key, level in not_well(found).items() if level is not Level.UNSEEN}
    assert others - {name} <= breakage.also
