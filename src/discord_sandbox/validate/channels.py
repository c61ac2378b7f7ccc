"""The body of a channel or thread: what is allowed in it."""

from __future__ import annotations

from typing import Any

from discord_sandbox.errors import ApiError, Problems
from discord_sandbox.model import FORUM_TYPES, REQUIRE_TAG, Json
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.validate import fields

ARCHIVE_MINUTES = (60, 1440, 4320, 10080)
MOST_TAGS = 20
MOST_APPLIED = 5
_SLOWEST_S = 21_600


def check_channel(body: Json, kind: int | None = None) -> Json:
    """What a new or edited channel or thread of a type may be told.

    Raises ApiError 50035; for a forum's tags 40061 where two have a name, 40066 where one is
    required and none is for everybody.
    """
    problems = Problems()
    topic = 4096 if kind in FORUM_TYPES else 1024
    fields.text(problems, ("name",), body.get("name"), longest=100, shortest=1)
    fields.text(problems, ("topic",), body.get("topic"), longest=topic)
    for name in ("rate_limit_per_user", "default_thread_rate_limit_per_user"):
        fields.integer(problems, (name,), body.get(name), least=0, most=_SLOWEST_S)
    for name in ("auto_archive_duration", "default_auto_archive_duration"):
        if body.get(name) is not None:
            fields.one_of(problems, (name,), body[name], ARCHIVE_MINUTES)
    fields.integer(problems, ("flags",), body.get("flags"), least=0, most=2**31 - 1)
    fields.integer(problems, ("bitrate",), body.get("bitrate"), least=8_000, most=384_000)
    fields.integer(problems, ("user_limit",), body.get("user_limit"), least=0, most=10_000)
    if kind in FORUM_TYPES:
        _check_forum(problems, body)
    problems.raise_if_any()
    if kind in FORUM_TYPES and body.get("available_tags"):
        _check_tags_together(body)
    return body


def _check_forum(problems: Problems, body: Json) -> None:
    for name, allowed in (("default_sort_order", (0, 1)), ("default_forum_layout", (0, 1, 2))):
        if body.get(name) is not None:
            fields.one_of(problems, (name,), body[name], allowed)
    setting = body.get("default_tag_setting")
    if setting not in (None, "match_some", "match_all"):
        problems.add(
            ("default_tag_setting",),
            "BASE_TYPE_CHOICES",
            "Value must be one of ('match_all', 'match_some').",
        )
    if body.get("default_reaction_emoji") is not None:
        _check_emoji(problems, ("default_reaction_emoji",), body["default_reaction_emoji"])
    path: fields.Path = ("available_tags",)
    given = fields.listing(problems, path, body.get("available_tags"), most=MOST_TAGS)
    for at, one in enumerate(given):
        tag = fields.mapping(problems, (*path, at), one) or {"name": ""}
        fields.text(problems, (*path, at, "name"), tag.get("name"), longest=50, needed=True)
        _check_emoji(problems, (*path, at), tag)


def _check_emoji(problems: Problems, path: fields.Path, value: Any) -> None:
    """An emoji of the server by its id, or a character; not both."""
    given = fields.mapping(problems, path, value) or {}
    fields.text(problems, (*path, "emoji_name"), given.get("emoji_name"), longest=100)
    if given.get("emoji_id") is not None:
        if parse_snowflake(given["emoji_id"]) is None:
            text = f'Value "{given["emoji_id"]}" is not snowflake.'
            problems.add((*path, "emoji_id"), "NUMBER_TYPE_COERCE", text)
        elif given.get("emoji_name") is not None:
            text = "Only one of emoji_id and emoji_name may be set."
            problems.add((*path, "emoji_name"), "BASE_TYPE_CHOICES", text)


def _check_tags_together(body: Json) -> None:
    names = [tag["name"] for tag in body["available_tags"]]
    if len(set(names)) < len(names):
        raise ApiError(40061)
    required = (body.get("flags") or 0) & REQUIRE_TAG
    if required and all(tag.get("moderated") for tag in body["available_tags"]):
        raise ApiError(40066)


def check_applied_tags(body: Json) -> list[int]:
    """The ids in a post's `applied_tags`, each once. Raises ApiError 50035."""
    problems = Problems()
    path: fields.Path = ("applied_tags",)
    given = fields.listing(problems, path, body.get("applied_tags"), most=MOST_APPLIED)
    found = [parse_snowflake(one) for one in given]
    for at, one in enumerate(found):
        if one is None:
            text = f'Value "{given[at]}" is not snowflake.'
            problems.add((*path, at), "NUMBER_TYPE_COERCE", text)
    problems.raise_if_any()
    return list(dict.fromkeys(one for one in found if one is not None))
