"""Asks before everything is stopped, then stops it."""

import discord

from tocsin.discord_bot.render.subscription import Offer, phrase_choices, phrase_leads
from tocsin.discord_bot.services import Interaction, Services
from tocsin.discord_bot.views.form import Form
from tocsin.reminders.subscription import Subscription
from tocsin.store.subscriptions import remove_subscription

QUESTION = (
    "**Stop all reminders from {server}?**\nYou get: {types}; {leads}.\n"
    "You can subscribe again at any time."
)
KEPT = "Nothing was changed: your reminders from **{server}** go on."
GONE = "You had no reminders from **{server}** any more. Nothing was left to stop."
STOPPED = (
    "✅ Stopped: you get no more reminders from **{server}**.{cancelled} "
    "Use /subscribe to come back."
)
CANCELLED = " {count} that waited to be sent {were} cancelled."
ON_ITS_WAY = (
    "\n\n{count} {were} already on the way to Discord when you stopped, and may still arrive."
)
NOT_STOPPED = (
    "❌ **Not stopped.** I could not write it down, so your reminders go on. "
    "Please press Stop again in a minute."
)


class UnsubscribeForm(Form):
    """Stop or Keep."""

    again = "Use /unsubscribe again if you still want to stop; your reminders go on."

    def __init__(
        self, services: Services, owner_id: int, offer: Offer, subscription: Subscription
    ) -> None:
        super().__init__(services, owner_id)
        self.offer = offer
        self.subscription = subscription
        self.add_item(_Stop(self))
        self.add_item(_Keep(self))

    def text(self) -> str:
        """The question, and what the answer is about."""
        return QUESTION.format(
            server=self.offer.server,
            types=phrase_choices(self.offer, self.subscription.choices),
            leads=phrase_leads(self.subscription.leads),
        )


class _Stop(discord.ui.Button[UnsubscribeForm]):
    def __init__(self, form: UnsubscribeForm) -> None:
        super().__init__(
            label="Stop", style=discord.ButtonStyle.danger, custom_id=form.control_id("stop")
        )
        self.form = form

    async def callback(self, interaction: Interaction) -> None:
        form, services, server_id = self.form, self.form.services, self.form.offer.server_id
        if form.working:
            await form.refresh(interaction)
            return
        await form.work(interaction, "Stopping…")
        try:
            removed = await services.store.write(
                remove_subscription, server_id, form.owner_id, services.clock.now()
            )
        # Whatever the database's trouble is, nothing was removed and the person hears it.
        except Exception:
            services.log.exception("subscription not removed", server=server_id)
            await form.resume(interaction, NOT_STOPPED)
            return
        # Answered only now: once "stopped" is said, nothing more may be handed to Discord.
        on_the_way = await services.dispatcher.revoke(server_id, form.owner_id)
        if removed is None:
            await form.finish(interaction, GONE.format(server=form.offer.server))
            return
        await form.finish(interaction, stopped(form.offer.server, removed.cancelled, on_the_way))


class _Keep(discord.ui.Button[UnsubscribeForm]):
    def __init__(self, form: UnsubscribeForm) -> None:
        super().__init__(
            label="Keep them",
            style=discord.ButtonStyle.secondary,
            custom_id=form.control_id("keep"),
        )
        self.form = form

    async def callback(self, interaction: Interaction) -> None:
        await self.form.finish(interaction, KEPT.format(server=self.form.offer.server))


def stopped(server: str, cancelled: int, on_the_way: int) -> str:
    """The last word after Stop."""
    counted = CANCELLED.format(count=cancelled, were=_were(cancelled)) if cancelled else ""
    text = STOPPED.format(server=server, cancelled=counted)
    if on_the_way:
        text += ON_ITS_WAY.format(count=on_the_way, were=_were(on_the_way))
    return text


def _were(count: int) -> str:
    return "was" if count == 1 else "were"
