"""Snooze: the button under a reminder, and the menu of pauses that it opens. Both work after any restart."""

import re
from typing import Any

import discord

from tocsin.discord_bot.custom_ids import Verb, template
from tocsin.discord_bot.offers import read_offer
from tocsin.discord_bot.render import snooze as words
from tocsin.discord_bot.services import Interaction, services_of
from tocsin.discord_bot.views.controls import Button, Control
from tocsin.reminders.snooze import OFFERED_PAUSES, offered_pauses
from tocsin.store.snoozes import Snoozable, end_snooze, find_snoozable, snooze

Menu = discord.ui.Select[discord.ui.View]
_OCCURRENCE = r":(?P<occurrence>\d{1,19})"


async def _ask(interaction: Interaction, match: re.Match[str]) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    found = await _find(interaction, match)
    pauses = offered_pauses(
        found.starts_at, found.ends_at, found.leads, services_of(interaction).clock.now()
    )
    if not pauses and found.waiting is None:
        await interaction.edit_original_response(content=words.nothing_to_offer(found))
        return
    menu = words.pause_menu(int(match["server"]), match["token"], found, pauses)
    await interaction.edit_original_response(content=words.question(found), view=menu)


async def _find(interaction: Interaction, match: re.Match[str]) -> Snoozable:
    """What is to be snoozed; raises TocsinError, with the reason, where nothing can be."""
    services = services_of(interaction)
    server_id, member_id = int(match["server"]), interaction.user.id
    await read_offer(services, server_id, member_id)
    return await services.store.read(
        find_snoozable, server_id, int(match["occurrence"]), member_id, services.clock.now()
    )


async def _choose(interaction: Interaction, match: re.Match[str]) -> None:
    await interaction.response.defer()
    services = services_of(interaction)
    server_id, occurrence_id = int(match["server"]), int(match["occurrence"])
    member_id, now = interaction.user.id, services.clock.now()
    chosen = _chosen(interaction)
    found = await _find(interaction, match)
    if chosen is None:
        await services.store.write(end_snooze, occurrence_id, member_id, now)
        text = words.ended(found)
    else:
        found = await services.store.write(snooze, server_id, occurrence_id, member_id, chosen, now)
        services.dispatcher.wake()
        assert found.waiting is not None, "a snooze that was just written waits"
        text = words.snoozed(found, found.waiting)
    await interaction.edit_original_response(content=text, view=None)


def _chosen(interaction: Interaction) -> int | None:
    """The pause in seconds; None for no more snooze. Raises ValueError for what was never offered."""
    data: Any = interaction.data or {}
    (value,) = data.get("values", [])
    if value == words.NOT_AGAIN:
        return None
    pause = int(value)
    if pause not in OFFERED_PAUSES:
        raise ValueError(f"{pause} is no pause that was offered")
    return pause


class Snooze(Control, discord.ui.DynamicItem[Button], template=template(Verb.SNOOZE, _OCCURRENCE)):
    """Asks after what pause to remind once more."""

    press = staticmethod(_ask)


class Pause(Control, discord.ui.DynamicItem[Menu], template=template(Verb.PAUSE, _OCCURRENCE)):
    """Snoozes for the pause that was chosen."""

    press = staticmethod(_choose)
