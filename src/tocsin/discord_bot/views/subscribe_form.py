"""The form of /subscribe and /modify_subscription: types, lead times, Save and Cancel."""

from functools import partial

import discord

from tocsin.discord_bot.direct import send_direct
from tocsin.discord_bot.offers import next_for
from tocsin.discord_bot.render.subscription import (
    Offer,
    phrase_choices,
    phrase_leads,
    saved,
    welcome,
)
from tocsin.discord_bot.render.text import cut
from tocsin.discord_bot.services import Interaction, Services
from tocsin.discord_bot.views.form import Form
from tocsin.dispatch.outcome import NotSent, Outcome
from tocsin.reminders.lead import DEFAULT_LEADS, OFFERED_LEADS, phrase_lead, sorted_leads
from tocsin.reminders.subscription import Subscription, settle_choices, settle_leads
from tocsin.store.subscriptions import save_subscription

MOST_OPTIONS = 25
MOST_TYPE_MENUS = 3

HEAD = (
    "**Reminders from {server}**\n"
    "Choose what you want to be reminded of, and how long before. Then press **Save**."
)
NOT_SAVED = (
    "❌ **Not saved.** I could not write it down, so nothing has changed. "
    "Please press Save again in a minute."
)
CANCELLED = "Nothing was changed in your reminders from **{server}**."


class SubscribeForm(Form):
    """One member's choice in one server, as it is being made."""

    again = "Use /subscribe again to get a new one; nothing was changed."

    def __init__(self, services: Services, owner_id: int, username: str, offer: Offer) -> None:
        super().__init__(services, owner_id)
        self.offer = offer
        self.username = username
        present = offer.subscription
        self.choices = set(present.choices) if present else set()
        self.leads = set(present.leads) if present else set()
        menus = _menus(offer, self.choices)
        self.menus = [_Types(self, number, menus) for number in range(len(menus))]
        self.pages = max(1, -(-len(menus) // MOST_TYPE_MENUS))
        self.save: _Save = _Save(self)
        self._after: list[discord.ui.Item[SubscribeForm]] = [_Leads(self), self.save, _Cancel(self)]
        if self.pages > 1:
            self._after.append(_More(self))
        self.turn_to(0)

    def turn_to(self, page: int) -> None:
        """Show that page of the types: a message has room for three menus of them."""
        self.page = page % self.pages
        first = self.page * MOST_TYPE_MENUS
        self.clear_items()
        for item in (*self.menus[first : first + MOST_TYPE_MENUS], *self._after):
            self.add_item(item)
        self.settle()

    def text(self) -> str:
        """What the form asks, and what is chosen so far."""
        types = phrase_choices(self.offer, settle_choices(self.choices)) or "nothing yet"
        leads = settle_leads(self.leads)
        usual = "" if self.leads else " (the usual)"
        return (
            f"{HEAD.format(server=self.offer.server)}\n\n"
            f"Types: {types}\nLead times: {phrase_leads(leads)}{usual}"
        )

    def settle(self) -> None:
        """Make the controls show what is chosen; Save is off until there is a type."""
        for item in self.children:
            if isinstance(item, _Types | _Leads | _More):
                item.mark()
        self.save.disabled = not self.choices

    def _enable(self, on: bool) -> None:
        super()._enable(on)
        if on:
            self.settle()

    def subscription(self) -> Subscription:
        """The choice as it would be saved."""
        present = self.offer.subscription
        return Subscription(
            server_id=self.offer.server_id,
            member_id=self.owner_id,
            choices=settle_choices(self.choices),
            leads=settle_leads(self.leads),
            username=self.username,
            created_at=present.created_at if present else None,
            extra=present.extra if present else {},
        )


class _Types(discord.ui.Select[SubscribeForm]):
    def __init__(
        self, form: SubscribeForm, number: int, menus: list[list[discord.SelectOption]]
    ) -> None:
        options = menus[number]
        span = f": {options[0].label} – {options[-1].label}" if len(menus) > 1 else ""
        super().__init__(
            custom_id=form.control_id(f"types{number}"),
            placeholder=cut(f"Types of events{span}", 150),
            min_values=0,
            max_values=len(options),
            options=options,
        )
        self.form = form

    def mark(self) -> None:
        for option in self.options:
            option.default = option.value in self.form.choices

    async def callback(self, interaction: Interaction) -> None:
        self.form.choices -= {option.value for option in self.options}
        self.form.choices |= set(self.values)
        self.form.settle()
        await self.form.refresh(interaction)


class _Leads(discord.ui.Select[SubscribeForm]):
    def __init__(self, form: SubscribeForm) -> None:
        # Times that an import brought along are offered beside the usual ones, lest saving loses
        # them.
        offered = sorted_leads(
            {*OFFERED_LEADS, *list(form.leads)[: MOST_OPTIONS - len(OFFERED_LEADS)]}
        )
        super().__init__(
            custom_id=form.control_id("leads"),
            placeholder=f"Lead times (none: {phrase_leads(DEFAULT_LEADS)})"[:150],
            min_values=0,
            max_values=len(offered),
            options=[
                discord.SelectOption(label=_capital(phrase_lead(lead)), value=str(lead))
                for lead in offered
            ],
        )
        self.form = form

    def mark(self) -> None:
        for option in self.options:
            option.default = int(option.value) in self.form.leads

    async def callback(self, interaction: Interaction) -> None:
        self.form.leads = {int(value) for value in self.values}
        self.form.settle()
        await self.form.refresh(interaction)


class _More(discord.ui.Button[SubscribeForm]):
    def __init__(self, form: SubscribeForm) -> None:
        super().__init__(style=discord.ButtonStyle.secondary, custom_id=form.control_id("more"))
        self.form = form

    def mark(self) -> None:
        self.label = f"More types (page {self.form.page + 1} of {self.form.pages})"

    async def callback(self, interaction: Interaction) -> None:
        self.form.turn_to(self.form.page + 1)
        await self.form.refresh(interaction)


class _Save(discord.ui.Button[SubscribeForm]):
    def __init__(self, form: SubscribeForm) -> None:
        super().__init__(
            label="Save",
            style=discord.ButtonStyle.success,
            custom_id=form.control_id("save"),
        )
        self.form = form

    async def callback(self, interaction: Interaction) -> None:
        form, services = self.form, self.form.services
        if form.working or not form.choices:
            await form.refresh(interaction)
            return
        await form.work(interaction, "Saving…")
        subscription = form.subscription()
        try:
            await services.store.write(save_subscription, subscription, services.clock.now())
        # The database may be locked, full or gone: whatever it is, nothing was kept and the person
        # hears it.
        except Exception:
            services.log.exception("subscription not saved", server=subscription.server_id)
            await form.resume(interaction, NOT_SAVED)
            return
        services.dispatcher.wake()
        if form.offer.subscription is not None:
            # What was on its way for the choice before is looked at again: once "saved" is said, that holds.
            await services.dispatcher.revoke(subscription.server_id, form.owner_id)
        outcome = await self._welcome(interaction, subscription)
        await form.finish(interaction, saved(form.offer, subscription, outcome))

    async def _welcome(self, interaction: Interaction, subscription: Subscription) -> Outcome:
        services, offer = self.form.services, self.form.offer
        try:
            following = await next_for(services, offer, subscription)
            letter = partial(welcome, offer, subscription, following)
            return await send_direct(interaction.client, services, self.form.owner_id, letter)
        # The choice is saved, and the person must not be told otherwise.
        except Exception as error:
            services.log.exception("welcome not sent", server=offer.server_id)
            return NotSent(str(error))


class _Cancel(discord.ui.Button[SubscribeForm]):
    def __init__(self, form: SubscribeForm) -> None:
        super().__init__(
            label="Cancel",
            style=discord.ButtonStyle.secondary,
            custom_id=form.control_id("cancel"),
        )
        self.form = form

    async def callback(self, interaction: Interaction) -> None:
        await self.form.finish(interaction, CANCELLED.format(server=self.form.offer.server))


def _menus(offer: Offer, chosen: set[str]) -> list[list[discord.SelectOption]]:
    """The types in menus of 25, as many as it takes; what is chosen and no longer offered stays visible."""
    offered = [(known.key, known.label, known.emoji) for known in offer.types]
    keys = {key for key, _, _ in offered}
    offered += [(key, key, "") for key in sorted(chosen - keys)]
    options = [
        discord.SelectOption(
            label=cut(" ".join(label.split()), 100) or key, value=key, emoji=emoji or None
        )
        for key, label, emoji in offered
    ]
    return [options[at : at + MOST_OPTIONS] for at in range(0, len(options), MOST_OPTIONS)]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
