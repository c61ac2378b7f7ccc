"""The body of a channel or thread: what its members may be, and what they may be together."""

from __future__ import annotations

from discord_sandbox.errors import ApiError, Problems
from discord_sandbox.model import FORUM_TYPES, REQUIRE_TAG, Json
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.validate import fields, members
from discord_sandbox.validate.members import Takes

_NAME = members.text(100, 1)
_SLOWMODE = members.number(0, 21_600)
_ARCHIVE = members.choice(60, 1440, 4320, 10080)
_APPLIED_TAGS = members.many(members.snowflake, 5)
_EMOJI: Takes = {"emoji_id": members.snowflake, "emoji_name": members.text(100)}
_TAG: Takes = {
    "id": members.snowflake,
    "name": members.text(50),
    "moderated": members.flag,
    **_EMOJI,
}

TAKES: Takes = {
    "type": members.choice(0, 2, 4, 5, 13, 14, 15, 16),
    "name": _NAME,
    "position": members.number(0, 2**31 - 1),
    "topic": members.text(4096),
    "bitrate": members.number(8_000, 384_000),
    "user_limit": members.number(0, 10_000),
    "rtc_region": members.text(100),
    "video_quality_mode": members.choice(1, 2),
    "nsfw": members.flag,
    "rate_limit_per_user": _SLOWMODE,
    "parent_id": members.snowflake,
    "permission_overwrites": members.many(members.mapping, 100),
    "default_auto_archive_duration": _ARCHIVE,
    "default_reaction_emoji": members.nested(_EMOJI),
    "default_thread_rate_limit_per_user": _SLOWMODE,
    "default_sort_order": members.choice(0, 1),
    "default_forum_layout": members.choice(0, 1, 2),
    "default_tag_setting": members.word(("match_all", "match_some")),
    "flags": members.number(0, 2**31 - 1),
    "available_tags": members.many(members.nested(_TAG), 20),
}
TAKES_EDIT: Takes = {
    **TAKES,
    "archived": members.flag,
    "locked": members.flag,
    "invitable": members.flag,
    "auto_archive_duration": _ARCHIVE,
    "applied_tags": _APPLIED_TAGS,
}
TAKES_THREAD: Takes = {
    "name": _NAME,
    "auto_archive_duration": _ARCHIVE,
    "rate_limit_per_user": _SLOWMODE,
    "type": members.choice(10, 11, 12),
    "invitable": members.flag,
    "applied_tags": _APPLIED_TAGS,
    "message": members.mapping,
}
TAKES_POST: Takes = {"thread_name": _NAME, "applied_tags": _APPLIED_TAGS}
"""What a webhook's message has besides, where it begins a post of a forum."""
TAKES_PLACE: Takes = {
    "id": members.snowflake,
    "position": members.number(0, 2**31 - 1),
    "parent_id": members.snowflake,
    "lock_permissions": members.flag,
}
TAKES_OVERWRITE: Takes = {
    "id": members.snowflake,
    "type": members.choice(0, 1),
    "allow": members.permission_bits,
    "deny": members.permission_bits,
}
_ELSEWHERE: Takes = {**TAKES_EDIT, "topic": members.text(1024)}
"""What there is but in forums, whose topic is longer."""


def check_channel(body: Json, kind: int | None = None) -> Json:
    """What a new or edited channel or thread of a type may be told.

    Raises ApiError 50035; for a forum's tags 40061 where two have a name, 40066 where one is
    required and none is for everybody.
    """
    problems = Problems()
    forum = kind in FORUM_TYPES
    members.note_members(problems, (), TAKES_EDIT if forum else _ELSEWHERE, body)
    problems.raise_if_any()
    if forum:
        _check_emoji(problems, ("default_reaction_emoji",), body.get("default_reaction_emoji"))
        _check_tags(problems, body.get("available_tags") or [])
        problems.raise_if_any()
        _check_tags_together(body)
    return body


def _check_tags(problems: Problems, given: list[Json]) -> None:
    for at, tag in enumerate(given):
        path: fields.Path = ("available_tags", at)
        if not tag.get("name"):
            fields.required(problems, (*path, "name"))
        _check_emoji(problems, path, tag)


def _check_emoji(problems: Problems, path: fields.Path, given: Json | None) -> None:
    """An emoji of the server by its id, or a character; not both."""
    if given and given.get("emoji_id") is not None and given.get("emoji_name") is not None:
        text = "Only one of emoji_id and emoji_name may be set."
        problems.add((*path, "emoji_name"), "BASE_TYPE_CHOICES", text)


def _check_tags_together(body: Json) -> None:
    tags = body.get("available_tags")
    if not tags:
        return
    names = [tag["name"] for tag in tags]
    if len(set(names)) < len(names):
        raise ApiError(40061)
    required = (body.get("flags") or 0) & REQUIRE_TAG
    if required and all(tag.get("moderated") for tag in tags):
        raise ApiError(40066)


def check_applied_tags(body: Json) -> list[int]:
    """The ids in a post's `applied_tags`, each once. Raises ApiError 50035."""
    problems = Problems()
    members.note_members(problems, (), {"applied_tags": _APPLIED_TAGS}, body)
    problems.raise_if_any()
    found = map(parse_snowflake, body.get("applied_tags") or ())
    return list(dict.fromkeys(one for one in found if one is not None))
