"""Rights: timeouts, rank, what a bot may grant, slowmode."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.sandbox.conftest import Town
from tests.sandbox.rest import Rest

from discord_sandbox.testing import Application, Message, SandboxError

KICK, BAN, ADMINISTRATOR, MANAGE_MESSAGES = 1 << 1, 1 << 2, 1 << 3, 1 << 13
VIEW, SEND, NICKNAMES, ROLES, MODERATE = 1 << 10, 1 << 11, 1 << 27, 1 << 28, 1 << 40
MODERATOR = KICK | BAN | VIEW | SEND | NICKNAMES | ROLES | MODERATE


async def invited(town: Town, permissions: int) -> Application:
    bot = await town.sandbox.make_application("Moderator")
    await town.guild.add_bot(bot, permissions=permissions)
    return bot


@pytest.fixture
async def moderator(town: Town, rest: Rest) -> Rest:
    """A bot that may do much, and is no administrator."""
    rest.use((await invited(town, MODERATOR)).token)
    return rest


def member(town: Town, user_id: int) -> str:
    return f"/guilds/{town.guild.id}/members/{user_id}"


def ahead(**by: int) -> dict[str, Any]:
    return {"communication_disabled_until": (datetime.now(UTC) + timedelta(**by)).isoformat()}


async def test_a_timeout_silences_until_it_ends(town: Town, moderator: Rest) -> None:
    """Who is timed out reads, and neither writes nor reacts; by the sandbox's clock it ends."""
    button = {"type": 2, "style": 1, "label": "b", "custom_id": "b"}
    offered = {"content": "c", "components": [{"type": 1, "components": [button]}]}
    shown = await moderator.post(f"/channels/{town.general.id}/messages", offered)
    said = await town.ann.write(town.general, "hello")
    await town.ann.react(said, "👋")
    timed_out = await moderator.patch(member(town, town.ben.id), ahead(minutes=10))
    assert timed_out.status == 200
    with pytest.raises(SandboxError, match="50013"):
        await town.ben.write(town.general, "x")
    for emoji in ("👋", "🔥"):
        with pytest.raises(SandboxError, match="50013"):
            await town.ben.react(said, emoji)
    with pytest.raises(SandboxError, match="timed out"):
        await town.ben.press(Message(shown.body), "b")
    assert (await town.ben.messages(town.general))[0].content == "hello"
    await town.sandbox.clock.step(601)
    await town.ben.write(town.general, "at last")


async def test_a_bot_is_silenced_too(town: Town, moderator: Rest) -> None:
    """A bot that is timed out may not write."""
    lower = await invited(town, MODERATOR)
    timed_out = await moderator.patch(member(town, lower.id), ahead(minutes=10))
    assert timed_out.status == 200
    moderator.use(lower.token)
    answer = await moderator.post(f"/channels/{town.general.id}/messages", {"content": "x"})
    assert answer.code == 50013


async def test_administrators_have_no_timeouts(town: Town, moderator: Rest) -> None:
    """Neither the owner nor an administrator can be given one."""
    admin = await town.guild.make_role("admin", permissions=ADMINISTRATOR)
    cy = await town.sandbox.make_user("cy")
    await town.guild.add_member(cy, [admin])
    for who in (town.ann, cy):
        assert (await moderator.patch(member(town, who.id), ahead(minutes=1))).code == 50013


@pytest.mark.parametrize("above", ["owner", "equal"])
async def test_rank_protects(town: Town, rest: Rest, above: str) -> None:
    """The owner, and members whose role is as high as the bot's, are not kicked, banned, renamed."""
    target = town.ann
    bot = await invited(town, MODERATOR)
    rest.use(bot.token)
    if above == "equal":
        answer = await rest.get(member(town, bot.id))
        target = await town.sandbox.make_user("cy")
        await town.guild.add_member(target, [int(answer.body["roles"][0])])
    path = member(town, target.id)
    assert (await rest.patch(path, {"nick": "x"})).code == 50013
    assert (await rest.patch(path, ahead(minutes=1))).code == 50013
    assert (await rest.delete(path)).code == 50013
    assert (await rest.put(f"/guilds/{town.guild.id}/bans/{target.id}", {})).code == 50013
    assert (await rest.patch(member(town, town.ben.id), {"nick": "x"})).status == 200


async def test_a_bot_grants_only_what_it_has(town: Town, moderator: Rest) -> None:
    """With MANAGE_ROLES alone a bot makes neither itself nor others more than it is."""
    roles = f"/guilds/{town.guild.id}/roles"
    admin = {"name": "admin", "permissions": str(ADMINISTRATOR)}
    assert (await moderator.post(roles, admin)).code == 50013
    made = await moderator.post(roles, {"name": "kicker", "permissions": str(KICK)})
    assert made.status == 200
    path = f"{roles}/{made.body['id']}"
    assert (await moderator.patch(path, {"permissions": str(ADMINISTRATOR)})).code == 50013
    assert (await moderator.patch(path, {"permissions": "0"})).status == 200
    overwrites = f"/channels/{town.general.id}/permissions/{town.ben.id}"
    more = {"type": 1, "allow": str(MANAGE_MESSAGES), "deny": "0"}
    assert (await moderator.put(overwrites, more)).code == 50013
    assert (await moderator.put(overwrites, {**more, "allow": str(SEND)})).status == 204


async def test_reactions_and_pins_need_permissions(town: Town) -> None:
    """A member who may only look can neither react nor pin."""
    said = await town.ann.write(town.general, "hello")
    everything_but_looking = (1 << 53) - 1 - VIEW
    await town.general.set_permissions(town.ben.id, deny=everything_but_looking, member=True)
    with pytest.raises(SandboxError, match="50013"):
        await town.ben.react(said, "🔥")
    body = {"channel_id": str(town.general.id), "message_id": str(said.id)}
    with pytest.raises(SandboxError, match="50013"):
        await town.sandbox.control.post(f"/members/{town.ben.id}/pin", body)
    await town.sandbox.control.post(f"/members/{town.ann.id}/pin", body)


async def test_slowmode(town: Town, rest: Rest) -> None:
    """Members wait between messages; moderators and bots do not."""
    rest.use((await invited(town, ADMINISTRATOR)).token)
    path = f"/channels/{town.general.id}"
    assert (await rest.patch(path, {"rate_limit_per_user": 30})).status == 200
    await town.ben.write(town.general, "one")
    for writes in (town.ann.write(town.general, "free"), town.ann.write(town.general, "free")):
        await writes
    for _ in range(2):
        assert (await rest.post(f"{path}/messages", {"content": "x"})).status == 200
    with pytest.raises(SandboxError, match="20016"):
        await town.ben.write(town.general, "two")
    await town.sandbox.clock.step(30)
    await town.ben.write(town.general, "two")
