"""A delivery as Discord's message: pure, so that the same delivery always reads the same."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

import discord

from tocsin.discord_bot.custom_ids import Verb, custom_id
from tocsin.discord_bot.render.colour import colour_of
from tocsin.discord_bot.render.text import (
    button_address,
    full_time,
    moment,
    relative_time,
    safe,
    safe_line,
    safe_title,
    web_address,
)
from tocsin.dispatch.messenger import Card, Message
from tocsin.reminders.delivery import Kind, RecipientKind
from tocsin.reminders.lead import phrase_lead
from tocsin.reminders.plan import due_at

CLOSED = "You asked for this by direct message, but Discord does not let me send you any."

Controls = tuple[discord.ui.Button[discord.ui.View], ...]

LATE = timedelta(minutes=2)
"""From how long after it was due a reminder says that it is late."""


@dataclass(frozen=True)
class Rendered:
    """What is handed to Discord's send: a line for the notification, a card, and controls."""

    content: str
    embed: discord.Embed
    controls: Controls

    def view(self) -> discord.ui.View:
        """The controls as a view that nothing waits for: `DynamicItem`s answer them, after a
        restart too.
        """
        view = discord.ui.View(timeout=None)
        for control in self.controls:
            view.add_item(control)
        # discord.py keeps every view that is not finished, for ever: a hundred thousand reminders
        # would stay.
        view.stop()
        return view


def render(message: Message, now: datetime) -> Rendered:
    """The message for a delivery, at the instant `now` at which it leaves."""
    if message.plain:
        return _plain(message)
    told = _TELL[message.kind](message, now)
    embed = _card(message, told.heading, now)
    return Rendered(told.content, embed, (*_controls(message), *_link(message.card)))


@dataclass(frozen=True)
class _Told:
    content: str
    heading: str


def _reminder(message: Message, now: datetime) -> _Told:
    late = now - due_at(message.spoken_start, message.lead) > LATE
    return _Told(
        _called(message),
        f"Reminder · {phrase_lead(message.lead)}{', sent late' if late else ''}",
    )


def _snooze(message: Message, _now: datetime) -> _Told:
    return _Told(_called(message), "Reminder · snoozed")


def _called(message: Message) -> str:
    # The relative time goes on counting while the message is kept: no verb may depend on it.
    start = relative_time(message.spoken_start)
    return f"{_emoji(message.card)}{_line(message)} Start: {start}."


def _change(message: Message, _now: datetime) -> _Told:
    when = full_time(message.spoken_start)
    return _Told(f"{_named(message.card)} has changed: it now starts {when}.", "Changed")


def _cancellation(message: Message, _now: datetime) -> _Told:
    when = full_time(message.spoken_start)
    return _Told(f"{_named(message.card)} on {when} has been cancelled.", "Cancelled")


def _test(message: Message, _now: datetime) -> _Told:
    return _Told(
        "🧪 This is a test, nothing starts because of it. A real reminder looks like this:",
        f"Test · {phrase_lead(message.lead)}",
    )


def _mention(message: Message, now: datetime) -> _Told:
    title = safe_title(message.card.title, message.card.label, 100)
    verb = "started" if message.spoken_start <= now else "starts"
    when = relative_time(message.spoken_start)
    return _Told(
        f"🔔 {_names(message)}: **{title}** {verb} {when}. {CLOSED}",
        f"Reminder · {phrase_lead(message.lead)}",
    )


def _names(message: Message) -> str:
    return " ".join(f"<@{member_id}>" for member_id in message.members)


_SNOOZED = frozenset({Kind.REMINDER, Kind.SNOOZE, Kind.CHANGE})
"""What a member may want to be told once more."""
_TELL = {
    Kind.REMINDER: _reminder,
    Kind.SNOOZE: _snooze,
    Kind.CHANGE: _change,
    Kind.CANCELLATION: _cancellation,
    Kind.TEST: _test,
    Kind.MENTION: _mention,
}


def _card(message: Message, heading: str, now: datetime) -> discord.Embed:
    card = message.card
    cancelled = message.kind is Kind.CANCELLATION
    title = safe_title(card.title, card.label, 240)
    embed = discord.Embed(
        title=f"~~{title}~~" if cancelled else title,
        url=web_address(card.url),
        description=safe(card.description, 1000) or None,
        colour=0x95A5A6 if cancelled else _colour(message, now),
    )
    embed.set_author(name=f"{_emoji(card)}{' '.join(card.label.split())[:200]}")
    embed.add_field(name="When", value=moment(message.spoken_start), inline=False)
    if card.ends_at > card.starts_at:
        ends = message.spoken_start + (card.ends_at - card.starts_at)
        embed.add_field(name="Ends", value=full_time(ends), inline=False)
    if place := safe_line(card.location, 1000):
        embed.add_field(name="Where", value=place, inline=False)
    if picture := web_address(card.image_url):
        embed.set_thumbnail(url=picture)
    embed.set_footer(
        text=f"{' '.join(card.server_name.split())[:200] or 'Your server'} · {heading}"
    )
    return embed


def _colour(message: Message, now: datetime) -> int:
    if message.recipient_kind is RecipientKind.CHANNEL:
        return colour_of(message.spoken_start - now)
    return message.card.colour & 0xFFFFFF


def _emoji(card: Card) -> str:
    # One of the server's own (`<:name:id>`) shows in content, but not everywhere in a card: left
    # out.
    return f"{card.emoji} " if card.emoji and not card.emoji.startswith("<") else ""


def _named(card: Card) -> str:
    return f"{_emoji(card)}**{safe_title(card.title, card.label, 200)}**"


def _line(message: Message) -> str:
    title = safe_title(message.card.title, message.card.label, 200)
    lines = message.card.lines
    if not lines:
        return f"**{title}** is coming up."
    template = lines[crc32(message.token.encode()) % len(lines)]
    before, found, after = safe_line(template, 400).partition("{title}")
    return before + (f"**{title}**" if found else "") + after.replace("{title}", title)


def member_controls(server_id: int, token: str) -> Controls:
    """Change and Stop, for a direct message about a server."""
    return (
        _button("Change", Verb.CHANGE, server_id, token, discord.ButtonStyle.secondary),
        _button("Stop", Verb.STOP, server_id, token, discord.ButtonStyle.danger),
    )


def _controls(message: Message) -> Controls:
    server_id, token = message.card.server_id, message.token
    if message.recipient_kind is RecipientKind.CHANNEL:
        return (time_control(server_id, token, message.spoken_start),)
    own = member_controls(server_id, token)
    if message.kind not in _SNOOZED:
        return own
    return (snooze_control(server_id, token, message.card.occurrence_id), *own)


def snooze_control(
    server_id: int, token: str, occurrence_id: int
) -> discord.ui.Button[discord.ui.View]:
    """The control that asks after what pause the member wants to be reminded once more."""
    return discord.ui.Button(
        label="Snooze",
        emoji="⏰",
        style=discord.ButtonStyle.primary,
        custom_id=custom_id(Verb.SNOOZE, server_id, token, occurrence_id),
    )


def time_control(server_id: int, token: str, start: datetime) -> discord.ui.Button[discord.ui.View]:
    """The control under a post in a channel, which shows the start in the reader's own zone."""
    return discord.ui.Button(
        label="My time",
        emoji="🕒",
        style=discord.ButtonStyle.secondary,
        custom_id=custom_id(Verb.TIME, server_id, token, int(start.timestamp())),
    )


def _button(
    label: str, verb: Verb, server_id: int, token: str, style: discord.ButtonStyle
) -> discord.ui.Button[discord.ui.View]:
    return discord.ui.Button(label=label, style=style, custom_id=custom_id(verb, server_id, token))


def _link(card: Card) -> Iterable[discord.ui.Button[discord.ui.View]]:
    if address := button_address(card.url):
        yield discord.ui.Button(label="Open page", url=address)


_PLAIN = {
    Kind.REMINDER: "🔔 An event that you asked to be reminded of starts {when}.",
    Kind.SNOOZE: "🔔 An event that you asked to be reminded of starts {when}.",
    Kind.CHANGE: "🔔 An event on the calendar has changed: it now starts {when}.",
    Kind.CANCELLATION: "🔔 An event on the calendar, planned for {when}, has been cancelled.",
    Kind.TEST: "🧪 This is a test, nothing starts because of it. A reminder would name {when}.",
    Kind.MENTION: "🔔 {names}: an event that you asked to be reminded of starts {when}. " + CLOSED,
}


def _plain(message: Message) -> Rendered:
    """Without a word of the server's, after Discord refused what it says there."""
    said = _PLAIN[message.kind].format(when=moment(message.spoken_start), names=_names(message))
    embed = discord.Embed(
        description="Use /events in the server to see which one it is.", colour=0x5865F2
    )
    return Rendered(said, embed, _controls(message))
