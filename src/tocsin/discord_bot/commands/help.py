"""/help."""

import discord
from discord import app_commands

from tocsin.discord_bot.services import Interaction

INTRODUCTION = (
    "I keep this server's calendar and remind you of the events that you choose, "
    "by direct message, as long before as you like."
)
FOR_MEMBERS = """/subscribe – choose types of events and lead times
/modify_subscription – change your choice
/unsubscribe – stop your reminders
/events – see what comes next"""
FOR_ADMINS = """/setup – choose the channel, the preset, the times and the time zone
/admin test-reminder – see a test reminder come, in the channel and by direct message"""
DMS = (
    "Reminders come as direct messages: allow them under the server's menu ▸ *Privacy Settings* ▸ "
    "*Direct Messages*. Every reminder has the buttons Snooze, Change and Stop."
)


@app_commands.command(name="help", description="What I do, and which commands there are.")
@app_commands.guild_only()
async def help_command(interaction: Interaction) -> None:
    """Say what there is."""
    embed = discord.Embed(title="Event reminders", description=INTRODUCTION, colour=0x5865F2)
    embed.add_field(name="For everybody", value=FOR_MEMBERS, inline=False)
    embed.add_field(name="For those who manage the server", value=FOR_ADMINS, inline=False)
    embed.add_field(name="Direct messages", value=DMS, inline=False)
    await interaction.response.send_message(embed=embed, ephemeral=True)
