"""Texts from calendars and servers, made safe to show, and instants as Discord shows them."""

import re
from datetime import datetime
from urllib.parse import urlsplit

from discord.utils import escape_markdown, escape_mentions

# Not the joiners U+200C and U+200D: families of emoji and whole languages are written with them.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_JOINERS = "\u200c\u200d"
_TAG = re.compile(r"<(?=[@#:/]|a:|t:|id:)")
_ADDRESS_LIMIT = 2048
_BUTTON_ADDRESS_LIMIT = 512


def safe(text: str, limit: int) -> str:
    """`text` on at most `limit` characters, showing as it was written: no markdown, no mention, no
    control character.
    """
    clean = _CONTROL.sub("", text.replace("\r\n", "\n")).strip()
    room = limit
    while True:
        escaped = _escape(cut(clean, room))
        if len(escaped) <= limit:
            return escaped
        # Escapes take room of their own: give up as much of the text as they were too long.
        room -= len(escaped) - limit


def safe_line(text: str, limit: int) -> str:
    """The same, on one line; empty where nothing of it would be seen."""
    line = safe(" ".join(text.split()), limit)
    return line if line.strip(_JOINERS + " ") else ""


def safe_title(title: str, label: str, limit: int) -> str:
    """An event's title on one line, or its type's name where nothing of the title would be seen."""
    return safe_line(title, limit) or safe_line(label, limit) or "Event"


def _escape(text: str) -> str:
    return escape_mentions(_TAG.sub(r"\\<", escape_markdown(text)))


def cut(text: str, limit: int) -> str:
    """`text` shortened to `limit` characters, with an ellipsis where something is missing."""
    if len(text) <= limit:
        return text
    return text[: max(0, limit - 1)].rstrip() + "…" if limit > 0 else ""


def web_address(address: str | None, limit: int = _ADDRESS_LIMIT) -> str | None:
    """The address if it is one of the web that Discord takes, else None."""
    if not address or len(address) > limit or any(letter.isspace() for letter in address):
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in ("http", "https") and parts.hostname else None


def button_address(address: str | None) -> str | None:
    """The same for a link button, which takes less."""
    return web_address(address, _BUTTON_ADDRESS_LIMIT)


def full_time(instant: datetime) -> str:
    """The instant, written out in each reader's own zone and language."""
    return f"<t:{int(instant.timestamp())}:F>"


def relative_time(instant: datetime) -> str:
    """How far away the instant is, kept up to date by Discord."""
    return f"<t:{int(instant.timestamp())}:R>"


def moment(instant: datetime) -> str:
    """Both."""
    return f"{full_time(instant)} ({relative_time(instant)})"
