"""Slack's messages: text with attachments, which become embeds.

What Discord passes over of them (`channel`, `icon_emoji`, `mrkdwn`, blocks) is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from discord_sandbox.clock import iso
from discord_sandbox.errors import ApiError, Problems, invalid
from discord_sandbox.model import Json
from discord_sandbox.validate import fields, members
from discord_sandbox.validate.embeds import MOST_EMBEDS
from discord_sandbox.validate.fields import Path
from discord_sandbox.validate.members import Takes, note_members

_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_NAMED = {"good": "#2eb886", "warning": "#daa038", "danger": "#a30200"}
"""Slack's own colours."""
_SAME = {"title": "title", "url": "title_link"}
_PARTS = {
    "image": {"url": "image_url"},
    "thumbnail": {"url": "thumb_url"},
    "footer": {"text": "footer", "icon_url": "footer_icon"},
    "author": {"name": "author_name", "url": "author_link", "icon_url": "author_icon"},
}
"""The parts of an embed by Slack's names; each is there where its first member is."""
_LATEST_S = 253_402_300_799
_ANY_LENGTH = members.text(152_133)


def _address(problems: Problems, path: Path, value: Any) -> object:
    return None if value == "" else fields.web_address(problems, path, value)


def _colour(problems: Problems, path: Path, value: Any) -> None:
    known = isinstance(value, str) and (value in _NAMED or value == "" or _COLOUR.fullmatch(value))
    if not known:
        text = "String value did not match validation regex."
        problems.add(path, "STRING_TYPE_REGEX", text)


_FIELD: Takes = {
    "title": _ANY_LENGTH,
    "name": _ANY_LENGTH,
    "value": _ANY_LENGTH,
    "short": members.flag,
    "inline": members.flag,
}
_ATTACHMENT: Takes = {
    **dict.fromkeys(("title", "text", "pretext", "footer", "author_name"), _ANY_LENGTH),
    **dict.fromkeys(
        ("title_link", "footer_icon", "author_link", "author_icon", "image_url", "thumb_url"),
        _address,
    ),
    "color": _colour,
    "ts": members.number(0, _LATEST_S),
    "fields": members.many(members.nested(_FIELD), 25),
}


def _attachments(problems: Problems, path: Path, value: Any) -> None:
    for at, one in enumerate(fields.listing(problems, path, value, most=MOST_EMBEDS)):
        given = fields.mapping(problems, (*path, at), one)
        if given is not None:
            note_members(problems, (*path, at), _ATTACHMENT, given)


_MESSAGE: Takes = {
    "text": members.text(2000),
    "username": members.text(80),
    "icon_url": _address,
    "attachments": _attachments,
}


def read(body: Any, decode: Callable[[bytes], Any]) -> Json:
    """The checked body; Slack's form has all of it as JSON under `payload`.

    Raises ApiError 50109 or 50035.
    """
    if isinstance(body, dict) and isinstance(body.get("payload"), str):
        body = decode(body["payload"].encode())
    if not isinstance(body, dict):
        raise ApiError(50109)
    problems = Problems()
    note_members(problems, (), _MESSAGE, body)
    problems.raise_if_any()
    return body


def as_message(body: Json) -> Json:
    """A checked body as Discord's own. Raises ApiError 50035 for a text too long for an embed."""
    message: Json = {"content": body.get("text") or ""}
    embeds = [_embed(one) for one in body.get("attachments") or ()]
    if any(len(embed.get("description", "")) > 4096 for embed in embeds):
        text = "Must be 4096 or fewer in length."
        raise invalid(("attachments",), "BASE_TYPE_MAX_LENGTH", text)
    # One without anything that can be shown is no embed.
    message["embeds"] = [embed for embed in embeds if embed.keys() - {"color", "timestamp", "url"}]
    return message


def _embed(given: Json) -> Json:
    embed = {name: given[slacks] for name, slacks in _SAME.items() if given.get(slacks)}
    said = [given[name] for name in ("pretext", "text") if given.get(name)]
    if said:
        embed["description"] = "\n".join(said)
    if given.get("color"):
        embed["color"] = _number(given["color"])
    if given.get("ts") is not None:
        embed["timestamp"] = iso(given["ts"] * 1000)
    for name, parts in _PARTS.items():
        first = next(iter(parts.values()))
        if given.get(first):
            embed[name] = {key: given.get(slacks) for key, slacks in parts.items()}
    if given.get("fields"):
        embed["fields"] = [_field(one) for one in given["fields"]]
    return embed


def _field(given: Json) -> Json:
    return {
        "name": given.get("title") or given.get("name"),
        "value": given.get("value"),
        "inline": bool(given.get("short") or given.get("inline")),
    }


def _number(colour: str) -> int:
    digits = _NAMED.get(colour, colour).removeprefix("#")
    return int("".join(one * 2 for one in digits) if len(digits) == 3 else digits, 16)
