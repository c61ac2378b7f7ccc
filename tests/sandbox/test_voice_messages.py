"""Voice messages: one sound with its length and its waveform, and nothing else."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests.sandbox.bot import ExampleBot
from tests.sandbox.conftest import Town
from tests.sandbox.files import sound

from discord_sandbox.testing import File, Sandbox, SandboxError

VOICE = 1 << 13
SEND_VOICE_MESSAGES = 1 << 46
WAVEFORM = base64.b64encode(bytes(range(0, 250, 10))).decode()
SOUND = {"id": "0", "duration_secs": 0.5, "waveform": WAVEFORM}


async def post(
    town: Town,
    body: dict[str, Any],
    *,
    files: int = 1,
    kind: str = "audio/wav",
    path: str | None = None,
    method: str = "POST",
) -> tuple[int, Any]:
    """What is answered to a message of these files."""
    form = aiohttp.FormData()
    form.add_field("payload_json", json.dumps(body), content_type="application/json")
    for n in range(files):
        form.add_field(f"files[{n}]", sound(), filename="voice.wav", content_type=kind)
    url = town.sandbox.api_url + (path or f"/channels/{town.general.id}/messages")
    headers = {"Authorization": f"Bot {town.application.token}"}
    async with aiohttp.request(method, url, data=form, headers=headers) as response:
        return response.status, await response.json()


async def test_a_bot_sends_a_voice_message(town: Town) -> None:
    """The flag stays, and the file has what was said of its sound; it cannot be edited."""
    status, sent = await post(town, {"flags": VOICE, "attachments": [SOUND]})
    assert (status, sent["flags"]) == (200, VOICE)
    (file,) = sent["attachments"]
    assert (file["duration_secs"], file["waveform"]) == (0.5, WAVEFORM)
    (seen,) = await town.ben.messages(town.general)
    assert seen.data["attachments"] == [file]
    path = f"/channels/{town.general.id}/messages/{sent['id']}"
    status, refused = await post(town, {"content": "x"}, files=0, path=path, method="PATCH")
    assert (status, refused["code"]) == (400, 50162)


@pytest.mark.parametrize(
    ("more", "how", "code"),
    [
        ({"content": "x"}, {}, 50159),
        ({"embeds": [{"title": "x"}]}, {}, 50159),
        ({"sticker_ids": ["1"]}, {}, 50159),
        ({}, {"files": 0}, 50160),
        ({}, {"files": 2}, 50160),
        ({}, {"kind": "image/png"}, 50160),
        ({"attachments": []}, {}, 50161),
        ({"attachments": [{"id": "0", "duration_secs": 1}]}, {}, 50161),
        ({"attachments": [{"id": "0", "waveform": WAVEFORM}]}, {}, 50161),
        ({"attachments": [{**SOUND, "duration_secs": "long"}]}, {}, 50035),
        ({"attachments": [{**SOUND, "duration_secs": -1}]}, {}, 50035),
        ({"attachments": [{**SOUND, "waveform": "?"}]}, {}, 50035),
        ({"attachments": [{**SOUND, "waveform": "A" * 404}]}, {}, 50035),
        ({"attachments": ["x"]}, {}, 50161),
    ],
)
async def test_what_is_no_voice_message(
    town: Town, more: dict[str, Any], how: dict[str, Any], code: int
) -> None:
    """Each thing too much or too little has its code, and nothing is sent."""
    status, answer = await post(town, {"flags": VOICE, "attachments": [SOUND], **more}, **how)
    assert (status, answer["code"]) == (400, code), answer
    assert await town.general.messages() == []


async def test_sending_one_needs_a_right_of_its_own(town: Town) -> None:
    """Without SEND_VOICE_MESSAGES it is 50173, for members and bots alike."""
    everyone = town.guild.everyone_role_id
    await town.general.set_permissions(everyone, deny=SEND_VOICE_MESSAGES)
    status, answer = await post(town, {"flags": VOICE, "attachments": [SOUND]})
    assert (status, answer["code"]) == (403, 50173)
    with pytest.raises(SandboxError, match="50173"):
        await town.ben.send_voice(town.general, File("v.ogg", sound(), "audio/ogg"), 1)


async def test_members_send_voice_messages(town: Town, bot: ExampleBot) -> None:
    """A library knows it for one; a forward is one, too."""
    file = File("voice-message.ogg", sound(), "audio/ogg")
    sent = await town.ben.send_voice(town.general, file, 2.5, bytes([1, 2, 3]))
    told = await bot.told.get()
    assert told.flags.voice
    forwarded = await town.ann.forward(sent, town.guild.channel("quiet"))
    (kept,) = forwarded.data["message_snapshots"]
    assert kept["message"]["flags"] & VOICE
    assert kept["message"]["attachments"][0]["duration_secs"] == 2.5
    with pytest.raises(SandboxError, match="50160"):
        await town.ben.send_voice(town.general, File("v.txt", b"x", "text/plain"), 1)


async def test_an_interaction_is_answered_by_voice(town: Town, bot: ExampleBot) -> None:
    """A webhook's message is not: Discord passes the flag over."""
    await town.ben.command(town.general, "mute")
    interaction = await bot.unanswered.get()
    await interaction.response.defer()
    body = {"flags": VOICE, "attachments": [SOUND]}
    path = f"/webhooks/{town.application.id}/{interaction.token}?wait=true"
    assert (await post(town, body, path=path))[1]["flags"] & VOICE
    hook = await town.ann.make_webhook(town.general, "Crier")
    status, sent = await post(town, body, path=f"/webhooks/{hook.id}/{hook.token}?wait=true")
    assert (status, sent["flags"]) == (200, 0)


async def test_only_sounds_have_a_length(town: Town) -> None:
    """What is said of another file's sound is passed over."""
    _, sent = await post(town, {"attachments": [SOUND]}, kind="image/png")
    assert "duration_secs" not in sent["attachments"][0]


async def test_a_voice_message_is_kept_in_a_state_file(tmp_path: Path) -> None:
    """With its length and its waveform."""
    options = ["--state", str(tmp_path / "world.json")]
    async with Sandbox.start(options=options) as sandbox:
        ann = await sandbox.make_user("ann")
        home = await sandbox.make_guild("Home", owner=ann)
        file = File("v.wav", sound(), "audio/wav")
        sent = await ann.send_voice(home.channel("general"), file, 0.5, b"\x10\x20")
    async with Sandbox.start(options=options) as sandbox:
        (seen,) = await (await sandbox.guild("Home")).channel("general").messages()
    (kept,), (was,) = seen.data["attachments"], sent.data["attachments"]
    assert kept["waveform"] == was["waveform"] == base64.b64encode(b"\x10\x20").decode()
    assert seen.data["flags"] == VOICE
