"""A page of /events."""

from collections.abc import Sequence

from tocsin.discord_bot.render.subscription import Offer
from tocsin.discord_bot.render.text import cut, full_time, relative_time, safe_line
from tocsin.store.calendar_view import Listed

PAGE = 10


def page_of(offer: Offer, listed: Sequence[Listed], page: int) -> str:
    """The page (from 0), in at most Discord's 2,000 characters."""
    part = listed[page * PAGE : (page + 1) * PAGE]
    pages = -(-len(listed) // PAGE)
    head = f"**What comes next in {offer.server}**"
    if pages > 1:
        head += f" (page {page + 1} of {pages})"
    return cut("\n".join([head, *(_line(each) for each in part)]), 2000)


def _line(listed: Listed) -> str:
    emoji = f"{listed.emoji} " if listed.emoji else ""
    place = f" · {safe_line(listed.location, 30)}" if listed.location.strip() else ""
    title = safe_line(listed.title, 60)
    start = listed.starts_at
    return f"{emoji}**{title}** – {full_time(start)}, {relative_time(start)}{place}"
