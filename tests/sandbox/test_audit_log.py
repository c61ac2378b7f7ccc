"""The audit log: who did what to a server, told and read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import discord
import pytest
from tests.sandbox.bot import ExampleBot, running
from tests.sandbox.conftest import Town
from tests.sandbox.files import png
from tests.sandbox.rest import Rest
from tests.sandbox.test_gateway import connected, dispatched, identify

from discord_sandbox.control import (
    acting,
    announcements,
    configuring,
    forums,
    inviting,
    making,
    picturing,
    posting,
    webhooks,
)
from discord_sandbox.control import audited as of_members
from discord_sandbox.rest import audited
from discord_sandbox.rest.operations import DONE
from discord_sandbox.testing import File, SandboxError

GUILD_MODERATION = 1 << 2
VIEW_AUDIT_LOG = 1 << 7
DAY_MS = 86_400_000
BOT_ADDED = frozenset({28, 80})
"""Each bot of these tests was let in, which is not what they are about."""


async def _log(town: Town, rest: Rest, query: str = "") -> list[Any]:
    answer = await rest.get(f"/guilds/{town.guild.id}/audit-logs{query}")
    assert answer.status == 200, answer.body
    return [one for one in answer.body["audit_log_entries"] if one["action_type"] not in BOT_ADDED]


def _changes(entry: Any) -> dict[str, tuple[Any, Any]]:
    """Old and new value by key."""
    return {
        one["key"]: (one.get("old_value"), one.get("new_value")) for one in entry.get("changes", ())
    }


async def _last(town: Town, rest: Rest) -> Any:
    return (await _log(town, rest))[0]


async def test_a_library_bans_with_a_reason(town: Town) -> None:
    """discord.py is told of the entry, reads it, and reads the reason in it, whatever its letters."""
    keeper = await town.sandbox.make_application("Keeper")
    await town.guild.add_bot(keeper, permissions=8)
    told: list[discord.AuditLogEntry] = []

    class Keeper(ExampleBot):
        async def on_audit_log_entry_create(self, entry: discord.AuditLogEntry) -> None:
            told.append(entry)
            self.resumed.set()

    async with running(Keeper(), town.sandbox, keeper) as bot:
        guild = bot.get_guild(town.guild.id)
        assert guild is not None
        await guild.ban(discord.Object(town.ben.id), reason="spät & laut")
        await bot.resumed.wait()
        (read,) = [one async for one in guild.audit_logs(action=discord.AuditLogAction.ban)]
    (seen,) = told
    assert seen.id == read.id
    assert (read.reason, read.user_id) == ("spät & laut", keeper.id)
    assert read.target is not None
    assert read.target.id == town.ben.id


async def test_only_who_may_see_it_is_told(town: Town, admin: Rest) -> None:
    """With the intent and VIEW_AUDIT_LOG; others are told of the ban alone."""
    async with connected(town) as socket, connected(town) as without:
        seer = await town.sandbox.make_application("Seer")
        await town.guild.add_bot(seer, permissions=VIEW_AUDIT_LOG)
        await identify(socket, seer.token, GUILD_MODERATION)
        await dispatched(socket, "READY")
        await identify(without, town.application.token, GUILD_MODERATION)
        await dispatched(without, "READY")
        await admin.put(f"/guilds/{town.guild.id}/bans/{town.ben.id}", {})
        entry = (await dispatched(socket, "GUILD_AUDIT_LOG_ENTRY_CREATE"))["d"]
        assert entry["guild_id"] == str(town.guild.id)
        assert {**await _last(town, admin), "guild_id": entry["guild_id"]} == entry
        assert (await dispatched(without))["t"] == "GUILD_BAN_ADD"
        await admin.delete(f"/guilds/{town.guild.id}/bans/{town.ben.id}")
        assert (await dispatched(without))["t"] == "GUILD_BAN_REMOVE"


async def test_what_bots_do_to_channels(town: Town, admin: Rest) -> None:
    """Made, changed, given overwrites and deleted: each with its old and new values."""
    made = (await admin.post(f"/guilds/{town.guild.id}/channels", {"name": "new"})).body
    entry = await _last(town, admin)
    assert (entry["action_type"], entry["target_id"]) == (10, made["id"])
    assert _changes(entry)["name"] == (None, "new")
    path = f"/channels/{made['id']}"
    await admin.patch(path, {"name": "newer", "topic": "t"})
    entry = await _last(town, admin)
    assert entry["action_type"] == 11
    assert _changes(entry) == {"name": ("new", "newer"), "topic": (None, "t")}
    overwrite = f"{path}/permissions/{town.guild.id}"
    for allow, action in ((1024, 13), (2048, 14)):
        await admin.put(overwrite, {"type": 0, "allow": allow, "deny": 0})
        entry = await _last(town, admin)
        assert (entry["action_type"], entry["target_id"]) == (action, made["id"])
        options = {"id": str(town.guild.id), "type": "0", "role_name": "@everyone"}
        assert entry["options"] == options
    assert _changes(entry) == {"allow": ("1024", "2048")}
    await admin.delete(overwrite)
    assert (await _last(town, admin))["action_type"] == 15
    await admin.delete(path)
    entry = await _last(town, admin)
    assert (entry["action_type"], _changes(entry)["name"]) == (12, ("newer", None))


async def test_what_bots_do_to_roles_and_members(town: Town, admin: Rest) -> None:
    """Roles made, changed, moved, given, taken, deleted; nicks, timeouts, kicks."""
    guild, ben = f"/guilds/{town.guild.id}", f"/guilds/{town.guild.id}/members/{town.ben.id}"
    role = (await admin.post(f"{guild}/roles", {"name": "r"})).body["id"]
    (entry,) = await _log(town, admin, "?action_type=30")
    assert _changes(entry)["name"] == (None, "r")
    assert await _log(town, admin, "?action_type=31") == []
    await admin.patch(f"{guild}/roles/{role}", {"hoist": True})
    assert _changes(await _last(town, admin)) == {"hoist": (False, True)}
    await admin.put(f"{ben}/roles/{role}")
    entry = await _last(town, admin)
    assert entry["action_type"] == 25
    assert _changes(entry) == {"$add": (None, [{"id": role, "name": "r"}])}
    await admin.patch(ben, {"roles": [], "nick": "Benny"})
    member, roles = (await _log(town, admin))[:2][::-1]
    assert (member["action_type"], _changes(member)) == (24, {"nick": (None, "Benny")})
    assert list(_changes(roles)) == ["$remove"]
    await admin.post(f"{guild}/roles", {"name": "below"})
    await admin.patch(f"{guild}/roles", [{"id": role, "position": 1}])
    assert "position" in _changes((await _log(town, admin, f"?target_id={role}"))[0])
    await admin.delete(f"{guild}/roles/{role}")
    assert (await _last(town, admin))["action_type"] == 32
    await admin.delete(ben)
    entry = await _last(town, admin)
    assert (entry["action_type"], entry["target_id"]) == (20, str(town.ben.id))


async def test_what_bots_do_to_messages(town: Town, admin: Rest) -> None:
    """Others' messages deleted, one or many, and pinned; one's own are nobody's business."""
    channel = f"/channels/{town.general.id}/messages"
    own = (await admin.post(channel, {"content": "c"})).body["id"]
    await admin.delete(f"{channel}/{own}")
    assert await _log(town, admin) == []
    first, second, third = [await town.ben.write(town.general, text) for text in "abc"]
    await admin.put(f"{channel}/pins/{first.id}")
    entry = await _last(town, admin)
    pinned = {"channel_id": str(town.general.id), "message_id": str(first.id)}
    assert (entry["action_type"], entry["target_id"]) == (74, str(town.ben.id))
    assert entry["options"] == pinned
    await admin.delete(f"{channel}/pins/{first.id}")
    assert (await _last(town, admin))["action_type"] == 75
    await admin.delete(f"{channel}/{first.id}")
    entry = await _last(town, admin)
    assert entry["options"] == {"channel_id": str(town.general.id), "count": "1"}
    assert (entry["action_type"], entry["target_id"]) == (72, str(town.ben.id))
    await admin.post(f"{channel}/bulk-delete", {"messages": [str(second.id), str(third.id)]})
    entry = await _last(town, admin)
    assert (entry["action_type"], entry["options"]) == (73, {"count": "2"})


async def test_what_bots_do_to_the_rest(town: Town, admin: Rest) -> None:
    """The server, threads, webhooks, invites, events and their dates, and stages."""
    guild, channel = f"/guilds/{town.guild.id}", f"/channels/{town.general.id}"
    await admin.patch(guild, {"name": "City"})
    assert _changes(await _last(town, admin)) == {"name": ("Town", "City")}
    thread = (await admin.post(f"{channel}/threads", {"name": "t", "type": 11})).body["id"]
    await admin.patch(f"/channels/{thread}", {"archived": True})
    assert _changes(await _last(town, admin)) == {"archived": (False, True)}
    await admin.delete(f"/channels/{thread}")
    hook = (await admin.post(f"{channel}/webhooks", {"name": "h"})).body
    await admin.delete(f"/webhooks/{hook['id']}/{hook['token']}")
    assert (await _last(town, admin))["user_id"] is None
    code = (await admin.post(f"{channel}/invites")).body["code"]
    await admin.delete(f"/invites/{code}")
    start = (datetime.now(UTC) + timedelta(days=7)).replace(microsecond=0)
    hall = (await town.guild.make_channel("Hall", type=13)).id
    event = {
        "name": "e",
        "privacy_level": 2,
        "entity_type": 1,
        "channel_id": str(hall),
        "scheduled_start_time": start.isoformat(),
        "recurrence_rule": {
            "start": start.isoformat(),
            "frequency": 2,
            "interval": 1,
            "by_weekday": [start.weekday()],
        },
    }
    made = (await admin.post(f"{guild}/scheduled-events", event)).body
    path = f"{guild}/scheduled-events/{made['id']}"
    date = {"original_scheduled_start_time": start.isoformat(), "is_canceled": True}
    exception = (await admin.post(f"{path}/exceptions", date)).body
    entry = await _last(town, admin)
    assert (entry["target_id"], entry["options"]) == (
        made["id"],
        {"event_exception_id": exception["event_exception_id"]},
    )
    await admin.patch(path, {"status": 2})
    await admin.patch(f"/stage-instances/{hall}", {"topic": "x"})
    assert (await _last(town, admin))["options"] == {"channel_id": str(hall)}
    await admin.delete(f"/stage-instances/{hall}")
    await admin.delete(path)
    actions = [entry["action_type"] for entry in await _log(town, admin)][::-1]
    assert actions == [1, 110, 111, 112, 50, 52, 40, 42, 10, 100, 200, 101, 83, 84, 85, 102]


async def test_what_members_do(town: Town, rest: Rest, admin: Rest) -> None:
    """Their own names stand in it; what is done in the server's settings is the owner's doing."""
    message = await town.ben.write(town.general, "x")
    await town.ann.delete(message)
    code = await town.ben.invite(town.general)
    await town.ann.revoke(code)
    role = await town.guild.make_role("r")
    await town.guild.add_member(town.ben, [role])
    guest = await town.sandbox.make_application("Guest")
    await town.guild.add_bot(guest)
    await town.guild.remove_bot(guest)
    await town.general.set_permissions(town.ben.id, deny=1 << 11, member=True)
    done = [(one["action_type"], one["user_id"]) for one in await town.guild.audit_log()][::-1]
    ann, ben = str(town.ann.id), str(town.ben.id)
    assert done[2:] == [
        (72, ann),
        (40, ben),
        (42, ann),
        (30, ann),
        (25, ann),
        (28, ann),
        (80, ann),
        (20, ann),
        (82, ann),
        (13, ann),
    ]
    with pytest.raises(SandboxError, match="may not see"):
        await town.sandbox.control.get(f"/members/{ben}/guilds/{town.guild.id}/audit-log")


async def test_a_commands_permissions_are_recorded(town: Town, bot: ExampleBot) -> None:
    """With the application, and each role or member that is allowed or not."""
    (command, *_) = await bot.tree.fetch_commands()
    await town.guild.set_command_permissions(command.id, {("user", town.ben.id): False})
    entry = (await town.guild.audit_log())[0]
    assert (entry["action_type"], entry["target_id"]) == (121, str(command.id))
    assert entry["options"] == {"application_id": str(town.application.id)}
    (change,) = entry["changes"]
    assert (change["key"], change["new_value"]["permission"]) == (str(town.ben.id), False)


async def test_it_is_read_in_pages(town: Town, admin: Rest) -> None:
    """Newest first, before an entry or by who did it; after one the oldest first."""
    for name in "abc":
        await admin.patch(f"/channels/{town.general.id}", {"name": name})
    newest, middle, oldest = [one["id"] for one in await _log(town, admin, "?action_type=11")]
    ids = [one["id"] for one in await _log(town, admin, f"?before={newest}&limit=1")]
    assert ids == [middle]
    ids = [one["id"] for one in await _log(town, admin, f"?after={oldest}")]
    assert ids == [middle, newest]
    assert await _log(town, admin, f"?user_id={town.ben.id}") == []
    whole = (await admin.get(f"/guilds/{town.guild.id}/audit-logs")).body
    assert [one["username"] for one in whole["users"]] == ["ann", "Admin"]


async def test_it_is_kept_for_45_days(town: Town, admin: Rest) -> None:
    """By the sandbox's clock."""
    await admin.patch(f"/channels/{town.general.id}", {"name": "a"})
    await town.sandbox.control.post("/clock", {"step_ms": 44 * DAY_MS})
    assert len(await _log(town, admin)) > 0
    await town.sandbox.control.post("/clock", {"step_ms": 2 * DAY_MS})
    assert await _log(town, admin) == []


async def test_who_may_not_and_reasons_that_are_too_long(town: Town, rest: Rest) -> None:
    """Reading needs VIEW_AUDIT_LOG; a reason has at most 512 characters, and nothing is done."""
    assert (await rest.get(f"/guilds/{town.guild.id}/audit-logs")).code == 50013
    keeper = await town.sandbox.make_application("Keeper")
    await town.guild.add_bot(keeper, permissions=8)
    rest.use(keeper.token)
    assert (await rest.get(f"/guilds/{town.guild.id}/audit-logs?limit=101")).code == 50035
    headers = {"Authorization": f"Bot {keeper.token}", "X-Audit-Log-Reason": "x" * 513}
    url = f"{town.sandbox.api_url}/guilds/{town.guild.id}"
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.patch(url, json={"name": "Elsewhere"}) as answer,
    ):
        assert (answer.status, (await answer.json())["code"]) == (400, 50035)
    assert (await rest.get(f"/guilds/{town.guild.id}")).body["name"] == "Town"


async def test_a_refused_operation_is_not_recorded(town: Town, admin: Rest) -> None:
    """Nothing was done, so nothing is told."""
    assert (await admin.patch(f"/channels/{town.general.id}", {"name": ""})).status == 400
    assert await _log(town, admin) == []


async def test_stickers_and_webhooks_are_recorded(town: Town, admin: Rest) -> None:
    """Made, changed and taken away, by bots and members."""
    hook = await town.ann.make_webhook(town.general, "h")
    await town.ann.delete_webhook(hook.id)
    sticker = await town.ann.make_sticker(town.guild, "wave", File("a.png", png()))
    path = f"/guilds/{town.guild.id}/stickers/{sticker}"
    await admin.patch(path, {"name": "hello"})
    entry = await _last(town, admin)
    assert (entry["target_id"], _changes(entry)) == (str(sticker), {"name": ("wave", "hello")})
    await admin.delete(path)
    done = [(one["action_type"], one["user_id"]) for one in await _log(town, admin)][::-1]
    ann = str(town.ann.id)
    bot = entry["user_id"]
    assert done == [(50, ann), (52, ann), (90, ann), (91, bot), (92, bot)]


async def test_following_is_recorded_where_it_is_read(town: Town, rest: Rest) -> None:
    """In the server whose channel gets a webhook, and not in that of the announcements."""
    elsewhere = await town.sandbox.make_guild("Elsewhere", owner=town.ann)
    general = elsewhere.channel("general")
    news = await town.guild.make_channel("news", type=5)
    reader = await town.sandbox.make_application("Reader")
    for guild in (town.guild, elsewhere):
        await guild.add_bot(reader, permissions=8)
    rest.use(reader.token)
    before = await _log(town, rest)
    await town.ann.follow(news, general)
    answer = await rest.post(
        f"/channels/{news.id}/followers", {"webhook_channel_id": str(general.id)}
    )
    by_bot, by_ann, *_ = await elsewhere.audit_log()
    assert (by_ann["action_type"], by_ann["user_id"]) == (50, str(town.ann.id))
    assert (by_bot["action_type"], by_bot["target_id"]) == (50, answer.body["webhook_id"])
    assert _changes(by_bot)["type"] == (None, 2)
    assert await _log(town, rest) == before


async def test_the_log_does_not_give_webhooks_away(town: Town, admin: Rest) -> None:
    """It tells of a webhook without its token: who reads it may not therefore post."""
    await town.ann.make_webhook(town.general, "h")
    log = (await admin.get(f"/guilds/{town.guild.id}/audit-logs")).body
    (told,) = log["webhooks"]
    assert told["name"] == "h"
    assert not {"token", "url"} & told.keys()


def test_the_tables_name_operations_that_there_are() -> None:
    """A path that is misspelt in them would be recorded by nobody."""
    assert set(audited.AUDITED) <= {route.key for route in DONE}
    modules = (
        acting,
        making,
        forums,
        inviting,
        announcements,
        posting,
        webhooks,
        configuring,
        picturing,
    )
    served = {f"{one.method} {one.template}" for part in modules for one in part.OPERATIONS}
    assert set(of_members.AUDITED) <= served
