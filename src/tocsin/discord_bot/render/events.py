"""A page of /events."""

from collections.abc import Mapping, Sequence

from tocsin.discord_bot.render.subscription import Offer
from tocsin.discord_bot.render.text import cut, full_time, relative_time, safe_line, safe_title
from tocsin.store.calendar_view import Listed
from tocsin.store.dm_channels import Reach

PAGE = 10


def page_of(
    offer: Offer, listed: Sequence[Listed], page: int, reach: Mapping[int, Reach] | None = None
) -> str:
    """The page (from 0), in at most Discord's 2,000 characters.

    `reach`, for admins, says by occurrence who asked for it and how many of them can be reached.
    """
    part = listed[page * PAGE : (page + 1) * PAGE]
    pages = -(-len(listed) // PAGE)
    head = f"**What comes next in {offer.server}**"
    if pages > 1:
        head += f" (page {page + 1} of {pages})"
    return cut(
        "\n".join([head, *(_line(each) + _reached(each, reach or {}) for each in part)]), 2000
    )


def _reached(listed: Listed, reach: Mapping[int, Reach]) -> str:
    known = reach.get(listed.id)
    if known is None or not known.total:
        return ""
    return f" · {known.reachable} of {known.total} by DM"


def _line(listed: Listed) -> str:
    emoji = f"{listed.emoji} " if listed.emoji else ""
    place = f" · {safe_line(listed.location, 30)}" if listed.location.strip() else ""
    title = safe_title(listed.title, listed.label, 60)
    start = listed.starts_at
    return f"{emoji}**{title}** – {full_time(start)}, {relative_time(start)}{place}"
