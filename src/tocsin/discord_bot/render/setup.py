"""What /setup says."""

from collections.abc import Sequence

import discord

from tocsin.calendar.presets import PRESETS
from tocsin.discord_bot.render.text import safe_line
from tocsin.reminders.lead import format_lead
from tocsin.store.dm_channels import Reach
from tocsin.store.servers import Server

GREETING = (
    "👋 I will post this server's event reminders here. "
    "Use /subscribe to get them by direct message as well, and /events to see what comes next."
)
MENTIONS_GREETING = (
    "👋 Members to whom Discord does not let me send direct messages are mentioned here instead, "
    "together, when one of their reminders is due."
)
NO_POST = (
    "Discord does not let me post in {channel} ({reason}), so nothing was changed. "
    "Check my permissions there, or choose another channel, and run /setup again."
)
UNKNOWN_ZONE = (
    "I know no time zone “{zone}”. Write it like Europe/Berlin, or choose one from the list "
    "that appears while you type. Nothing was changed."
)
NEEDED = (
    ("view_channel", "View Channel"),
    ("send_messages", "Send Messages"),
    ("embed_links", "Embed Links"),
    ("read_message_history", "Read Message History"),
)


def missing_in(permissions: discord.Permissions) -> list[str]:
    """The names, as Discord shows them, of the permissions that are needed and not there."""
    return [label for name, label in NEEDED if not getattr(permissions, name)]


def missing_text(channel: str, lacking: Sequence[str]) -> str:
    """What to do about them."""
    names = ", ".join(f"**{label}**" for label in lacking)
    return (
        f"In {channel} I am missing: {names}. Nothing was changed. "
        "Give my role these permissions there (*Edit Channel* ▸ *Permissions*), "
        "then run /setup again."
    )


def _mentioned(server: Server) -> str:
    if server.mention_channel_id is None:
        return "Members with closed DMs: not mentioned (option `mentions`)"
    return f"Members with closed DMs: mentioned in <#{server.mention_channel_id}>"


def done(server: Server, channel: str, reach: Reach) -> str:
    """What holds now, and what comes next."""
    preset = PRESETS.get(server.preset)
    windows = ", ".join(format_lead(lead) for lead in server.windows)
    lines = [
        f"✅ **{safe_line(server.name, 100)}** is set up.",
        f"Channel: {channel}",
        f"Types: {preset.label if preset else server.preset}",
        f"The channel is told: {windows}",
        f"Time zone: {server.zone}",
        _mentioned(server),
        f"Late reminders: {'left out' if server.drop_late else 'sent while they are of use'}",
    ]
    if reach.total:
        lines.append(f"Subscribers: {reach.total}, of whom {reach.reachable} can be reached by DM")
    lines.append("Members can now use /subscribe.")
    return "\n".join(lines)
