"""What comes next, ten to a page."""

from collections.abc import Mapping, Sequence

import discord

from tocsin.discord_bot.render.events import PAGE, page_of
from tocsin.discord_bot.render.subscription import Offer
from tocsin.discord_bot.services import Interaction, Services
from tocsin.discord_bot.views.form import Form
from tocsin.store.calendar_view import Listed
from tocsin.store.dm_channels import Reach


class EventPages(Form):
    """Pages back and forth through a list that was read once."""

    again = "Use /events again to see what comes next."

    def __init__(
        self,
        services: Services,
        owner_id: int,
        offer: Offer,
        listed: Sequence[Listed],
        reach: Mapping[int, Reach] | None = None,
    ) -> None:
        super().__init__(services, owner_id)
        self.offer = offer
        self.listed = listed
        self.reach = reach
        self.page = 0
        self.pages = -(-len(listed) // PAGE)
        self.earlier = _Turn(self, "earlier", "Earlier", -1)
        self.later = _Turn(self, "later", "Later", +1)
        if self.pages > 1:
            self.add_item(self.earlier)
            self.add_item(self.later)
        self.settle()

    def text(self) -> str:
        """The page."""
        return page_of(self.offer, self.listed, self.page, self.reach)

    def settle(self) -> None:
        """Switch off what leads nowhere."""
        self.earlier.disabled = self.page == 0
        self.later.disabled = self.page >= self.pages - 1

    async def show(self, interaction: Interaction) -> None:
        """Show the first page; a list of one page is just a message."""
        if self.pages > 1:
            await super().show(interaction)
        else:
            await interaction.edit_original_response(content=self.text())

    def expired_text(self) -> str:
        """The list stays readable."""
        return self.text()


class _Turn(discord.ui.Button[EventPages]):
    def __init__(self, form: EventPages, name: str, label: str, step: int) -> None:
        super().__init__(
            label=label, style=discord.ButtonStyle.secondary, custom_id=form.control_id(name)
        )
        self.form = form
        self.step = step

    async def callback(self, interaction: Interaction) -> None:
        form = self.form
        form.page = max(0, min(form.pages - 1, form.page + self.step))
        form.settle()
        await form.refresh(interaction)
