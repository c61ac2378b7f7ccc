"""The mirror's files follow the store, are whole at every instant, and their log of failures only grows."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from tests.legacy.folder import ANN, BEN, NAMES, bring_in, event_id, in_any_order, member, shown
from tests.legacy.folder import write as write_files
from tests.store.stored_calendar import (
    NOW,
    SERVER,
    add_delivery,
    add_occurrence,
    add_server,
    fresh_store,
)

from tocsin.clock import Clock
from tocsin.legacy.mirror import Mirror
from tocsin.reminders.delivery import State
from tocsin.store.engine import Store
from tocsin.store.pruning import prune
from tocsin.store.subscriptions import remove_subscription

HOUR = timedelta(hours=1)
SOON = 0.05
"""Seconds between two writings in these tests."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = fresh_store(tmp_path)
    store.write_now(add_server)
    yield store
    store.close()


@pytest.fixture
def clock() -> Clock:
    """A clock that shows NOW."""
    clock = Clock()
    clock.shift(NOW - clock.now())
    return clock


@asynccontextmanager
async def running(mirror: Mirror) -> AsyncIterator[None]:
    task = asyncio.create_task(mirror.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def files(folder: Path) -> dict[str, Any]:
    """What stands in the folder; a file that is no JSON raises."""
    return {
        part: in_any_order(json.loads((folder / getattr(NAMES, part)).read_text()))
        for part in ("subscriptions", "scheduled", "sent", "failed", "reminders")
    }


async def until_equal(folder: Path, store: Store, clock: Clock) -> None:
    """Return once the files are what an export would write."""

    def equal() -> bool:
        with suppress(FileNotFoundError):
            return files(folder) == shown(store, now=clock.now())
        return False

    # Not without a pause: what is looked at is made by a thread of the same process.
    never = asyncio.Event()
    async with asyncio.timeout(30):
        while not await asyncio.to_thread(equal):
            await Clock().wait(None, never, at_most=0.05)


async def test_the_files_follow_the_store(store: Store, clock: Clock, tmp_path: Path) -> None:
    """What is committed in another thread shows in them, and so does a server that was not known."""
    mirror = Mirror(store, clock, SERVER, tmp_path / "mirror", NAMES, SOON)
    old = write_files(
        tmp_path / "old",
        subscriptions={str(ANN): member("all"), str(BEN): member("ruins")},
        sent={event_id(2): {str(ANN): [3600]}},
    )
    async with running(mirror):
        await until_equal(tmp_path / "mirror", store, clock)
        await asyncio.to_thread(bring_in, store, old)
        await until_equal(tmp_path / "mirror", store, clock)
        assert files(tmp_path / "mirror")["sent"] == {event_id(2): {str(ANN): [3600]}}
        await store.write(remove_subscription, SERVER, BEN, NOW)
        await until_equal(tmp_path / "mirror", store, clock)
        assert set(files(tmp_path / "mirror")["subscriptions"]) == {str(ANN)}


async def test_an_event_comes_into_view_as_time_passes(
    store: Store, clock: Clock, tmp_path: Path
) -> None:
    """Nothing is committed: the trackers change with the clock alone."""
    bring_in(
        store,
        write_files(
            tmp_path / "old",
            subscriptions={str(ANN): member("all", times=("1h",))},
            reminders={event_id(49): {"channel_id": 1, "message_id": 2}},
        ),
    )
    async with running(Mirror(store, clock, SERVER, tmp_path / "mirror", NAMES, SOON)):
        await until_equal(tmp_path / "mirror", store, clock)
        assert files(tmp_path / "mirror")["scheduled"] == {}
        clock.shift(clock.offset + 2 * HOUR)
        await until_equal(tmp_path / "mirror", store, clock)
        assert files(tmp_path / "mirror")["scheduled"] == {event_id(49): {str(ANN): [3600]}}


async def test_every_file_is_whole_at_every_instant(
    store: Store, clock: Clock, tmp_path: Path
) -> None:
    """Read in a tight loop during a burst, each is JSON, and the failed log never shrinks."""
    folder = tmp_path / "mirror"
    mirror = Mirror(store, clock, SERVER, folder, NAMES, SOON)
    occurrence = store.write_now(add_occurrence, NOW + HOUR)
    await mirror.refresh()
    over = asyncio.Event()

    async def burst() -> None:
        for member_id in range(1, 600):
            state = State.FAILED if member_id % 3 == 0 else State.SENT
            await store.write(add_delivery, occurrence, member_id, state=state)
        over.set()

    def read() -> tuple[int, int]:
        found = files(folder)
        return len(found["failed"]), len(found["sent"])

    async with running(mirror):
        task = asyncio.create_task(burst())
        seen, reads = [0], 0
        while not over.is_set():
            failed, _ = await asyncio.to_thread(read)
            assert failed >= seen[-1]
            seen.append(failed)
            reads += 1
        await task
        await until_equal(folder, store, clock)
    assert len(files(folder)["failed"]) == 199
    assert len(set(seen)) > 2, f"{reads} readings saw no growth"
    assert [one.name for one in folder.iterdir() if one.name.endswith(".tmp")] == []


async def test_it_writes_at_most_every_two_seconds(
    store: Store, clock: Clock, tmp_path: Path
) -> None:
    """However often the store changes."""
    folder = tmp_path / "mirror"
    occurrence = store.write_now(add_occurrence, NOW + HOUR)
    mirror = Mirror(store, clock, SERVER, folder, NAMES)
    await mirror.refresh()
    written: dict[int, float] = {}
    async with running(mirror):
        member_id, end = 0, monotonic() + 4.5
        while monotonic() < end:
            member_id += 1
            await store.write(add_delivery, occurrence, member_id)
            written.setdefault((folder / NAMES.sent).stat().st_mtime_ns, monotonic())
    times = list(written.values())[1:]
    assert len(times) >= 2
    assert all(later - earlier > 1.9 for earlier, later in pairwise(times))


async def test_the_failed_log_outlives_a_restart_and_the_retention(
    store: Store, clock: Clock, tmp_path: Path
) -> None:
    """What it holds stays, whether the store still knows it or not."""
    folder = tmp_path / "mirror"
    occurrence = store.write_now(add_occurrence, NOW - HOUR)
    store.write_now(add_delivery, occurrence, ANN, state=State.FAILED)
    await Mirror(store, clock, SERVER, folder, NAMES).refresh()
    store.write_now(prune, NOW, -HOUR)
    store.write_now(add_delivery, store.write_now(add_occurrence, NOW), BEN, state=State.FAILED)
    again = Mirror(store, clock, SERVER, folder, NAMES)
    await again.refresh()
    await again.refresh()
    assert [each["user_id"] for each in files(folder)["failed"]] == [str(ANN), str(BEN)]


async def test_files_that_were_there_are_kept_aside(
    store: Store, clock: Clock, tmp_path: Path
) -> None:
    """Whoever points the mirror at the old folder before importing it loses nothing."""
    folder = write_files(tmp_path / "old", subscriptions={str(ANN): member("all")})
    before = (folder / NAMES.subscriptions).read_bytes()
    for _ in range(2):
        await Mirror(store, clock, SERVER, folder, NAMES).refresh()
    assert json.loads((folder / NAMES.subscriptions).read_text()) == {}
    assert (folder / f"{NAMES.subscriptions}.before-tocsin").read_bytes() == before


async def test_nothing_is_written_for_a_server_that_is_not_known(
    store: Store, clock: Clock, tmp_path: Path
) -> None:
    """A wrong id in the settings empties no file."""
    await Mirror(store, clock, SERVER + 1, tmp_path / "mirror", NAMES).refresh()
    assert not (tmp_path / "mirror").exists()
