"""A bot written with py-cord, unmodified but for where it finds Discord."""

import os

import discord

discord.http.Route.API_BASE_URL = os.environ["BOT_REST"]

bot = discord.Bot(intents=discord.Intents.default())


class Panel(discord.ui.View):
    @discord.ui.button(label="Press me", custom_id="press", style=discord.ButtonStyle.success)
    async def press(self, button: discord.ui.Button, interaction: discord.Interaction) -> None:
        await interaction.response.edit_message(
            content=f"Pressed by {interaction.user.name}", view=None
        )


@bot.event
async def on_connect() -> None:
    await bot.sync_commands()
    print("ready", flush=True)


@bot.event
async def on_resumed() -> None:
    print("resumed", flush=True)


@bot.event
async def on_message(message: discord.Message) -> None:
    if bot.user in message.mentions:
        print(f"heard {message.content.split()[-1]}", flush=True)


@bot.slash_command(description="Answers")
async def ping(context: discord.ApplicationContext) -> None:
    await context.respond("pong")


@bot.slash_command(description="Shows a panel")
async def panel(context: discord.ApplicationContext) -> None:
    embed = discord.Embed(title="Panel", description="There is one button.", colour=0x2A9D6B)
    await context.respond(embed=embed, view=Panel())


@bot.slash_command(description="Sends you a direct message")
async def whisper(context: discord.ApplicationContext) -> None:
    await context.defer(ephemeral=True)
    await context.user.send("psst")
    await context.followup.send("whispered", ephemeral=True)


@bot.slash_command(description="Sends the same message twice")
async def twice(context: discord.ApplicationContext) -> None:
    await context.defer()
    first = await context.channel.send("once", nonce="only-once", enforce_nonce=True)
    second = await context.channel.send("once", nonce="only-once", enforce_nonce=True)
    await context.followup.send("same" if first.id == second.id else "different")


bot.run(os.environ["BOT_TOKEN"])
