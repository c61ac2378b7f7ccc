"""The audit log of how a server is set up: emojis, sounds, auto moderation, onboarding, bots."""

from __future__ import annotations

from typing import Any

import pytest
from tests.sandbox.conftest import Town
from tests.sandbox.drawn import png, uri
from tests.sandbox.rest import Rest
from tests.sandbox.server_bodies import OGG, PROMPT, RULE

from discord_sandbox.testing import SandboxError


async def read(town: Town, rest: Rest) -> list[tuple[int, str, Any]]:
    """What was done after the bots were let in, oldest first: action, whose doing, and what changed."""
    answer = await rest.get(f"/guilds/{town.guild.id}/audit-logs")
    assert answer.status == 200, answer.body
    return [
        (one["action_type"], one["user_id"], [change["key"] for change in one.get("changes", ())])
        for one in answer.body["audit_log_entries"][::-1]
        if one["action_type"] not in (28, 80)
    ]


async def test_what_bots_make_change_and_delete(town: Town, admin: Rest) -> None:
    """Each with an entry of its own kind; a change tells of what changed alone."""
    guild = f"/guilds/{town.guild.id}"
    for name, body, key, actions in (
        ("emojis", {"name": "e1", "image": uri(png())}, "id", (60, 61, 62)),
        ("soundboard-sounds", {"name": "horn", "sound": OGG}, "sound_id", (130, 131, 132)),
        ("auto-moderation/rules", RULE, "id", (140, 141, 142)),
    ):
        before = len(await read(town, admin))
        made = await admin.post(f"{guild}/{name}", body)
        path = f"{guild}/{name}/{made.body[key]}"
        await admin.patch(path, {"name": "other"})
        await admin.delete(path)
        done = (await read(town, admin))[before:]
        assert [action for action, _, _ in done] == [*actions]
        assert done[1][2] == ["name"]


async def test_onboarding_is_recorded(town: Town, admin: Rest) -> None:
    """Itself, and each of its prompts, made, changed and gone."""
    path = f"/guilds/{town.guild.id}/onboarding"
    channels = {"default_channel_ids": [str(town.general.id)]}
    (made,) = (await admin.put(path, {**channels, "prompts": [PROMPT]})).body["prompts"]
    await admin.put(path, {"prompts": [{**made, "title": "other"}]})
    await admin.put(path, {"prompts": []})
    done = await read(town, admin)
    assert [action for action, _, _ in done] == [167, 163, 164, 165]
    assert done[0][2] == ["default_channel_ids"]
    assert "title" in done[2][2]


async def test_bots_are_integrations(town: Town, admin: Rest) -> None:
    """Let in and thrown out as such; the log names the integrations and rules that there are."""
    guest = await town.sandbox.make_application("Guest")
    await town.guild.add_bot(guest)
    await admin.post(f"/guilds/{town.guild.id}/auto-moderation/rules", RULE)
    whole = (await admin.get(f"/guilds/{town.guild.id}/audit-logs")).body
    named = {one["id"]: one["name"] for one in whole["integrations"]}
    assert "Guest" in named.values()
    assert [one["name"] for one in whole["auto_moderation_rules"]] == [RULE["name"]]
    (role,) = [one for one, name in named.items() if name == "Guest"]
    await admin.delete(f"/guilds/{town.guild.id}/integrations/{role}")
    assert [action for action, _, _ in await read(town, admin)] == [140, 82]


async def test_what_the_owner_sets_up(town: Town, admin: Rest) -> None:
    """By the control API, which does it as the owner."""
    await town.guild.edit(verification_level=2, features=["INVITES_DISABLED"])
    await town.guild.make_sound("horn", b"OggS")
    await town.guild.make_rule(
        "r", 1, trigger_metadata={"keyword_filter": ["k"]}, actions=[{"type": 1}]
    )
    await town.guild.delete_emoji(await town.guild.make_emoji("e1", png()))
    done = await read(town, admin)
    assert [action for action, _, _ in done] == [1, 130, 140, 60, 62]
    assert {who for _, who, _ in done} == {str(town.ann.id)}
    assert set(done[0][2]) == {"verification_level", "features"}


async def test_what_auto_moderation_does(town: Town, admin: Rest) -> None:
    """To whom, in which channel and by which rule; a message that no rule strikes is not told."""
    alert = {"type": 2, "metadata": {"channel_id": str(town.general.id)}}
    actions = [{"type": 1}, alert, {"type": 3, "metadata": {"duration_seconds": 60}}]
    words = {"keyword_filter": ["bad"]}
    await town.guild.make_rule("r", 1, trigger_metadata=words, actions=actions)
    await town.ben.write(town.general, "good")
    with pytest.raises(SandboxError, match="200000"):
        await town.ben.write(town.general, "bad")
    log = (await admin.get(f"/guilds/{town.guild.id}/audit-logs?limit=3")).body
    entries = log["audit_log_entries"][::-1]
    assert [one["action_type"] for one in entries] == [143, 144, 145]
    assert {one["target_id"] for one in entries} == {str(town.ben.id)}
    assert entries[0]["options"] == {
        "auto_moderation_rule_name": "r",
        "auto_moderation_rule_trigger_type": "1",
        "channel_id": str(town.general.id),
    }


async def test_granted_and_switched_features_are_one_list(town: Town, admin: Rest) -> None:
    """What a bot switches leaves what was granted; the owner's list is the whole of both."""
    guild = f"/guilds/{town.guild.id}"
    await town.guild.edit(features=["ROLE_ICONS", "RAID_ALERTS_DISABLED"])
    edited = await admin.patch(guild, {"features": ["INVITES_DISABLED", "BANNER"]})
    assert edited.body["features"] == ["ROLE_ICONS", "INVITES_DISABLED"]
    assert (await town.guild.edit(features=["BANNER"], banner=png()))["features"] == ["BANNER"]
    assert (await admin.get(guild)).body["banner"] is not None
