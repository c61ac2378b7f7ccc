"""A real file system becomes read-only under a running bot, as the kernel makes it after an error of the disk."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.faults.bot import Bots, Nursery
from tests.faults.test_disk import held_up, made_good, messages, owed
from tests.faults.world import World

SIZE = 32 << 20


@dataclass(frozen=True, slots=True)
class Volume:
    """An ext4 file system in a file, mounted where the database is."""

    image: Path
    folder: Path

    def mount(self) -> None:
        """Mount it. Raises CalledProcessError."""
        _run("mount", "-o", "loop", str(self.image), str(self.folder))

    def break_down(self) -> None:
        """Have the kernel treat it as after an error: what is open stays open, and nothing can be written."""
        _run("mount", "-o", "remount,abort", str(self.folder))

    def repair(self) -> None:
        """Do what whoever runs the machine has to: unmount, check, mount again."""
        self.unmount()
        checked = subprocess.run(["fsck.ext4", "-fy", str(self.image)], capture_output=True)
        assert checked.returncode in (0, 1), checked.stdout.decode()  # 1: errors were corrected
        self.mount()

    def unmount(self) -> None:
        """Unmount it. Raises CalledProcessError while anything of it is in use."""
        _run("umount", str(self.folder))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture
def volume(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Volume]:
    """A file system of its own, in which the database is going to be."""
    if os.geteuid() != 0 or shutil.which("mkfs.ext4") is None:
        pytest.skip("a file system has to be made and mounted: needs root and mkfs.ext4")
    image = tmp_path_factory.mktemp("volume") / "ext4.img"
    with image.open("wb") as file:
        file.truncate(SIZE)
    _run("mkfs.ext4", "-q", "-F", str(image))
    made = Volume(image, tmp_path)
    try:
        made.mount()
    except subprocess.CalledProcessError as error:
        pytest.skip(f"this machine mounts no file as a file system: {error.stderr.decode()}")
    yield made
    subprocess.run(["umount", "--lazy", str(tmp_path)], check=False)


async def test_a_file_system_that_turns_read_only_holds_everything_up(
    nursery: Nursery, volume: Volume, small_world: World
) -> None:
    """Nothing is sent that cannot be recorded; repaired and started again, each reminder comes once."""
    async with Bots(nursery, small_world.environment) as bots:
        run = await owed(small_world, bots)
        bot = await bots.running()
        await bot.logged("staged")
        volume.break_down()
        await held_up(run, bot, "system's log", "that is not read-only")
        await bot.end(signal.SIGTERM)
        before = await messages(small_world)
        volume.repair()
        assert before == len(small_world.people), "only what stood in the channels before"
        await made_good(run)
