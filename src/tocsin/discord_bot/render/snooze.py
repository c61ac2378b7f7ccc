"""What is said when a reminder is snoozed."""

from datetime import datetime

import discord

from tocsin.discord_bot.custom_ids import Verb, custom_id
from tocsin.discord_bot.render.text import full_time, relative_time, safe_title
from tocsin.reminders.lead import HOUR, MINUTE
from tocsin.reminders.snooze import AT_THE_START
from tocsin.store.snoozes import Snoozable

NOT_AGAIN = "off"
"""The choice that ends a snooze instead of asking for one."""

QUESTION = "⏰ **{title}**, {when}: when shall I remind you again?"
WAITING = " As it is, I will {then}."
NOTHING_TO_OFFER = "⏰ **{title}**, {when}: your next reminder comes soon enough by itself."
SNOOZED = "⏰ I will remind you of **{title}** again {then}, at {when}."
ENDED = "✅ Not again: of **{title}** you get no more than the reminders that you subscribed to."


def question(found: Snoozable) -> str:
    """What is asked, with the snooze that waits already."""
    text = QUESTION.format(title=_title(found), when=relative_time(found.starts_at))
    return text + _waiting(found)


def nothing_to_offer(found: Snoozable) -> str:
    """What is said where every pause would ring together with a reminder."""
    return NOTHING_TO_OFFER.format(title=_title(found), when=relative_time(found.starts_at))


def snoozed(found: Snoozable, at: datetime) -> str:
    """The last word after a pause was chosen."""
    return SNOOZED.format(title=_title(found), then=relative_time(at), when=full_time(at))


def ended(found: Snoozable) -> str:
    """The last word after a snooze was taken back."""
    return ENDED.format(title=_title(found))


def pause_menu(
    server_id: int, token: str, found: Snoozable, pauses: tuple[int, ...]
) -> discord.ui.View:
    """The menu of pauses. Nothing waits for it: a `DynamicItem` answers, after a restart too."""
    options = [discord.SelectOption(label=phrase_pause(each), value=str(each)) for each in pauses]
    if found.waiting is not None:
        options.append(discord.SelectOption(label="Not again", value=NOT_AGAIN, emoji="🔕"))
    menu: discord.ui.Select[discord.ui.View] = discord.ui.Select(
        placeholder="Remind me again …",
        options=options,
        custom_id=custom_id(Verb.PAUSE, server_id, token, found.occurrence_id),
    )
    view = discord.ui.View(timeout=None)
    view.add_item(menu)
    view.stop()
    return view


def phrase_pause(pause: int) -> str:
    """`in 5 minutes`, `in 1 hour`, `at the start`."""
    if pause == AT_THE_START:
        return "at the start"
    unit, name = (HOUR, "hour") if pause % HOUR == 0 else (MINUTE, "minute")
    number = pause // unit
    return f"in {number} {name}{'' if number == 1 else 's'}"


def _waiting(found: Snoozable) -> str:
    if found.waiting is None:
        return ""
    return WAITING.format(then=f"do so {relative_time(found.waiting)}")


def _title(found: Snoozable) -> str:
    return safe_title(found.title, "", 200)
