"""`tocsin deliveries|subscriptions|status|db`: what is there, said to people and to programs."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from tests.cli.command_line import CommandLine
from tests.store.stored_calendar import (
    NOW,
    SERVER,
    add_delivery,
    add_occurrence,
    add_server,
    fresh_store,
    subscribe,
)

from tocsin.reminders.delivery import Kind, RecipientKind, State
from tocsin.store.engine import Connection, Store, sqlite_url
from tocsin.store.lock import InstanceLock
from tocsin.store.migrate import HEAD
from tocsin.store.opening import Closed, close_opening
from tocsin.store.tables import attempts, dm_channels
from tocsin.telemetry.status import StatusServer


def _fill(connection: Connection) -> None:
    add_server(connection)
    occurrence = add_occurrence(connection, NOW + timedelta(hours=5))
    subscribe(connection, 11)
    subscribe(connection, 12)
    connection.execute(sa.insert(dm_channels).values(member_id=11, channel_id=77, updated_at=NOW))
    connection.execute(
        sa.insert(dm_channels).values(
            member_id=12, channel_id=78, suspended_because="closed DMs", updated_at=NOW
        )
    )
    sent = add_delivery(connection, occurrence, 11)
    add_delivery(connection, occurrence, 12, state=State.FAILED)
    add_delivery(connection, occurrence, 12, kind=Kind.SNOOZE, state=State.PENDING, lead=0)
    add_delivery(connection, occurrence, SERVER + 1, recipient_kind=RecipientKind.CHANNEL)
    connection.execute(
        sa.insert(attempts).values(
            delivery_id=sent,
            attempt=1,
            worker="w",
            claimed_at=NOW,
            ended_at=NOW,
            outcome="accepted",
            status=200,
        )
    )


async def unmeasured() -> bytes:
    """No metrics: nobody asks for them here."""
    return b""


@pytest.fixture
def filled(tocsin: CommandLine) -> CommandLine:
    store = fresh_store(tocsin.folder)
    store.write_now(_fill)
    store.close()
    return tocsin


def test_deliveries_are_listed_with_names_and_the_servers_time(filled: CommandLine) -> None:
    """In the server's zone, which is named, and within eighty columns."""
    ran = filled("deliveries", "list")
    assert ran.code == 0
    assert "due (Europe/Berlin)" in ran.out
    assert "Mon 2026-03-02 13:00" in ran.out
    assert "member11" in ran.out
    assert f"channel {SERVER + 1}" in ran.out


@pytest.mark.parametrize(
    ("arguments", "states"),
    [
        ((), {"sent", "failed", "pending"}),
        (("--state", "failed"), {"failed"}),
        (("--member", "12"), {"failed", "pending"}),
        (("--member", "12", "--state", "sent"), set()),
        (("--server", "1"), set()),
        (("--limit", "1"), {"sent"}),
    ],
)
def test_deliveries_are_chosen(
    filled: CommandLine, arguments: tuple[str, ...], states: set[str]
) -> None:
    """By state, member and server; a channel is no member."""
    told = filled("deliveries", "list", *arguments, "--json").told
    assert {one["state"] for one in told} == states
    assert all(isinstance(one["recipient_id"], str) for one in told)


def test_one_delivery_is_shown_with_its_attempts(filled: CommandLine) -> None:
    """What was tried when, and what Discord answered."""
    (sent,) = filled("deliveries", "list", "--state", "sent", "--member", "11", "--json").told
    ran = filled("deliveries", "show", str(sent["id"]))
    assert "accepted (200)" in ran.out
    told = filled("deliveries", "show", str(sent["id"]), "--json").told
    assert told["attempts"][0]["outcome"] == "accepted"
    missing = filled("deliveries", "show", "999")
    assert (missing.code, "There is no delivery 999" in missing.err) == (1, True)


def test_a_state_that_is_none_is_refused_with_those_that_are(filled: CommandLine) -> None:
    """The message lists them."""
    ran = filled("deliveries", "list", "--state", "lost")
    assert ran.code == 2
    assert "superseded" in ran.err


def test_subscriptions_are_listed_and_shown(filled: CommandLine) -> None:
    """With whether the member's DMs are open."""
    ran = filled("subscriptions", "list")
    assert "refused: closed DMs" in ran.out
    assert "2 subscriptions" in ran.out
    told = filled("subscriptions", "show", "11", "--json").told
    assert told["subscriptions"][0]["leads"] == [3600]
    assert [one["state"] for one in told["deliveries"]] == ["sent"]
    missing = filled("subscriptions", "show", "13")
    assert (missing.code, "Member 13 has no subscription" in missing.err) == (1, True)


def test_the_status_says_how_each_server_stands(filled: CommandLine) -> None:
    """Subscribers, who can be reached, what waits; and that no bot runs."""
    told = filled("status", "--json").told
    assert told["bot"] == {"running": False, "holder": None}
    (server,) = told["servers"]
    assert (server["server_id"], server["subscribers"], server["reachable"]) == (str(SERVER), 2, 1)
    assert server["counts"] == {"sent": 2, "failed": 1, "pending": 1}
    assert server["next_due"] == NOW.isoformat()
    assert told["database"]["revision"] == HEAD
    ran = filled("status")
    assert "not running" in ran.out
    assert all(len(line) <= 79 for line in ran.out.splitlines())


def test_the_status_says_who_runs(filled: CommandLine) -> None:
    """A bot that holds the database is named, and a command may write beside it."""
    lock = InstanceLock(filled.folder / "tocsin.db")
    lock.take(datetime(2026, 3, 2, tzinfo=UTC))
    try:
        told = filled("status", "--json").told
        assert told["bot"]["running"]
        assert "since 2026-03-02" in told["bot"]["holder"]
        filled.file("plan.csv", "start,title", "2030-01-05T10:00:00Z,Opening")
        assert filled("events", "import", "plan.csv", "--server", str(SERVER)).code == 0
    finally:
        lock.release()


async def test_the_status_shows_what_a_running_bot_says(filled: CommandLine) -> None:
    """From its status address; without an answer it says so and shows the rest."""
    server = StatusServer("127.0.0.1", 0, lambda: {"budget": 49.5}, unmeasured)
    port = await server.start()
    (filled.folder / "tocsin.toml").write_text(f"[status]\nport = {port}\n")
    try:
        ran = await asyncio.to_thread(filled, "status", "--json")
        assert ran.told["live"] == {"budget": 49.5}
    finally:
        await server.stop()
    ran = await asyncio.to_thread(filled, "status", "--json")
    assert (ran.code, ran.told["live"]) == (0, None)
    assert "no answer" in ran.told["live_error"]


def test_a_quarantine_is_shown_until_somebody_ends_it(filled: CommandLine) -> None:
    """By the status, with what to do; and by the command that does it."""
    store = Store(sqlite_url(filled.folder / "tocsin.db"))
    store.write_now(close_opening, Closed("in quarantine", NOW, None))
    store.close()
    assert "tocsin resume-opening`: in quarantine" in filled("status").out
    assert filled("status", "--json").told["opening_closed"]["reason"] == "in quarantine"
    assert "opened again" in filled("resume-opening").out
    assert filled("resume-opening", "--json").told == {"ended": None}
    assert "Nothing keeps" in filled("resume-opening").out
    assert "New DMs" not in filled("status").out


async def test_the_status_names_the_loops_that_fail(filled: CommandLine) -> None:
    """With how often, since when and why; those that run are only counted."""
    health = {"running": True, "failures": 0, "last_error": None, "failed_at": None}
    failing = {
        "running": False,
        "failures": 3,
        "last_error": "The disk is full. Make room on it.",
        "failed_at": NOW.isoformat(),
    }
    loops = [{"name": "plan", **health}, {"name": "dispatch", **failing}]
    server = StatusServer("127.0.0.1", 0, lambda: {"loops": loops}, unmeasured)
    port = await server.start()
    (filled.folder / "tocsin.toml").write_text(f"[status]\nport = {port}\n")
    try:
        out = (await asyncio.to_thread(filled, "status")).out
        assert f"loop dispatch: waits after 3 failures, at {NOW.isoformat()}: The disk is" in out
        assert "plan" not in out
        loops.pop()
        assert "loops: all 1 run" in (await asyncio.to_thread(filled, "status")).out
    finally:
        await server.stop()


async def test_the_status_says_whether_commands_can_be_answered(filled: CommandLine) -> None:
    """That takes the gateway: with all shards connected, or with one missing and what that means."""
    told = {"shards": 2, "shards_connected": 1}
    server = StatusServer("127.0.0.1", 0, lambda: told, unmeasured)
    port = await server.start()
    (filled.folder / "tocsin.toml").write_text(f"[status]\nport = {port}\n")
    try:
        out = (await asyncio.to_thread(filled, "status")).out
        assert "gateway: 1 of 2 shards connected; without it nobody's commands" in " ".join(
            out.split()
        )
        told["shards_connected"] = 2
        assert "gateway: connected, 2 shards" in (await asyncio.to_thread(filled, "status")).out
    finally:
        await server.stop()


def test_the_database_is_made_checked_and_copied(bare: CommandLine) -> None:
    """A copy is a sound database, and never overwrites."""
    missing = bare("db", "check")
    assert (missing.code, "There is no database" in missing.err) == (1, True)
    assert bare("db", "upgrade", "--json").told["changed"]
    assert not bare("db", "upgrade", "--json").told["changed"]
    assert "is sound" in bare("db", "check").out
    assert bare("db", "backup", "copy.db").code == 0
    store = Store(sqlite_url(bare.folder / "copy.db"))
    assert store.read_now(lambda c: c.exec_driver_sql("PRAGMA integrity_check").scalar()) == "ok"
    store.close()
    again = bare("db", "backup", "copy.db")
    assert (again.code, "never overwrites" in again.err) == (1, True)
    nowhere = bare("db", "backup", "none/copy.db")
    assert (nowhere.code, "could not be written" in nowhere.err) == (1, True)


@pytest.mark.parametrize(
    "command", [("status",), ("deliveries", "list"), ("db", "upgrade"), ("db", "check")]
)
def test_a_database_that_cannot_be_used_is_said(
    tocsin: CommandLine, command: tuple[str, ...]
) -> None:
    """A file that is none, one from a newer program, and a path that cannot be."""
    database = tocsin.folder / "tocsin.db"
    database.write_bytes(b"no database at all, but long enough to be looked at" * 40)
    ran = tocsin(*command)
    assert (ran.code, "is no database" in ran.err) == (1, True)
    database.unlink()
    store = fresh_store(tocsin.folder)
    store.write_now(lambda c: c.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    before = database.read_bytes()
    ran = tocsin(*command)
    assert (ran.code, "newer version" in ran.err) == (1, True)
    assert database.read_bytes() == before
    (tocsin.folder / "tocsin.toml").write_text('[database]\nurl = "sqlite:////dev/null/x.db"\n')
    ran = tocsin(*command)
    assert ran.code == 1
    assert len(ran.err.splitlines()) == 1


def test_json_is_json_everywhere(filled: CommandLine) -> None:
    """Every command that looks answers programs, too."""
    for command in (
        ("events", "list", "--server", str(SERVER)),
        ("deliveries", "list"),
        ("subscriptions", "list"),
        ("status",),
        ("db", "check"),
    ):
        json.loads(filled(*command, "--json").out)


def test_a_folder_may_have_any_name(tocsin: CommandLine) -> None:
    """A sign that ends the path of an address is part of a file's."""
    folder = tocsin.folder / "series #1"
    (tocsin.folder / "tocsin.toml").write_text(
        f"[database]\nurl = 'sqlite:///{folder}/tocsin.db'\n"
    )
    for _ in range(2):
        ran = tocsin("db", "upgrade")
        assert (ran.code, ran.err) == (0, "")
    assert (folder / "tocsin.db").exists()


@pytest.mark.parametrize(
    "command",
    [
        ("status",),
        ("events", "list", "--server", "1"),
        ("deliveries", "list"),
        ("subscriptions", "list"),
    ],
)
def test_looking_makes_no_database(tocsin: CommandLine, command: tuple[str, ...]) -> None:
    """Where none is, none is left behind, and `status` says so."""
    (tocsin.folder / "tocsin.db").unlink(missing_ok=True)
    ran = tocsin(*command)
    assert not (tocsin.folder / "tocsin.db").exists()
    assert ran.code == (1 if "events" in command else 0), ran.err
    if command == ("status",):
        assert "is not there yet" in ran.out
