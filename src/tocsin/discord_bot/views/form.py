"""A form: controls that one person uses, for three minutes, in a message that only they see."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

import aiohttp
import discord

from tocsin.discord_bot.custom_ids import FORM, PREFIX
from tocsin.discord_bot.failures import answer_failure, tell
from tocsin.discord_bot.services import Interaction, Services, services_of

_TAKEN = "a form took it"
LIFETIME = timedelta(minutes=3)

NOT_YOURS = "This form belongs to somebody else. Use the command yourself to get your own."
STALE = (
    "This form is out of date. Please use the command again to get a new one; nothing was changed."
)
EXPIRED = (
    "⌛ This form was open for three minutes without an answer, so its controls are off. {again}"
)


class Form(discord.ui.View):
    """The base of every form. A subclass adds its controls and says in `again` how to get a new
    one.

    discord.py's own timeout runs on the process's timer; this one runs on Tocsin's clock, so that
    it is right on a clock that was stepped.
    """

    again = "Use the command again."

    def __init__(self, services: Services, owner_id: int) -> None:
        super().__init__(timeout=None)
        self.services = services
        self.owner_id = owner_id
        self.working = False
        self._touched = asyncio.Event()
        self._latest: Interaction | None = None

    def control_id(self, name: str) -> str:
        """The custom id of a control: it tells the form, so that a stale one can be answered."""
        return f"{PREFIX}:form:{self.id}:{name}"

    def text(self) -> str:
        """What stands above the controls."""
        raise NotImplementedError

    def expired_text(self) -> str:
        """What stands above the controls once they are off."""
        return EXPIRED.format(again=self.again)

    async def show(self, interaction: Interaction) -> None:
        """Show the form in the deferred answer to `interaction`, and start its three minutes."""
        self._latest = interaction
        self.services.open_forms.add(self.id)
        await interaction.edit_original_response(content=self.text(), view=self)
        interaction.client.in_background(self._expire(), "form")

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Let only the owner in, and count the three minutes anew."""
        interaction.extras[_TAKEN] = True
        if interaction.user.id != self.owner_id:
            await tell(interaction, NOT_YOURS)
            return False
        self._latest = interaction
        self._touched.set()
        return True

    async def on_error(
        self, interaction: Interaction, error: Exception, _item: discord.ui.Item[Any], /
    ) -> None:
        """Tell the person what happened."""
        self.working = False
        await answer_failure(interaction, error)

    async def refresh(self, interaction: Interaction) -> None:
        """Answer a control by showing the form as it is now."""
        await interaction.response.edit_message(content=self.text(), view=self)

    async def work(self, interaction: Interaction, text: str) -> None:
        """Answer a control at once, with everything off, before something that may take a while."""
        self.working = True
        self._enable(False)
        await interaction.response.edit_message(content=text, view=self)

    async def resume(self, interaction: Interaction, text: str) -> None:
        """Go on after work that failed: say so above the controls, which are on again."""
        self.working = False
        self._enable(True)
        await interaction.edit_original_response(content=f"{text}\n\n{self.text()}", view=self)

    async def finish(self, interaction: Interaction, text: str) -> None:
        """Replace the form by its result."""
        self._end()
        if interaction.response.is_done():
            await interaction.edit_original_response(content=text, view=None)
        else:
            await interaction.response.edit_message(content=text, view=None)

    def _enable(self, on: bool) -> None:
        for item in self.children:
            if isinstance(item, discord.ui.Button | discord.ui.Select):
                item.disabled = not on

    def _end(self) -> None:
        self.services.open_forms.discard(self.id)
        self.stop()
        self._touched.set()

    async def _expire(self) -> None:
        clock = self.services.clock
        while await clock.wait(clock.now() + LIFETIME, self._touched) or self.working:
            if self.is_finished():
                return
        if self.is_finished() or self._latest is None:
            return
        self._end()
        self._enable(False)
        # The person may have dismissed the message, or the token may be out of time: then nobody
        # sees it.
        with suppress(discord.HTTPException, aiohttp.ClientError, OSError):
            await self._latest.edit_original_response(content=self.expired_text(), view=self)


async def answer_stale_form(interaction: Interaction) -> None:
    """Answer a control of a form that ended, or that belonged to an earlier process."""
    if interaction.type is not discord.InteractionType.component:
        return
    data: Mapping[str, Any] = interaction.data or {}
    identifier = str(data.get("custom_id", ""))
    match = FORM.fullmatch(identifier)
    if match is None or interaction.extras.get(_TAKEN):
        return
    if match["form"] not in services_of(interaction).open_forms:
        await tell(interaction, STALE)
