"""`tocsin doctor` as a person uses it: what it prints, how it ends, and what it leaves alone."""

import asyncio
import hashlib
import json
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.cli.command_line import CommandLine
from tests.doctor.world import World
from tests.journeys.processes import Process

from tocsin.doctor.registry import CHECKS, checks_for
from tocsin.doctor.symptom import COMPLAINTS, Symptom

NOT_DATA = "-shm"
"""SQLite's index in shared memory: readers mark in it what they read, and it is no data."""


class Doctor(CommandLine):
    """`tocsin doctor` in this process, in a thread, for it has an event loop of its own."""

    async def examine(self, world: World, *arguments: str) -> tuple[int, str]:
        """The exit code, and what it said."""
        ran = await asyncio.to_thread(self, "--config", world.file, "doctor", *arguments)
        return ran.code, ran.out + ran.err


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Doctor:
    return Doctor(tmp_path, monkeypatch, capsys)


async def doctor(world: World, *arguments: str) -> tuple[int, str]:
    """Run it as a process; returns the exit code and what it said."""
    command = await Process.start("tocsin", "--config", str(world.file), "doctor", *arguments)
    return await command.wait(), command.output()


def fingerprints(folder: Path) -> dict[str, tuple[int, str]]:
    """Every file with the instant of its last change and a digest of its content."""
    return {
        file.name: (file.stat().st_mtime_ns, hashlib.sha256(file.read_bytes()).hexdigest())
        for file in sorted(folder.iterdir())
        if not file.name.endswith(NOT_DATA)
    }


async def test_all_well_ends_with_0(world: World) -> None:
    """With each check on a line of its own, and the evidence below."""
    code, said = await doctor(world)
    assert code == 0, said
    assert said.endswith("All is well.")
    assert all(f"✓ {check.name}" in said for check in CHECKS)


async def test_a_problem_ends_with_1_and_says_what_to_do(world: World, here: Doctor) -> None:
    """As JSON too, where ids are text."""
    world.told["stopped"] = "the token was refused"
    code, said = await here.examine(world, "--json", "--server", str(world.guild.id))
    assert code == 1
    told: Any = json.loads(said)
    found = {each["check"]: each for each in told["findings"]}
    assert found["sending"]["level"] == "problem"
    assert found["sending"]["evidence"] == ["the token was refused"]
    assert "restart the bot" in found["sending"]["what_to_do"]
    assert found["reach"]["server_id"] == str(world.guild.id)
    assert not told["well"]


@pytest.mark.parametrize(
    ("settings", "arguments", "says"),
    [
        ({"logs_level": '"loud"'}, (), "logs.level"),
        ({}, ("--server", "7"), "no server 7 here"),
        ({}, ("aching",), "aching"),
        ({"clock_url": '"http://127.0.0.1:9"'}, (), "cannot be read"),
        ({"database_url": '"sqlite://"'}, (), "must name a file"),
    ],
)
async def test_what_cannot_be_examined_ends_with_2(
    world: World, here: Doctor, settings: dict[str, str], arguments: tuple[str, ...], says: str
) -> None:
    """In words, without a traceback."""
    world.write_settings(**settings)
    code, said = await here.examine(world, *arguments)
    assert code == 2, said
    assert says in said
    assert "Traceback" not in said


def names_in(folder: Path) -> set[str]:
    """The names of all files there."""
    return {file.name for file in folder.iterdir()}


@pytest.mark.parametrize("state", ["in use", "closed", "killed"])
async def test_it_changes_nothing(world: World, tmp_path: Path, state: str) -> None:
    """While a bot has the database open, after it closed it, and as a killed one has left it."""
    if state != "in use":
        world.lock.release()
        world.store.close()
    if state == "killed":
        await kill_amid_writing(world)
    before = fingerprints(tmp_path)
    names = names_in(tmp_path)
    _, said = await doctor(world, "--json")
    levels = {each["check"]: each["level"] for each in json.loads(said)["findings"]}
    assert levels["integrity"] == "ok"
    assert levels["room"] == "ok"
    assert fingerprints(tmp_path) == before
    assert names_in(tmp_path) == names
    assert levels["refusals"] == ("problem" if state == "killed" else "ok")


async def kill_amid_writing(world: World) -> None:
    """Leave a log that was never written back; it says that Discord refused very often."""
    minute = int(world.now.timestamp()) // 60
    code = (
        "import os, sys\n"
        "from tocsin.store.engine import Store\n"
        "from tocsin.store.facts import set_fact\n"
        "store = Store(sys.argv[1])\n"
        "store.write_now(set_fact, 'refusals', sys.argv[2])\n"
        f"os.kill(os.getpid(), {signal.SIGKILL})\n"
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code, f"sqlite:///{world.database}", f'{{"{minute}": 1500}}'),
        cwd=world.folder,
    )
    assert await process.wait() == -signal.SIGKILL


@pytest.mark.parametrize("symptom", Symptom)
async def test_a_symptom_is_answered_by_one_command(
    world: World, here: Doctor, symptom: Symptom
) -> None:
    """Only by the checks that could explain it."""
    code, said = await here.examine(world, symptom)
    assert code == 0, said
    assert said.startswith(COMPLAINTS[symptom])
    named = {check.name for check in checks_for(symptom)}
    assert len(named) >= 3
    assert all((f"✓ {check.name}" in said) == (check.name in named) for check in CHECKS)
    _, told = await here.examine(world, symptom, "--json")
    assert json.loads(told)["symptom"] == symptom
