"""The buttons under reminders: they work for as long as the message stands, after any restart."""

import re
from datetime import UTC, datetime
from typing import Any, Self

import discord

from tocsin.discord_bot.custom_ids import Verb, template
from tocsin.discord_bot.failures import answer_failure
from tocsin.discord_bot.opening import open_subscribe_form, open_unsubscribe_form
from tocsin.discord_bot.render.text import full_time, relative_time
from tocsin.discord_bot.services import Interaction

MY_TIME = "For you that is {full} – {relative}. Discord shows it in your own time zone."

Button = discord.ui.Button[discord.ui.View]


async def _change(interaction: Interaction, match: re.Match[str]) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    await open_subscribe_form(interaction, int(match["server"]))


async def _stop(interaction: Interaction, match: re.Match[str]) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    await open_unsubscribe_form(interaction, int(match["server"]))


async def _my_time(interaction: Interaction, match: re.Match[str]) -> None:
    start = datetime.fromtimestamp(int(match["start"]), UTC)
    text = MY_TIME.format(full=full_time(start), relative=relative_time(start))
    await interaction.response.send_message(text, ephemeral=True)


class Control:
    """What controls share: the state is in the custom id, and every failure is answered."""

    press: Any

    def __init__(self, item: discord.ui.Item[Any], match: re.Match[str]) -> None:
        super().__init__(item)  # type: ignore[call-arg]
        self.match = match

    @classmethod
    async def from_custom_id(
        cls, _interaction: Interaction, item: Any, match: re.Match[str], /
    ) -> Self:
        """Called by discord.py with the control that was used."""
        return cls(item, match)

    async def callback(self, interaction: Interaction) -> None:
        """Do what the control says."""
        try:
            await type(self).press(interaction, self.match)
        # discord.py would only log it, and the person would wait for an answer that never comes.
        except Exception as error:  # noqa: BLE001
            await answer_failure(interaction, error)


class Change(Control, discord.ui.DynamicItem[Button], template=template(Verb.CHANGE)):
    """Opens the form of the server that the reminder is from."""

    press = staticmethod(_change)


class Stop(Control, discord.ui.DynamicItem[Button], template=template(Verb.STOP)):
    """Asks whether to stop the server's reminders."""

    press = staticmethod(_stop)


class MyTime(
    Control, discord.ui.DynamicItem[Button], template=template(Verb.TIME, r":(?P<start>\d{1,11})")
):
    """Shows the start in the reader's own zone."""

    press = staticmethod(_my_time)
