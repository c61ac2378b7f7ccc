"""Members in voice and stage channels, without a sound."""

from __future__ import annotations

from discord_sandbox import permissions, voice
from discord_sandbox.control.routing import Ask, Operation, Refused
from discord_sandbox.model import GUILD_STAGE, Channel, Guild, Json, VoiceState
from discord_sandbox.shapes.voice import voice_state_json
from discord_sandbox.soundboard import play
from discord_sandbox.validate.members import check_members
from discord_sandbox.validate.soundboard import TAKES_SENT, check_sent

_MEMBER = "/members/{user}"


def join(ask: Ask) -> Json:
    """Come into a voice channel, change how one is heard there, or with null go."""
    user = ask.user()
    channel_id = ask.optional("channel_id")
    if channel_id is None:
        for guild in ask.world.guilds_of(user.id):
            voice.disconnect(ask.world, guild, user.id)
        return {}
    channel = ask.find_channel(channel_id, user)
    voice.check_may_connect(ask.world, user.id, channel)
    guild = ask.world.guilds[channel.guild_id or 0]
    if voice.is_full(ask.world, guild, channel, user.id):
        raise Refused(f"{channel.name} is full: it takes no more than its limit.", 403)
    state = voice.connect(
        ask.world,
        guild,
        channel,
        user,
        self_mute=bool(ask.body.get("self_mute", False)),
        self_deaf=bool(ask.body.get("self_deaf", False)),
    )
    return voice_state_json(guild, state)


def _on_stage(ask: Ask, user_id: int) -> tuple[Guild, Channel, VoiceState]:
    for guild in ask.world.guilds_of(user_id):
        state = guild.voice_states.get(user_id)
        if state is not None and guild.channels[state.channel_id].type == GUILD_STAGE:
            return guild, guild.channels[state.channel_id], state
    raise Refused("They are on no stage: join a stage channel first.")


def request_to_speak(ask: Ask) -> Json:
    user = ask.user()
    guild, channel, state = _on_stage(ask, user.id)
    wanted = bool(ask.body.get("wanted", True))
    if wanted:
        ask.world.require(user.id, channel, permissions.REQUEST_TO_SPEAK)
    at_ms = ask.world.clock.now_ms() if wanted else None
    voice.set_request(ask.world, guild, state, at_ms)
    return voice_state_json(guild, state)


def suppress(ask: Ask) -> Json:
    """Bring somebody onto the stage, or back to the audience, where everybody may go alone."""
    user, other = ask.user(), ask.find_user(ask.given("user_id"))
    guild, channel, state = _on_stage(ask, other.id)
    suppressed = bool(ask.body.get("suppress", False))
    if user is not other or not suppressed:
        ask.world.require(user.id, channel, permissions.MUTE_MEMBERS)
    invite = not other.bot and other is not user
    voice.set_suppressed(ask.world, guild, state, suppressed, invite=invite)
    return voice_state_json(guild, state)


def play_sound(ask: Ask) -> Json:
    """Play a sound of a soundboard in the voice channel one is in."""
    user = ask.user()
    channel = ask.find_channel(ask.given("channel_id"), user)
    if channel.guild_id is None:
        raise Refused("A DM has no soundboard.")
    body = check_members(TAKES_SENT, {n: ask.body.get(n) for n in TAKES_SENT}, "a sound")
    check_sent(body)
    play(ask.world, ask.world.guilds[channel.guild_id], user, channel, body)
    return {}


OPERATIONS = (
    Operation("POST", _MEMBER + "/voice", join),
    Operation("POST", _MEMBER + "/play-sound", play_sound),
    Operation("POST", _MEMBER + "/request_to_speak", request_to_speak),
    Operation("POST", _MEMBER + "/suppress", suppress),
)
