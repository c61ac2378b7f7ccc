"""The welcome screen and the widget of a server in JSON."""

from __future__ import annotations

from collections.abc import Sequence

from discord_sandbox.model import Channel, Guild, Json

MOST_MEMBERS = 100
"""So many of those who are there are named by the widget."""


def welcome_screen_json(guild: Guild) -> Json:
    return {
        "description": guild.welcome.description,
        "welcome_channels": [
            {
                "channel_id": str(one.channel_id),
                "description": one.description,
                "emoji_id": None,
                "emoji_name": one.emoji_name,
            }
            for one in guild.welcome.channels
            if one.channel_id in guild.channels
        ],
    }


def widget_json(base_url: str, guild: Guild, channels: Sequence[Channel]) -> Json:
    """The widget, in which members have numbers and no ids; `channels` are those shown."""
    there = [one for one in guild.members.values() if one.user.status != "offline"]
    shown = {channel.id for channel in channels}
    members = []
    for number, member in enumerate(there[:MOST_MEMBERS]):
        one: Json = {
            "id": str(number),
            "username": member.nick or member.user.global_name or member.user.username,
            "discriminator": "0000",
            "avatar": None,
            "status": member.user.status,
            "avatar_url": f"{base_url}/icon.svg",
        }
        state = guild.voice_states.get(member.user.id)
        if state is not None and state.channel_id in shown:
            one |= {
                "channel_id": str(state.channel_id),
                "mute": member.mute,
                "deaf": member.deaf,
                "self_mute": state.self_mute,
                "self_deaf": state.self_deaf,
                "suppress": state.suppress,
            }
        members.append(one)
    code = guild.widget.invite_code
    return {
        "id": str(guild.id),
        "name": guild.name,
        "instant_invite": f"https://discord.com/invite/{code}" if code in guild.invites else None,
        "channels": [
            {"id": str(one.id), "name": one.name, "position": one.position} for one in channels
        ],
        "members": members,
        "presence_count": len(there),
    }
