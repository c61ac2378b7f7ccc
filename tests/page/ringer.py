"""A small discord.py bot that sends one of everything, for people to play with through the page.

Nothing of the library is changed but the two addresses, which it leaves to its user. Started as
`python ringer.py` with RINGER_TOKEN, RINGER_REST and RINGER_GATEWAY; says "ready" when it is.
"""

import os
from datetime import timedelta
from typing import Any

import discord
import yarl
from discord import app_commands, ui

ZONES = ["Europe/Berlin", "Europe/Lisbon", "America/New_York"]


class ChangeTitle(ui.Modal, title="Change the title"):
    """Asks for a new title and puts it over the embed."""

    new_title: ui.TextInput["ChangeTitle"] = ui.TextInput(label="Title", min_length=3)
    place: ui.Label["ChangeTitle"] = ui.Label(
        text="Place",
        component=ui.Select(
            options=[
                discord.SelectOption(label="North gate", value="north", default=True),
                discord.SelectOption(label="South gate", value="south"),
            ]
        ),
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        assert interaction.message is not None
        assert isinstance(self.place.component, ui.Select)
        embed = interaction.message.embeds[0]
        embed.title = self.new_title.value
        embed.set_footer(text=f"at the {self.place.component.values[0]} gate")
        await interaction.response.edit_message(embed=embed)


class Controls(ui.View):
    """Two selects and a row of buttons."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.add_item(ui.Button(label="Calendar", url="https://example.org/calendar"))

    @ui.select(
        placeholder="How long before?",
        min_values=1,
        max_values=3,
        options=[
            discord.SelectOption(label="1 day", value="24h", emoji="🌙"),
            discord.SelectOption(label="1 hour", value="1h", default=True),
            discord.SelectOption(label="At the start", value="now", description="On the dot"),
        ],
    )
    async def leads(self, interaction: discord.Interaction, select: "ui.Select[Controls]") -> None:
        chosen = ", ".join(sorted(select.values))
        await interaction.response.send_message(f"Leads: {chosen}", ephemeral=True)

    @ui.select(cls=ui.UserSelect, placeholder="Tell somebody")
    async def whom(
        self, interaction: discord.Interaction, select: "ui.UserSelect[Controls]"
    ) -> None:
        told = select.values[0].mention
        await interaction.response.send_message(f"Told {told}", ephemeral=True)

    @ui.button(label="Subscribe", style=discord.ButtonStyle.success, emoji="🔔")
    async def subscribe(
        self, interaction: discord.Interaction, _button: "ui.Button[Controls]"
    ) -> None:
        await interaction.response.send_message("You are **subscribed**.", ephemeral=True)

    @ui.button(label="Change title", style=discord.ButtonStyle.primary)
    async def change(
        self, interaction: discord.Interaction, _button: "ui.Button[Controls]"
    ) -> None:
        await interaction.response.send_modal(ChangeTitle())

    @ui.button(label="Sulk", style=discord.ButtonStyle.danger)
    async def sulk(self, _interaction: discord.Interaction, _button: "ui.Button[Controls]") -> None:
        """Never answers."""


class Digest(ui.LayoutView):
    """The same news in components v2."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        again: ui.Button[Digest] = ui.Button(label="Again", custom_id="again")
        text = ui.TextDisplay[Digest]("## This week\n- **Ruins** on *Friday*")
        self.add_item(
            ui.Container(
                ui.Section(text, accessory=again),
                ui.Separator(),
                ui.TextDisplay("-# Two events are ahead"),
                accent_colour=0x2A9D6B,
            )
        )


class Ringer(discord.Client):
    """The bot."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.default())
        self.tree = app_commands.CommandTree(self)
        commands: list[app_commands.Command[Any, Any, Any] | app_commands.ContextMenu]
        commands = [remind, whisper, think, digest, schedule, greet]
        for command in commands:
            self.tree.add_command(command)

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_ready(self) -> None:
        print("ready", flush=True)


@app_commands.command(description="Ring for an event")
@app_commands.describe(category="Which events", minutes="How long until it starts", zone="Whose")
@app_commands.choices(
    category=[app_commands.Choice(name=name, value=name.lower()) for name in ("Ruins", "Altars")]
)
async def remind(
    interaction: discord.Interaction,
    category: app_commands.Choice[str],
    minutes: app_commands.Range[int, 1, 600],
    zone: str | None = None,
) -> None:
    start = interaction.created_at + timedelta(minutes=minutes, seconds=20)
    embed = discord.Embed(
        title=f"{category.name} open",
        description=f"They start {discord.utils.format_dt(start, 'R')}.",
        colour=0xE8A33D,
        timestamp=start,
    )
    embed.add_field(name="Starts", value=discord.utils.format_dt(start, "t"))
    embed.add_field(name="Zone", value=zone or "everybody's own")
    embed.set_footer(text="rung by the ringer")
    await interaction.response.send_message(embed=embed, view=Controls())


@remind.autocomplete("zone")
async def _zones(_interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
    found = [zone for zone in ZONES if current.lower() in zone.lower()]
    return [app_commands.Choice(name=zone, value=zone) for zone in found]


@app_commands.command(description="Get a direct message")
async def whisper(interaction: discord.Interaction) -> None:
    await interaction.response.defer(ephemeral=True)
    try:
        await interaction.user.send("Psst: the ruins open soon.")
    except discord.Forbidden as refusal:
        await interaction.followup.send(f"Refused: {refusal.code}", ephemeral=True)
    else:
        await interaction.followup.send("Whispered.", ephemeral=True)


@app_commands.command(description="Think until somebody speaks")
async def think(interaction: discord.Interaction) -> None:
    await interaction.response.defer(thinking=True)

    def spoken(message: discord.Message) -> bool:
        return message.author == interaction.user

    await interaction.client.wait_for("message", check=spoken)
    await interaction.followup.send("Done thinking.")


@app_commands.command(description="This week in a layout")
async def digest(interaction: discord.Interaction) -> None:
    await interaction.response.send_message(view=Digest())


@app_commands.command(description="Put an event on the server's list")
async def schedule(interaction: discord.Interaction) -> None:
    assert interaction.guild is not None
    start = interaction.created_at + timedelta(hours=3)
    await interaction.guild.create_scheduled_event(
        name="Ruins open",
        description="Bring **torches**.",
        start_time=start,
        end_time=start + timedelta(hours=1),
        entity_type=discord.EntityType.external,
        privacy_level=discord.PrivacyLevel.guild_only,
        location="The north gate",
    )
    await interaction.response.send_message("It is on the list.", ephemeral=True)


@app_commands.context_menu(name="Greet")
async def greet(interaction: discord.Interaction, member: discord.Member) -> None:
    await interaction.response.send_message(f"Hello, {member.mention}!")


def main() -> None:
    """Lead the library to the sandbox, and run."""
    discord.http.Route.BASE = os.environ["RINGER_REST"]
    gateway = yarl.URL(os.environ["RINGER_GATEWAY"])
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = gateway
    Ringer().run(os.environ["RINGER_TOKEN"])


if __name__ == "__main__":
    main()
