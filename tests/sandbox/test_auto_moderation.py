"""Auto moderation: rules on what members write, and what comes of setting one off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest
from tests.sandbox.bot import ExampleBot, running
from tests.sandbox.conftest import ADMINISTRATOR, Town
from tests.sandbox.rest import Rest, rest_of
from tests.sandbox.test_gateway import connected, dispatched, identify

from discord_sandbox.testing import Sandbox, SandboxError

MANAGE_GUILD, MODERATE = 1 << 5, 1 << 40
CONFIGURATION, EXECUTION, CONTENT = 1 << 20, 1 << 21, 1 << 15
KEYWORD, SPAM, PRESET, MENTIONS, PROFILE = 1, 3, 4, 5, 6
BLOCK = {"type": 1, "metadata": {}}
RULE: dict[str, Any] = {
    "name": "No cats",
    "event_type": 1,
    "trigger_type": KEYWORD,
    "trigger_metadata": {"keyword_filter": ["cat"]},
    "enabled": True,
}


def rules_of(town: Town) -> str:
    return f"/guilds/{town.guild.id}/auto-moderation/rules"


@pytest.fixture
async def socket(town: Town) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A bot that manages the server, and is told of rules and of what they do."""
    watch = await town.sandbox.make_application("Watch", intents=["message_content"])
    await town.guild.add_bot(watch, permissions=MANAGE_GUILD)
    async with connected(town) as socket:
        await identify(socket, watch.token, 1 | CONFIGURATION | EXECUTION | CONTENT)
        await dispatched(socket, "GUILD_CREATE")
        yield socket


async def refused(town: Town, text: str) -> SandboxError:
    """The refusal that Ben is given for a text."""
    with pytest.raises(SandboxError) as refusal:
        await town.ben.write(town.general, text)
    return refusal.value


async def test_a_rule_is_made_changed_and_deleted(
    town: Town, admin: Rest, socket: aiohttp.ClientWebSocketResponse
) -> None:
    """Each is told of; what was not given is filled in, and blocking is what a rule does."""
    path = rules_of(town)
    made = (await admin.post(path, RULE)).body
    trigger = {"keyword_filter": ["cat"], "regex_patterns": [], "allow_list": []}
    assert made["trigger_metadata"] == trigger
    assert made["actions"] == [BLOCK]
    assert (await dispatched(socket, "AUTO_MODERATION_RULE_CREATE"))["d"] == made
    assert (await admin.get(f"/guilds/{town.guild.id}")).body["features"] == ["AUTO_MODERATION"]
    one = f"{path}/{made['id']}"
    changed = await admin.patch(
        one, {"enabled": False, "trigger_metadata": {"allow_list": ["cat"]}}
    )
    assert changed.body["trigger_metadata"] == {**trigger, "allow_list": ["cat"]}
    assert (await dispatched(socket, "AUTO_MODERATION_RULE_UPDATE"))["d"] == changed.body
    assert (await admin.get(one)).body == changed.body
    assert (await admin.get(path)).body == [changed.body]
    assert (await admin.delete(one)).status == 204
    assert (await dispatched(socket, "AUTO_MODERATION_RULE_DELETE"))["d"] == changed.body
    gone = await admin.get(one)
    assert (gone.status, gone.code) == (404, 0)


async def test_what_a_rule_may_not_be(town: Town, admin: Rest) -> None:
    """Without its kind, too many of one, of patterns that Rust has not, with wrong actions."""
    path = rules_of(town)
    for name in ("name", "event_type", "trigger_type"):
        without = {key: value for key, value in RULE.items() if key != name}
        assert list((await admin.post(path, without)).body["errors"]) == [name]
    for trigger in (
        {"regex_patterns": ["("]},
        {"regex_patterns": ["(?=cat)"]},
        {"regex_patterns": ["(a)\\1"]},
        {"keyword_filter": ["k" * 61]},
        {"allow_list": ["a"] * 101},
    ):
        wrong = await admin.post(path, {**RULE, "trigger_metadata": trigger})
        assert list(wrong.body["errors"]) == ["trigger_metadata"], trigger
    spam = {**RULE, "trigger_type": SPAM, "trigger_metadata": None}
    for body in (
        {**spam, "actions": [{"type": 3, "metadata": {"duration_seconds": 60}}]},
        {**RULE, "actions": [BLOCK, BLOCK]},
        {**RULE, "actions": [{"type": 2, "metadata": {}}]},
        {**RULE, "actions": [{"type": 2, "metadata": {"channel_id": "1"}}]},
    ):
        assert list((await admin.post(path, body)).body["errors"]) == ["actions"], body
    assert (await admin.post(path, {**RULE, "exempt_roles": ["1"]})).code == 50035
    for number in range(6):
        assert (await admin.post(path, {**RULE, "name": str(number)})).status == 200
    for body in (RULE, spam, spam):
        last = await admin.post(path, body)
    code = last.body["errors"]["trigger_type"]["_errors"][0]["code"]
    assert code == "AUTO_MODERATION_MAX_RULES_OF_TYPE_EXCEEDED"


async def test_what_is_not_done_says_so(town: Town, admin: Rest) -> None:
    """Rules on profiles, holding back interactions, and what only Rust's expressions have."""
    path = rules_of(town)
    for body in (
        {**RULE, "trigger_type": PROFILE},
        {**RULE, "event_type": 2},
        {**RULE, "actions": [{"type": 4, "metadata": {}}]},
        {**RULE, "trigger_metadata": {"regex_patterns": [r"\p{Lu}"]}},
    ):
        assert (await admin.post(path, body)).status == 501, body


async def test_who_may_make_rules(town: Town, rest: Rest) -> None:
    """Whoever manages the server; timeouts are for who may give them."""
    path = rules_of(town)
    assert (await rest.get(path)).code == 50013
    assert (await rest.post(path, RULE)).code == 50013
    manager = await town.sandbox.make_application("Manager")
    await town.guild.add_bot(manager, permissions=MANAGE_GUILD)
    rest.use(manager.token)
    timeout = {**RULE, "actions": [{"type": 3, "metadata": {"duration_seconds": 60}}]}
    assert (await rest.post(path, timeout)).code == 50013
    assert (await rest.post(path, RULE)).status == 200
    assert (await rest.get(f"/guilds/{town.guild.id}/auto-moderation/rules")).status == 200


async def test_events_of_rules_are_for_who_manages_the_server(town: Town, admin: Rest) -> None:
    """A bot without the permission, or without the intents, is told of nothing."""
    manager = await town.sandbox.make_application("Manager")
    await town.guild.add_bot(manager, permissions=MANAGE_GUILD)
    for token, intents in (
        (town.application.token, 1 | CONFIGURATION | EXECUTION),
        (manager.token, 1),
    ):
        async with connected(town) as socket:
            await identify(socket, token, intents)
            await dispatched(socket, "GUILD_CREATE")
            made = (await admin.post(rules_of(town), RULE)).body
            await refused(town, "cat")
            assert (await admin.delete(f"{rules_of(town)}/{made['id']}")).status == 204
            await town.guild.make_channel("new")
            assert (await dispatched(socket))["t"] == "CHANNEL_CREATE"


async def test_a_blocked_message_alerts_and_silences(
    town: Town, socket: aiohttp.ClientWebSocketResponse
) -> None:
    """It is not there; moderators read who wrote what, and each action is told of."""
    quiet = town.guild.channel("quiet")
    actions = [
        {"type": 1, "metadata": {"custom_message": "Dogs only."}},
        {"type": 2, "metadata": {"channel_id": str(quiet.id)}},
        {"type": 3, "metadata": {"duration_seconds": 60}},
    ]
    trigger = {"keyword_filter": ["cat*"]}
    made = await town.guild.make_rule("No cats", KEYWORD, trigger_metadata=trigger, actions=actions)
    refusal = await refused(town, "A Category of its own")
    assert "200000: Dogs only." in str(refusal)
    written = await town.ben.messages(town.general)
    assert town.ben.id not in [message.author_id for message in written]
    (alert,) = await town.ann.messages(quiet)
    assert (alert.data["type"], alert.author_id, alert.content) == (24, town.ben.id, "")
    (embed,) = alert.data["embeds"]
    assert embed["type"] == "auto_moderation_message"
    assert embed["description"] == "A Category of its own"
    fields = {field["name"]: field["value"] for field in embed["fields"]}
    assert (fields["rule_name"], fields["decision_outcome"]) == ("No cats", "blocked")
    told = [(await dispatched(socket, "AUTO_MODERATION_ACTION_EXECUTION"))["d"] for _ in actions]
    assert [one["action"] for one in told] == actions
    assert told[1]["alert_system_message_id"] == str(alert.id)
    first = told[0]
    assert (first["rule_id"], first["user_id"]) == (made["id"], str(town.ben.id))
    assert (first["matched_keyword"], first["matched_content"]) == ("cat*", "Cat")
    assert "message_id" not in first
    assert "50013" in str(await refused(town, "Is anybody there?"))


async def test_a_flagged_message_is_there(
    town: Town, socket: aiohttp.ClientWebSocketResponse
) -> None:
    """A rule that only alerts lets it through, and names it; an edit is looked at, too."""
    quiet = town.guild.channel("quiet")
    alert = {"type": 2, "metadata": {"channel_id": str(quiet.id)}}
    trigger = {"keyword_filter": ["cat"]}
    await town.guild.make_rule("No cats", KEYWORD, trigger_metadata=trigger, actions=[alert])
    said = await town.ben.write(town.general, "my cat")
    told = (await dispatched(socket, "AUTO_MODERATION_ACTION_EXECUTION"))["d"]
    assert (told["message_id"], told["content"]) == (str(said.id), "my cat")
    dog = await town.ben.write(town.general, "my dog")
    body = {"channel_id": str(town.general.id), "message_id": str(dog.id), "content": "a CAT"}
    await town.sandbox.control.post(f"/members/{town.ben.id}/edit", body)
    told = (await dispatched(socket, "AUTO_MODERATION_ACTION_EXECUTION"))["d"]
    assert (told["message_id"], told["matched_content"]) == (str(dog.id), "CAT")
    assert len(await town.ann.messages(quiet)) == 2


async def test_without_the_intent_the_text_is_kept_back(town: Town) -> None:
    """What was written and found is empty without MESSAGE_CONTENT."""
    manager = await town.sandbox.make_application("Manager")
    await town.guild.add_bot(manager, permissions=MANAGE_GUILD)
    await town.guild.make_rule("No cats", KEYWORD, trigger_metadata={"keyword_filter": ["cat"]})
    async with connected(town) as socket:
        await identify(socket, manager.token, 1 | EXECUTION)
        await dispatched(socket, "GUILD_CREATE")
        await refused(town, "cat")
        told = (await dispatched(socket, "AUTO_MODERATION_ACTION_EXECUTION"))["d"]
        assert (told["content"], told["matched_content"]) == ("", "")
        assert told["matched_keyword"] == "cat"


@pytest.mark.parametrize(
    ("trigger", "stopped", "passed"),
    [
        ({"keyword_filter": ["cat"]}, ["cat", "a Cat.", "cat-flap"], ["cats", "bobcat"]),
        ({"keyword_filter": ["cat*"]}, ["cats"], ["bobcat"]),
        ({"keyword_filter": ["*cat"]}, ["bobcat"], ["cats"]),
        ({"keyword_filter": ["*cat*"]}, ["a concatenation"], ["dog"]),
        ({"keyword_filter": ["the cat"]}, ["I saw the cat"], ["the big cat"]),
        ({"keyword_filter": ["*cat*"], "allow_list": ["category"]}, ["cats"], ["a category"]),
        ({"regex_patterns": ["c[ao]t{2}"]}, ["COTTON"], ["cat"]),
        ({"regex_patterns": ["b*"]}, ["b"], ["cat"]),
    ],
)
async def test_how_keywords_are_found(
    town: Town, trigger: dict[str, Any], stopped: list[str], passed: list[str]
) -> None:
    """Whole words, their beginnings and ends; not what is allowed, nor within nothing."""
    await town.guild.make_rule("Words", KEYWORD, trigger_metadata=trigger)
    for text in stopped:
        assert "200000" in str(await refused(town, text)), text
    for text in passed:
        await town.ben.write(town.general, text)


async def test_an_expression_that_would_take_for_ever(town: Town) -> None:
    """It is broken off, what follows it is looked for, and the sandbox goes on."""
    trigger = {"regex_patterns": ["(a+)+$", "cat"]}
    await town.guild.make_rule("Slow", KEYWORD, trigger_metadata=trigger)
    async with asyncio.timeout(30):
        await town.ben.write(town.general, "a" * 60 + "!")
        assert "200000" in str(await refused(town, "a" * 60 + "! cat"))


async def test_mentions_presets_and_spam(town: Town) -> None:
    """More different mentions than allowed; of Discord's lists and its model one word each."""
    await town.guild.make_rule("Loud", MENTIONS, trigger_metadata={"mention_total_limit": 2})
    await town.guild.make_rule("Rude", PRESET, trigger_metadata={"presets": [1, 3]})
    await town.guild.make_rule("Spam", SPAM)
    role = await town.guild.make_role("role")
    ann, ben = f"<@{town.ann.id}>", f"<@{town.ben.id}>"
    await town.ben.write(town.general, f"{ann} {ann} {ben} sandbox-sexual-content")
    for text in (
        f"{ann} {ben} <@&{role}>",
        "what a sandbox-profanity",
        "sandbox-slur",
        "sandbox-spam",
    ):
        assert "200000" in str(await refused(town, text)), text


async def test_who_and_what_is_exempt(town: Town, rest: Rest) -> None:
    """Roles, channels and their threads, whoever manages the server, bots, and rules switched off."""
    cy = await town.sandbox.make_user("cy")
    trusted = await town.guild.make_role("trusted")
    await town.guild.add_member(cy, [trusted])
    quiet = town.guild.channel("quiet")
    made = await town.guild.make_rule(
        "No cats",
        KEYWORD,
        trigger_metadata={"keyword_filter": ["cat"]},
        exempt_roles=[str(trusted)],
        exempt_channels=[str(quiet.id)],
    )
    await cy.write(town.general, "cat")
    await town.ann.write(town.general, "cat")
    await town.ben.write(quiet, "cat")
    path = f"/channels/{quiet.id}/threads"
    thread = (await rest.post(path, {"name": "t", "type": 11})).body
    await town.ben.write(int(thread["id"]), "cat")
    assert (
        await rest.post(f"/channels/{town.general.id}/messages", {"content": "cat"})
    ).status == 200
    await refused(town, "cat")
    path = f"/guilds/{town.guild.id}/auto-moderation/rules/{made['id']}"
    await town.sandbox.control.delete(path)
    await town.ben.write(town.general, "cat")


async def test_the_title_of_a_post(town: Town) -> None:
    """It is blocked like a text, with a code of its own."""
    forum = await town.guild.make_channel("forum", type=15)
    await town.guild.make_rule("No cats", KEYWORD, trigger_metadata={"keyword_filter": ["cat"]})
    with pytest.raises(SandboxError, match="200001: Title was blocked"):
        await town.ben.start_post(forum, "My cat", "Look")
    with pytest.raises(SandboxError, match="200000"):
        await town.ben.start_post(forum, "My pet", "a cat")
    await town.ben.start_post(forum, "My pet", "a dog")


async def test_a_library_has_rules(town: Town) -> None:
    """discord.py makes a rule, and hears of a message that it kept from being sent."""
    made = await town.sandbox.make_application("Admin", intents=["message_content"])
    await town.guild.add_bot(made, permissions=ADMINISTRATOR)
    intents = discord.Intents(guilds=True, auto_moderation=True, message_content=True)
    async with running(ExampleBot(intents), town.sandbox, made) as bot:
        guild = bot.get_guild(town.guild.id)
        assert guild is not None
        rule = await guild.create_automod_rule(
            name="No cats",
            event_type=discord.AutoModRuleEventType.message_send,
            trigger=discord.AutoModTrigger(keyword_filter=["cat"]),
            actions=[discord.AutoModRuleAction(custom_message="Dogs only.")],
            enabled=True,
        )
        assert [one.id for one in await guild.fetch_automod_rules()] == [rule.id]

        def was_kept_back(action: discord.AutoModAction) -> bool:
            return action.rule_id == rule.id and action.content == "cat"

        waits = bot.wait_for("automod_action", check=was_kept_back, timeout=10)
        heard, _ = await _both(waits, refused(town, "cat"))
        assert heard.user_id == town.ben.id
        await rule.edit(enabled=False)
        await town.ben.write(town.general, "cat")


async def _both(waits: Any, does: Any) -> tuple[Any, Any]:
    heard, done = await asyncio.gather(waits, does)
    return heard, done


async def test_rules_survive_a_restart(tmp_path: Path) -> None:
    """The state file has them, and they go on working."""
    options = ("--state", str(tmp_path / "state"))
    async with Sandbox.start(options=options) as sandbox:
        ann, ben = [await sandbox.make_user(name) for name in ("ann", "ben")]
        bot = await sandbox.make_application("Bot")
        home = await sandbox.make_guild("Home", owner=ann, members=[ben])
        await home.add_bot(bot, permissions=MANAGE_GUILD)
        made = await home.make_rule("Cats", KEYWORD, trigger_metadata={"keyword_filter": ["cat"]})
    async with Sandbox.start(options=options) as sandbox, aiohttp.ClientSession() as session:
        path = f"/guilds/{home.id}/auto-moderation/rules"
        assert (await rest_of(session, sandbox, bot).get(path)).body == [made]
        ben = await sandbox.member("ben")
        with pytest.raises(SandboxError, match="200000"):
            await ben.write(home.channel("general"), "cat")
