"""A small bot written with discord.py, as anybody might write one."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from typing import Any, TypeVar

import discord
import yarl
from discord import app_commands

from discord_sandbox.testing import Application, Sandbox

C = TypeVar("C", bound=discord.Client)


class NameModal(discord.ui.Modal, title="Who are you?"):
    name: discord.ui.TextInput[NameModal] = discord.ui.TextInput(label="Your name", max_length=20)

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.followup.send(f"Hello, {self.name.value}!")


class SignUp(discord.ui.Modal, title="Sign up"):
    """One of everything that a label can hold."""

    whom: discord.ui.Label[SignUp] = discord.ui.Label(
        text="With whom?", component=discord.ui.UserSelect(required=False)
    )
    size: discord.ui.Label[SignUp] = discord.ui.Label(
        text="Size",
        component=discord.ui.RadioGroup(
            options=[
                discord.RadioGroupOption(label="Small", value="s"),
                discord.RadioGroupOption(label="Large", value="l"),
            ]
        ),
    )
    days: discord.ui.Label[SignUp] = discord.ui.Label(
        text="Days",
        component=discord.ui.CheckboxGroup(
            options=[discord.CheckboxGroupOption(label=day, value=day) for day in ("sat", "sun")]
        ),
    )
    proof: discord.ui.Label[SignUp] = discord.ui.Label(
        text="Proof", component=discord.ui.FileUpload(max_values=2, required=False)
    )
    sure: discord.ui.Label[SignUp] = discord.ui.Label(text="Sure", component=discord.ui.Checkbox())

    async def on_submit(self, interaction: discord.Interaction) -> None:
        whom, size, days, proof, sure = (
            label.component for label in (self.whom, self.size, self.days, self.proof, self.sure)
        )
        assert isinstance(whom, discord.ui.UserSelect)
        assert isinstance(size, discord.ui.RadioGroup)
        assert isinstance(days, discord.ui.CheckboxGroup)
        assert isinstance(proof, discord.ui.FileUpload)
        assert isinstance(sure, discord.ui.Checkbox)
        with_whom = ",".join(type(one).__name__ + " " + one.name for one in whom.values)
        files = [f"{one.filename}={(await one.read()).decode()}" for one in proof.values]
        told = (
            f"{with_whom}; {size.value}; {','.join(days.values)}; {','.join(files)}; {sure.value}"
        )
        await interaction.response.send_message(told, ephemeral=True)


class Panel(discord.ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Count", custom_id="count")
    async def count(self, interaction: discord.Interaction, button: Any) -> None:
        assert interaction.message is not None
        number = int(interaction.message.content.rpartition(" ")[2]) + 1
        await interaction.response.edit_message(content=f"Count {number}", view=self)

    @discord.ui.button(label="Name", custom_id="name")
    async def name(self, interaction: discord.Interaction, button: Any) -> None:
        await interaction.response.send_modal(NameModal())

    @discord.ui.button(label="Later", custom_id="later")
    async def later(self, interaction: discord.Interaction, button: Any) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="Count 100")

    @discord.ui.select(
        custom_id="colour",
        placeholder="A colour",
        max_values=2,
        options=[
            discord.SelectOption(label="Red", value="r"),
            discord.SelectOption(label="Blue", value="b"),
        ],
    )
    async def colour(
        self, interaction: discord.Interaction, select: discord.ui.Select[Panel]
    ) -> None:
        await interaction.response.send_message(" ".join(select.values), ephemeral=True)


class Snooze(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"snooze:(?P<minutes>\d+)"):
    """A button that outlives restarts: its state is in its custom_id."""

    def __init__(self, minutes: int) -> None:
        super().__init__(
            discord.ui.Button(label=f"Snooze {minutes}", custom_id=f"snooze:{minutes}")
        )
        self.minutes = minutes

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: Any, match: re.Match[str], /
    ) -> Snooze:
        return cls(int(match["minutes"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.edit_message(content=f"Snoozed {self.minutes}", view=None)


class ExampleBot(discord.Client):
    """Commands, buttons, a modal and a select; it keeps what the gateway tells it."""

    def __init__(self, intents: discord.Intents | None = None, **options: Any) -> None:
        super().__init__(intents=intents or discord.Intents.default(), **options)
        self.tree = app_commands.CommandTree(self)
        self.resumed = asyncio.Event()
        self.told: asyncio.Queue[discord.Message] = asyncio.Queue()
        self.unanswered: asyncio.Queue[discord.Interaction[Any]] = asyncio.Queue()
        self.identified = 0
        _add_commands(self.tree)
        _add_those_with_targets(self.tree)

    async def setup_hook(self) -> None:
        self.add_view(Panel())
        self.add_dynamic_items(Snooze)
        await self.tree.sync()

    async def on_message(self, message: discord.Message) -> None:
        if message.author.id != (self.user and self.user.id):
            self.told.put_nowait(message)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        self.identified += 1

    async def on_resumed(self) -> None:
        self.resumed.set()


def _add_commands(tree: app_commands.CommandTree[Any]) -> None:
    @tree.command(description="Says what it is told")
    @app_commands.describe(text="What to say", times="How often")
    async def echo(
        interaction: discord.Interaction, text: str, times: app_commands.Range[int, 1, 5] = 1
    ) -> None:
        await interaction.response.send_message(" ".join([text] * times))

    @echo.autocomplete("text")
    async def _texts(
        interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=current.upper(), value=current * 2)]

    @tree.command(description="Shows the panel")
    async def panel(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("Count 0", view=Panel())

    @tree.command(description="Answers late, and twice")
    async def slow(interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True)
        await interaction.edit_original_response(content="At last")
        await interaction.followup.send("And more", ephemeral=True)

    @tree.command(description="Never answers")
    async def mute(interaction: discord.Interaction[ExampleBot], text: str = "") -> None:
        interaction.client.unanswered.put_nowait(interaction)

    @mute.autocomplete("text")
    async def _never(
        interaction: discord.Interaction[ExampleBot], current: str
    ) -> list[app_commands.Choice[str]]:
        interaction.client.unanswered.put_nowait(interaction)
        await asyncio.Event().wait()
        return []

    @tree.command(description="Tells of a member")
    async def about(interaction: discord.Interaction, member: discord.Member) -> None:
        await interaction.response.send_message(f"{member.name} {member.id}", ephemeral=True)

    group = app_commands.Group(name="remind", description="Reminders")

    @group.command(description="Adds one")
    async def add(interaction: discord.Interaction, minutes: int) -> None:
        await interaction.response.send_message(f"In {minutes}")

    tree.add_command(group)


def _add_those_with_targets(tree: app_commands.CommandTree[Any]) -> None:
    @tree.command(description="Reads a file")
    async def read(interaction: discord.Interaction, file: discord.Attachment) -> None:
        text = (await file.read()).decode()
        await interaction.response.send_message(f"{file.filename} ({file.content_type}): {text}")

    @tree.command(description="Opens a large modal")
    async def join(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(SignUp())

    @tree.context_menu(name="Greet")
    async def greet(interaction: discord.Interaction, member: discord.Member) -> None:
        await interaction.response.send_message(f"Hello, {member.name}!")

    @tree.context_menu(name="Quote")
    async def quote(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"> {message.content}")


@contextlib.asynccontextmanager
async def running(bot: C, sandbox: Sandbox, application: Application) -> AsyncIterator[C]:
    """The bot, connected and ready; its library knows of the sandbox by two addresses only."""
    discord.http.Route.BASE = sandbox.api_url
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(sandbox.gateway_url)
    # Its default waits two seconds for servers that might still come.
    bot._connection.guild_ready_timeout = 0.05
    running_bot = asyncio.create_task(bot.start(application.token))
    try:
        ready = asyncio.create_task(bot.wait_until_ready())
        await asyncio.wait({running_bot, ready}, return_when=asyncio.FIRST_COMPLETED)
        if running_bot.done():
            ready.cancel()
            running_bot.result()
        yield bot
    finally:
        await bot.close()
        with contextlib.suppress(asyncio.CancelledError):
            await running_bot
