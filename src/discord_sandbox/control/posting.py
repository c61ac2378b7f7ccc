"""What members post besides text: stickers, which they make and send, and voice messages."""

from __future__ import annotations

from discord_sandbox import messages, stickers
from discord_sandbox.channels import check_dm
from discord_sandbox.control.acting import place, read_files
from discord_sandbox.control.routing import Ask, Operation, Refused
from discord_sandbox.model import IS_VOICE_MESSAGE, Json
from discord_sandbox.permissions import CREATE_GUILD_EXPRESSIONS
from discord_sandbox.shapes.stickers import sticker_json
from discord_sandbox.slowmode import check_slowmode
from discord_sandbox.validate.message import check_message
from discord_sandbox.validate.stickers import check_new_sticker

_MEMBER = "/members/{user}"
_SAMPLES = "AAAAAA=="
"""A silence, where nobody says what the sound looks like."""


def sticker(ask: Ask) -> Json:
    user, guild = ask.user(), ask.find_guild(ask.given("guild_id"))
    member = guild.members.get(user.id)
    granted = 0 if member is None else ask.world.guild_permissions(guild, member)
    if not granted & CREATE_GUILD_EXPRESSIONS:
        raise Refused(f"{user.username} may not make stickers in {guild.name}.", 403)
    files = read_files(ask)
    given = {name: ask.body.get(name) for name in ("name", "tags", "description")}
    body = check_new_sticker(given, file=len(files) == 1)
    made = stickers.create_sticker(ask.world, guild, user, body, files[0].content)
    return sticker_json(made, user)


def voice(ask: Ask) -> Json:
    """A voice message, of the one file in `files`."""
    user, channel = place(ask)
    described = {
        "id": "0",
        "duration_secs": ask.body.get("duration_secs"),
        "waveform": ask.body.get("waveform") or _SAMPLES,
    }
    body = {"flags": IS_VOICE_MESSAGE, "attachments": [described]}
    draft = check_message(body, read_files(ask), voice=True)
    messages.check_can_send(ask.world, user, channel, draft)
    if channel.guild_id is None:
        check_dm(ask.world, user, channel)
    check_slowmode(ask.world, user, channel)
    return messages.create_and_show(ask.world, user, channel, draft)[1].data


OPERATIONS = (
    Operation("POST", _MEMBER + "/sticker", sticker),
    Operation("POST", _MEMBER + "/voice-message", voice),
)
