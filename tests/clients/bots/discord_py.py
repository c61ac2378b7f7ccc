"""A bot written with discord.py, unmodified but for where it finds Discord."""

import os

import discord
import yarl
from discord import app_commands

discord.http.Route.BASE = os.environ["BOT_REST"]
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["BOT_GATEWAY"])


class Panel(discord.ui.View):
    @discord.ui.button(label="Press me", custom_id="press", style=discord.ButtonStyle.success)
    async def press(self, interaction: discord.Interaction, button: discord.ui.Button) -> None:
        await interaction.response.edit_message(
            content=f"Pressed by {interaction.user.name}", view=None
        )


class Bot(discord.Client):
    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.default())
        self.tree = app_commands.CommandTree(self)

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_ready(self) -> None:
        print("ready", flush=True)

    async def on_resumed(self) -> None:
        print("resumed", flush=True)

    async def on_message(self, message: discord.Message) -> None:
        if self.user in message.mentions:
            print(f"heard {message.content.split()[-1]}", flush=True)


bot = Bot()


@bot.tree.command(description="Answers")
async def ping(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("pong")


@bot.tree.command(description="Shows a panel")
async def panel(interaction: discord.Interaction) -> None:
    embed = discord.Embed(title="Panel", description="There is one button.", colour=0x2A9D6B)
    await interaction.response.send_message(embed=embed, view=Panel())


@bot.tree.command(description="Sends you a direct message")
async def whisper(interaction: discord.Interaction) -> None:
    await interaction.response.defer(ephemeral=True)
    await interaction.user.send("psst")
    await interaction.followup.send("whispered", ephemeral=True)


@bot.tree.command(description="Sends the same message twice")
async def twice(interaction: discord.Interaction) -> None:
    await interaction.response.defer()
    first = await interaction.channel.send("once", nonce="only-once")
    second = await interaction.channel.send("once", nonce="only-once")
    await interaction.followup.send("same" if first.id == second.id else "different")


bot.run(os.environ["BOT_TOKEN"])
