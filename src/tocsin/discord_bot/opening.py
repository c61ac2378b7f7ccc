"""Opening the forms, from a command or from a button. The interaction has been deferred, only for
its person to see.
"""

from tocsin.discord_bot.offers import read_offer
from tocsin.discord_bot.services import Interaction, services_of
from tocsin.discord_bot.views.subscribe_form import SubscribeForm
from tocsin.discord_bot.views.unsubscribe_form import UnsubscribeForm

NOTHING_TO_CHANGE = (
    "You have no reminders from **{server}** yet. "
    "Use /subscribe there to choose what you want to be reminded of."
)
NOTHING_TO_STOP = "You have no reminders from **{server}**, so there is nothing to stop."


async def open_subscribe_form(
    interaction: Interaction, server_id: int, *, only_present: bool = False
) -> None:
    """Show the form with the present choice; `only_present` shows the way to /subscribe where there
    is none.
    """
    services = services_of(interaction)
    offer = await read_offer(services, server_id, interaction.user.id)
    if only_present and offer.subscription is None:
        await interaction.edit_original_response(
            content=NOTHING_TO_CHANGE.format(server=offer.server)
        )
        return
    form = SubscribeForm(services, interaction.user.id, interaction.user.name, offer)
    await form.show(interaction)


async def open_unsubscribe_form(interaction: Interaction, server_id: int) -> None:
    """Ask whether to stop, or say that there is nothing to stop."""
    services = services_of(interaction)
    offer = await read_offer(services, server_id, interaction.user.id)
    if offer.subscription is None:
        await interaction.edit_original_response(
            content=NOTHING_TO_STOP.format(server=offer.server)
        )
        return
    form = UnsubscribeForm(services, interaction.user.id, offer, offer.subscription)
    await form.show(interaction)
