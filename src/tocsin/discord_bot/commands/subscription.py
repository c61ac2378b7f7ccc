"""/subscribe, /modify_subscription, /unsubscribe."""

from discord import app_commands

from tocsin.discord_bot.opening import open_subscribe_form, open_unsubscribe_form
from tocsin.discord_bot.services import Interaction


@app_commands.command(description="Choose which events I remind you of, and how long before.")
@app_commands.guild_only()
async def subscribe(interaction: Interaction) -> None:
    """Open the form, with the present choice filled in."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    assert interaction.guild_id is not None
    await open_subscribe_form(interaction, interaction.guild_id)


@app_commands.command(description="Change your reminders from this server.")
@app_commands.guild_only()
async def modify_subscription(interaction: Interaction) -> None:
    """Open the form filled in, or show the way to /subscribe."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    assert interaction.guild_id is not None
    await open_subscribe_form(interaction, interaction.guild_id, only_present=True)


@app_commands.command(description="Stop your reminders from this server.")
@app_commands.guild_only()
async def unsubscribe(interaction: Interaction) -> None:
    """Ask, then stop."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    assert interaction.guild_id is not None
    await open_unsubscribe_form(interaction, interaction.guild_id)
