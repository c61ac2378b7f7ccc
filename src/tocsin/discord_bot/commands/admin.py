"""/admin: looking after reminders in a server."""

import discord
from discord import app_commands

from tocsin.discord_bot.offers import NOT_SET_UP
from tocsin.discord_bot.render.text import relative_time, safe_line
from tocsin.discord_bot.services import Interaction, services_of
from tocsin.errors import TocsinError
from tocsin.reminders.lead import phrase_lead
from tocsin.store.rehearsal import LEADS, TITLE, rehearse
from tocsin.store.servers import find_server

STARTED = (
    "🧪 **{title}** starts {when} and lasts 30 seconds. <#{channel}> and you, by direct "
    "message, are told {leads}, each time marked as a "
    "test. Nobody else hears of it, and it is removed afterwards."
)
REFUSED = (
    "⚠️ Discord refuses my posts in <#{channel}> ({reason}), so nothing comes there. Mend my "
    "permissions, then run /setup again."
)
CLOSED = (
    "If no direct message comes, allow them under the server's menu ▸ *Privacy Settings* ▸ *Direct "
    "Messages*, and try again."
)

admin = app_commands.Group(
    name="admin",
    description="Look after this server's reminders.",
    guild_only=True,
    default_permissions=discord.Permissions(manage_guild=True),
)


@admin.command(
    name="test-reminder",
    description="Have a test reminder come in two minutes: in the channel, and to you by DM.",
)
async def reminder_test(interaction: Interaction) -> None:
    """Plan a test event, told to the channel and to whoever asked."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    assert interaction.guild_id is not None
    services = services_of(interaction)
    server = await services.store.read(find_server, interaction.guild_id)
    if server is None or server.set_up_at is None:
        raise TocsinError(NOT_SET_UP)
    planned = await services.store.write(
        rehearse,
        interaction.guild_id,
        interaction.user.id,
        services.clock.now(),
        str(interaction.user.id),
    )
    services.dispatcher.wake()
    leads = ", ".join(phrase_lead(lead) for lead in LEADS[:-1])
    text = STARTED.format(
        title=TITLE,
        when=relative_time(planned.starts_at),
        channel=planned.channel_id,
        leads=f"{leads} and {phrase_lead(LEADS[-1])}",
    )
    lines = [text, CLOSED]
    if server.channel_refused is not None:
        reason = safe_line(server.channel_refused, 200)
        lines.append(REFUSED.format(channel=server.channel_id, reason=reason))
    await interaction.edit_original_response(content="\n".join(lines))
