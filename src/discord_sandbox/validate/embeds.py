"""Embeds: checked, and brought into the form in which Discord sends them out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from discord_sandbox.clock import iso, parse_iso
from discord_sandbox.errors import Problems
from discord_sandbox.model import Json
from discord_sandbox.validate import fields
from discord_sandbox.validate.fields import Path

MOST_EMBEDS = 10
MOST_TEXT = 6000
_TEXTS = {"title": 256, "description": 4096}


def check_embeds(problems: Problems, value: Any) -> list[Json]:
    """The embeds as they will be sent out; problems are noted under "embeds"."""
    given = fields.listing(problems, ("embeds",), value, most=MOST_EMBEDS)
    total = 0
    shaped = []
    for at, embed in enumerate(given):
        checked = fields.mapping(problems, ("embeds", at), embed)
        if checked is None:
            continue
        one, length = _embed(problems, ("embeds", at), checked)
        total += length
        shaped.append(one)
        if total > MOST_TEXT:
            problems.add(
                ("embeds", at),
                "MAX_EMBED_SIZE_EXCEEDED",
                f"Embed size exceeds maximum size of {MOST_TEXT}",
            )
            break
    return shaped


def _embed(problems: Problems, path: Path, embed: Json) -> tuple[Json, int]:
    shaped: Json = {"type": "rich"}
    length = 0
    for name, longest in _TEXTS.items():
        found = fields.text(problems, (*path, name), embed.get(name), longest=longest)
        if found:
            shaped[name] = found
            length += len(found)
    if embed.get("url"):
        shaped["url"] = fields.web_address(problems, (*path, "url"), embed["url"])
    color = fields.integer(problems, (*path, "color"), embed.get("color"), least=0, most=0xFFFFFF)
    if color is not None:
        shaped["color"] = color
    if embed.get("timestamp"):
        shaped["timestamp"] = _timestamp(problems, (*path, "timestamp"), embed["timestamp"])
    length += _parts(problems, path, embed, shaped)
    if shaped == {"type": "rich"} and not embed.get("fields"):
        fields.required(problems, (*path, "description"))
    return shaped, length


def _timestamp(problems: Problems, path: Path, value: Any) -> str | None:
    try:
        return iso(parse_iso(value))
    except (TypeError, ValueError, OverflowError):
        problems.add(
            path,
            "DATE_TIME_TYPE_PARSE",
            f"Could not parse {value}. Should be ISO8601.",
        )
        return None


def _parts(problems: Problems, path: Path, embed: Json, shaped: Json) -> int:
    """Footer, author, pictures and fields; answers how long their texts are."""
    length = 0
    for name, key, longest in (("footer", "text", 2048), ("author", "name", 256)):
        part = embed.get(name)
        if not part:
            continue
        if fields.mapping(problems, (*path, name), part) is None:
            continue
        found = fields.text(
            problems, (*path, name, key), part.get(key), longest=longest, needed=True
        )
        for at in ("url", "icon_url"):
            if part.get(at):
                fields.text(problems, (*path, name, at), part[at], longest=2048)
        shaped[name] = {k: v for k, v in part.items() if k in (key, "url", "icon_url") and v}
        length += len(found or "")
    for name in ("image", "thumbnail"):
        part = embed.get(name)
        if part and fields.mapping(problems, (*path, name), part) is not None:
            url = fields.web_address(
                problems, (*path, name, "url"), part.get("url"), also=("attachment",)
            )
            shaped[name] = {"url": url}
    listed, texts = _fields(problems, (*path, "fields"), embed.get("fields"))
    if listed:
        shaped["fields"] = listed
    return length + texts


def _fields(problems: Problems, path: Path, value: Any) -> tuple[list[Json], int]:
    shaped = []
    length = 0
    for at, field in enumerate(fields.listing(problems, path, value, most=25)):
        if fields.mapping(problems, (*path, at), field) is None:
            continue
        name, text = (
            fields.text(
                problems,
                (*path, at, key),
                field.get(key),
                longest=longest,
                shortest=1,
                needed=True,
            )
            for key, longest in (("name", 256), ("value", 1024))
        )
        if field.get("inline") is not None:
            fields.boolean(problems, (*path, at, "inline"), field["inline"])
        length += len(name or "") + len(text or "")
        shaped.append({"name": name, "value": text, "inline": bool(field.get("inline", False))})
    return shaped, length


def resolve_embed_pictures(embeds: Iterable[Json], urls: dict[str, str]) -> None:
    """Put the addresses of uploaded files where embeds name them as `attachment://NAME`."""
    for embed in embeds:
        for name in ("image", "thumbnail"):
            part = embed.get(name)
            if part is None:
                continue
            url: str = part["url"]
            if url.startswith("attachment://"):
                url = urls.get(url.removeprefix("attachment://"), url)
            part["url"] = part["proxy_url"] = url
