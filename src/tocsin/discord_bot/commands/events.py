"""/events."""

from datetime import timedelta

from discord import app_commands

from tocsin.calendar.category import Category, Group
from tocsin.discord_bot.offers import read_offer
from tocsin.discord_bot.render.text import safe_line
from tocsin.discord_bot.services import Interaction, services_of
from tocsin.discord_bot.views.event_pages import EventPages
from tocsin.store.calendar_view import upcoming
from tocsin.store.dm_channels import reach_of
from tocsin.store.servers import categories_of, groups_of

LOOK_AHEAD = timedelta(days=60)
MOST_LISTED = 200
NOTHING = "Nothing is on the calendar of **{server}** for the next {days} days{of_type}."
MOST_SUGGESTIONS = 25


@app_commands.command(description="See what comes next on this server's calendar.")
@app_commands.rename(kind="type")
@app_commands.describe(kind="Only events of this type")
@app_commands.guild_only()
async def events(interaction: Interaction, kind: str | None = None) -> None:
    """List what comes next, ten to a page; an admin also sees how many members can be reached."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    assert interaction.guild_id is not None
    services = services_of(interaction)
    offer = await read_offer(services, interaction.guild_id, interaction.user.id)
    now = services.clock.now()
    listed = await services.store.read(
        upcoming, interaction.guild_id, now, now + LOOK_AHEAD, MOST_LISTED
    )
    if kind is not None:
        listed = [each for each in listed if offer.matches({kind}, each)]
    if not listed:
        of_type = f" under “{safe_line(offer.label(kind), 80)}”" if kind is not None else ""
        text = NOTHING.format(server=offer.server, days=LOOK_AHEAD.days, of_type=of_type)
        await interaction.edit_original_response(content=text)
        return
    reach = None
    if interaction.permissions.manage_guild:
        ids = [each.id for each in listed]
        reach = await services.store.read(reach_of, interaction.guild_id, ids)
    await EventPages(services, interaction.user.id, offer, listed, reach).show(interaction)


@events.autocomplete("kind")
async def suggest_types(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """The server's types whose name holds what was typed."""
    if interaction.guild_id is None:
        return []
    store = services_of(interaction).store
    known: list[Category | Group] = [
        *await store.read(groups_of, interaction.guild_id),
        *await store.read(categories_of, interaction.guild_id),
    ]
    typed = current.casefold()
    fitting = [each for each in known if typed in each.label.casefold() or typed in each.key]
    return [
        app_commands.Choice(name=each.label[:100] or each.key, value=each.key)
        for each in fitting[:MOST_SUGGESTIONS]
    ]
