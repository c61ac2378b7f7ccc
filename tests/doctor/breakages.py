"""For each check of `tocsin doctor`, how to break just the thing that it looks at.

A breakage does its harm to a world in which all is well, and returns what of the case it replaces:
what cannot be broken on the machine that runs the tests, such as the SQLite in use.
"""

import os
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.doctor.world import HOUR, MEMBER, World, register_commands

from tocsin.calendar.category import Category
from tocsin.discord_bot.client import intents_of
from tocsin.doctor.check import Level
from tocsin.reminders.delivery import Kind, State
from tocsin.settings.model import Discord
from tocsin.store import servers
from tocsin.store.facts import set_fact
from tocsin.store.opening import Closed, close_opening

SEND_MESSAGES = 1 << 11
Harm = Callable[[World], Awaitable[dict[str, Any] | None]]


@dataclass(frozen=True)
class Breakage:
    """How to break it, what the check then says, and which others rightly say something too."""

    harm: Harm
    level: Level
    evidence: str
    also: frozenset[str]


BREAKAGES: dict[str, list[Breakage]] = {}


def breaks(
    name: str, evidence: str, *also: str, level: Level = Level.PROBLEM
) -> Callable[[Harm], Harm]:
    """Register the function as a breakage of the check, in whose words `evidence` then stands."""

    def register(harm: Harm) -> Harm:
        BREAKAGES.setdefault(name, []).append(Breakage(harm, level, evidence, frozenset(also)))
        return harm

    return register


# --- installation


@breaks("settings", "Discord allows 50", level=Level.NOTE)
async def too_fast(world: World) -> None:
    world.write_settings(discord_requests_per_second="500")


@breaks("settings", "clock.url", level=Level.NOTE)
async def borrowed_clock(world: World) -> None:
    world.write_settings(clock_url=f'"{world.sandbox.url}/sandbox/clock"')


@breaks("token-kept", "mode 644")
async def readable_by_all(world: World) -> None:
    world.file.chmod(0o644)


@breaks("writable", "it is not there", "database")
async def folder_gone(world: World) -> None:
    world.write_settings(database_url=f'"sqlite:///{world.folder / "gone" / "tocsin.db"}"')


@breaks("room", "are free")
async def full_disk(_world: World) -> dict[str, Any]:
    return {"free_bytes": 1_000_000}


# --- database


@breaks("database", "revision 0000")
async def older_revision(world: World) -> None:
    world.change("UPDATE alembic_version SET version_num = '0000'")


@breaks("database", "There is no database")
async def no_database(world: World) -> None:
    world.store.close()
    os.unlink(world.database)


@breaks("integrity", "refers to a missing row")
async def orphaned_row(world: World) -> None:
    raw = world.store.connect()
    driver = raw.connection.dbapi_connection
    assert driver is not None
    driver.execute("PRAGMA foreign_keys = OFF")
    driver.execute("INSERT INTO attempts VALUES (999, 1, 'w', 1, 1, 'refused', NULL, NULL, NULL)")
    driver.execute("PRAGMA foreign_keys = ON")
    raw.close()


@breaks("integrity", "not a database", "database")
async def garbled(world: World) -> None:
    world.store.close()
    with world.database.open("r+b") as file:
        file.write(b"#" * 4096)


@breaks("sqlite", "SQLite 3.40.1")
async def old_sqlite(_world: World) -> dict[str, Any]:
    return {"sqlite": (3, 40, 1)}


@breaks("identity", "deliveries")
async def no_constraint(world: World) -> None:
    raw = world.store.connect()
    driver = raw.connection.dbapi_connection
    assert driver is not None
    (made,) = driver.execute("SELECT sql FROM sqlite_master WHERE name = 'deliveries'").fetchone()
    without = re.sub(r",\s*CONSTRAINT uq_deliveries_identity UNIQUE \([^)]*\)", "", made)
    assert without != made
    driver.execute("PRAGMA foreign_keys = OFF")
    driver.execute(without.replace("deliveries", "rebuilt", 1))
    driver.execute("INSERT INTO rebuilt SELECT * FROM deliveries")
    driver.execute("DROP TABLE deliveries")
    driver.execute("ALTER TABLE rebuilt RENAME TO deliveries")
    driver.execute("PRAGMA foreign_keys = ON")
    raw.close()


@breaks("accepted-once", "delivery 1")
async def accepted_by_two(world: World) -> None:
    world.add_attempt(1, "one", world.now - timedelta(hours=6))
    world.add_attempt(2, "two", world.now - timedelta(hours=5))


@breaks("accepted-is-sent", "delivery 1")
async def marker_stayed(world: World) -> None:
    world.add_attempt(1, "one", world.now - timedelta(hours=6))
    world.change(f"UPDATE deliveries SET state = {State.CANCELLED.value}")


# --- the running bot


@breaks("running", "its lock is free")
async def no_bot(world: World) -> None:
    world.lock.release()


@breaks("one-instance", "until")
async def two_bots(world: World) -> None:
    for number, worker in enumerate(("one", "two", "one")):
        at = int((world.now - timedelta(minutes=9 - number)).timestamp() * 1000)
        world.change(
            "INSERT INTO attempts (delivery_id, attempt, worker, claimed_at, ended_at, outcome)"
            " VALUES (:delivery, :attempt, :worker, :at, :at, 'retry')",
            delivery=world.delivery,
            attempt=number,
            worker=worker,
            at=at,
        )


@breaks("loops", "plan: OSError: full")
async def failed_loop(world: World) -> None:
    world.told["loops"].append(
        {"name": "plan", "running": False, "failures": 3, "last_error": "OSError: full"}
    )


@breaks("sending", "the token was refused")
async def stopped(world: World) -> None:
    world.told["stopped"] = "the token was refused"


@breaks("refusals", "1,500 in ten minutes")
async def refused_often(world: World) -> None:
    minute = int(world.now.timestamp()) // 60
    world.write(lambda connection: set_fact(connection, "refusals", f'{{"{minute}": 1500}}'))


@breaks("opening", "in quarantine")
async def quarantined(world: World) -> None:
    world.write(
        lambda connection: close_opening(connection, Closed("in quarantine", world.now, None))
    )


@breaks("opening", "too fast", level=Level.NOTE)
async def opened_too_fast(world: World) -> None:
    closed = Closed("too fast", world.now, world.now + timedelta(minutes=10))
    world.write(lambda connection: close_opening(connection, closed))


# --- Discord


@breaks("token", "does not accept the token")
async def wrong_token(world: World) -> None:
    world.write_settings(discord_token='"MQ.wrong.token"')


@breaks("token", "Connect")
async def unreachable(world: World) -> None:
    world.write_settings(discord_api_url='"http://127.0.0.1:9/api/v10"')


@breaks("intents", "Server Members Intent")
async def intent_not_allowed(world: World) -> dict[str, Any]:
    intents = intents_of(Discord(members_intent=True))
    return {"ask_discord": world.asking(intents)}


@breaks("commands", "/subscribe")
async def no_commands(world: World) -> None:
    await register_commands(world.sandbox, world.application, [])


@breaks("clock", "ours: +")
async def wrong_clock(world: World) -> None:
    await world.sandbox.clock.step(60)


@breaks("membership", "Discord says")
async def thrown_out(world: World) -> None:
    await world.guild.remove_bot(world.application)


@breaks("permissions", "Send Messages")
async def may_not_post(world: World) -> None:
    channel = world.guild.channel("calls")
    await channel.set_permissions(world.application.id, deny=SEND_MESSAGES, member=True)


@breaks("permissions", "cannot be seen")
async def channel_gone(world: World) -> None:
    await world.guild.channel("calls").delete()


# --- servers


@breaks("set-up", "50013")
async def channel_refused(world: World) -> None:
    world.change("UPDATE servers SET channel_refused = '50013, no right'")


@breaks("set-up", "before that", level=Level.NOTE)
async def never_set_up(world: World) -> None:
    world.change("UPDATE servers SET set_up_at = NULL")


@breaks("calendar", "subscribers who wait for it: 1", "running")
async def empty_calendar(world: World) -> None:
    world.change("UPDATE occurrences SET cancelled = 1 WHERE id = :id", id=world.coming)


@breaks("fresh", "1 of 2")
async def behind(world: World) -> None:
    soon = int((world.now + timedelta(days=20)).timestamp() * 1000)
    world.change("UPDATE events SET expanded_until = :soon WHERE title = 'Coming'", soon=soon)


@breaks("subscriptions", f"member {MEMBER}")
async def pair_missing(world: World) -> None:
    world.change("DELETE FROM subscription_pairs")


@breaks("choices", "“gone”, chosen by 1")
async def type_gone(world: World) -> None:
    world.change('UPDATE subscriptions SET choices = \'["ruins", "gone"]\'')
    world.change(
        "INSERT INTO subscription_pairs VALUES (:server, 'gone', :lead, :member)",
        server=world.guild.id,
        lead=HOUR,
        member=MEMBER,
    )


@breaks("types", "“fights”")
async def type_like_a_group(world: World) -> None:
    fights = Category("fights", "Fights", "📅", 0)
    world.write(lambda connection: servers.add_category(connection, world.guild.id, fights))


@breaks("reach", "1: closed", level=Level.NOTE)
async def closed_dms(world: World) -> None:
    world.change("UPDATE dm_channels SET suspended_because = 'closed'")


@breaks("reach", "6: closed")
async def closed_dms_of_many(world: World) -> None:
    for member in range(100, 106):
        world.change(
            "INSERT INTO subscriptions SELECT server_id, :member, username, '[]', leads, extra,"
            " created_at, updated_at FROM subscriptions WHERE member_id = :first",
            member=member,
            first=MEMBER,
        )
        world.change(
            "INSERT INTO dm_channels (member_id, channel_id, suspended_because, updated_at)"
            " VALUES (:member, 5, 'closed', 0)",
            member=member,
        )


# --- reminders


@breaks("planned", "not planned: ")
async def firing_lost(world: World) -> None:
    world.change(
        "DELETE FROM firings WHERE lead = :lead AND occurrence_id = :id",
        lead=HOUR,
        id=world.coming,
    )


@breaks("planned", f"member {MEMBER}")
async def member_left_out(world: World) -> None:
    world.change("UPDATE firings SET staged_at = 1 WHERE lead = :lead", lead=HOUR)


@breaks("sent", "1 missed")
async def missed(world: World) -> None:
    world.change(f"UPDATE deliveries SET state = {State.MISSED.value}")


@breaks("failures", "1: Discord does not accept the message's form")
async def failed(world: World) -> None:
    world.change(
        f"UPDATE deliveries SET state = {State.FAILED.value},"
        " reason = 'Discord does not accept the message''s form'"
    )


def waits(world: World, minutes: float, **changes: Any) -> None:
    """A reminder of the coming event whose turn came so long ago."""
    due = world.now - timedelta(minutes=minutes)
    values = {"state": State.PENDING, "reason": None, "settled_at": None} | changes
    world.write(lambda connection: world.add_delivery(connection, world.coming, due, **values))


@breaks("overdue", "deliveries: 1, the oldest due")
async def waiting_delivery(world: World) -> None:
    waits(world, 10, kind=Kind.SNOOZE)


@breaks("overdue", "firings that are not staged")
async def waiting_firing(world: World) -> None:
    ago = int((world.now - timedelta(minutes=10)).timestamp() * 1000)
    world.change("UPDATE firings SET due_at = :ago WHERE lead = 0", ago=ago)


@breaks("stuck", "deliveries: 1")
async def lost_claim(world: World) -> None:
    waits(world, 10, state=State.SENDING)


@breaks("left-over", "deliveries: 1")
async def of_no_use(world: World) -> None:
    waits(world, 10, expires_at=world.now - timedelta(minutes=5))


@breaks("posts", "message 99")
async def post_stands(world: World) -> None:
    world.change(
        "INSERT INTO channel_messages (message_id, server_id, channel_id, occurrence_id,"
        " posted_at, remove_at) VALUES (99, :server, 1, :occurrence, 1, 2)",
        server=world.guild.id,
        occurrence=world.coming,
    )


@breaks("late", "Past: due", level=Level.NOTE)
async def sent_late(world: World) -> None:
    world.change("UPDATE deliveries SET settled_at = due_at + 600000")
