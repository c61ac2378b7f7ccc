"""A subscription in words: in the form, in its answers, and in the welcome."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import discord

from tocsin.calendar.category import Category, Group, keys_of
from tocsin.discord_bot.render.reminder import member_controls
from tocsin.discord_bot.render.text import cut, moment, safe_line, safe_title
from tocsin.dispatch.outcome import Accepted, Outcome, Refused, Scope
from tocsin.reminders.lead import phrase_lead
from tocsin.reminders.subscription import Subscription
from tocsin.store.calendar_view import Listed


@dataclass(frozen=True, slots=True)
class Offer:
    """What a server has to offer, and what the member has chosen there."""

    server_id: int
    server_name: str
    categories: tuple[Category, ...]
    groups: tuple[Group, ...]
    subscription: Subscription | None

    @property
    def server(self) -> str:
        """The server's name, safe to show."""
        return safe_line(self.server_name, 100) or "this server"

    @property
    def types(self) -> tuple[Category | Group, ...]:
        """Everything that can be chosen: groups first, in the server's order."""
        keys = {group.key for group in self.groups}
        # A type that is called like a group would be a second option of the same value: the group contains it.
        return (*self.groups, *(each for each in self.categories if each.key not in keys))

    def label(self, key: str) -> str:
        """The name of a choice; the key itself where the server no longer has it."""
        return next((known.label for known in self.types if known.key == key), key)

    def matches(self, choices: Iterable[str], listed: Listed) -> bool:
        """Whether an occurrence is among the choices."""
        return not keys_of(listed.category, listed.title, "", self.groups).isdisjoint(choices)


def phrase_choices(offer: Offer, choices: Iterable[str]) -> str:
    """`Ruins, Altars`, in the server's own order."""
    order = [known.key for known in offer.types]
    keys = sorted(choices, key=lambda key: (order.index(key) if key in order else len(order), key))
    return cut(", ".join(safe_line(offer.label(key), 80) for key in keys), 900)


def phrase_leads(leads: Sequence[int]) -> str:
    """`24 hours before, 1 hour before, at the start`."""
    return ", ".join(phrase_lead(lead) for lead in leads)


def welcome(
    offer: Offer, subscription: Subscription, following: Listed | None
) -> tuple[str, discord.Embed, tuple[discord.ui.Button[discord.ui.View], ...]]:
    """The welcome DM: types, lead times, what comes next, how to change or stop."""
    embed = discord.Embed(
        title=f"Reminders from {offer.server}",
        description="I will send you a message here before each event that you chose.",
        colour=0x57A55A,
    )
    embed.add_field(name="Types", value=phrase_choices(offer, subscription.choices), inline=False)
    embed.add_field(name="Lead times", value=phrase_leads(subscription.leads), inline=False)
    if following is not None:
        title = safe_title(following.title, following.label, 200)
        embed.add_field(
            name="Next", value=f"**{title}**\n{moment(following.starts_at)}", inline=False
        )
    embed.add_field(
        name="Change or stop",
        value="Use the buttons below, or /modify_subscription and /unsubscribe in the server.",
        inline=False,
    )
    return (
        f"👋 You are subscribed to reminders from **{offer.server}**.",
        embed,
        member_controls(offer.server_id, "welcome"),
    )


CLOSED = (
    "\n\n⚠️ **But Discord does not let me send you direct messages**, "
    "and that is how reminders arrive. Open {server}'s menu ▸ *Privacy Settings*, "
    "switch on *Direct Messages*, and make sure that you have not blocked me. "
    "Then use /subscribe and press Save again."
)
OPENING = (
    "\n\nDiscord does not let me open new direct messages at the moment, "
    "so the welcome message is missing. I will try again by myself; you need not do anything."
)
LATER = (
    "\n\nThe welcome message could not be sent just now. Your reminders are saved "
    "and will come all the same; you need not do anything."
)


def saved(offer: Offer, subscription: Subscription, outcome: Outcome) -> str:
    """The form's last word after Save, with what is wrong with the member's DMs, if anything."""
    types = phrase_choices(offer, subscription.choices)
    leads = phrase_leads(subscription.leads)
    text = f"✅ Saved: **{offer.server}** will remind you of {types}; {leads}."
    match outcome:
        case Accepted():
            return f"{text}\nI sent you a direct message with the details."
        case Refused(scope=Scope.MEMBER):
            return text + CLOSED.format(server=offer.server)
        case Refused(scope=Scope.OPENING):
            return text + OPENING
        case _:
            return text + LATER
