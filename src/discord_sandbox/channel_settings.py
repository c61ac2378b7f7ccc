"""What can be set on a channel, and how a body that was checked sets it."""

from __future__ import annotations

from discord_sandbox.model import (
    GUILD_MEDIA,
    HIDE_MEDIA_DOWNLOAD_OPTIONS,
    REQUIRE_TAG,
    Channel,
    Forum,
    ForumTag,
    Json,
    Voice,
)
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.world import World

_OF_ALL: tuple[tuple[str, str, object], ...] = (
    ("topic", "topic", None),
    ("nsfw", "nsfw", False),
    ("position", "position", 0),
    ("rate_limit_per_user", "rate_limit_per_user", 0),
    ("default_auto_archive_duration", "default_auto_archive_minutes", None),
    ("default_thread_rate_limit_per_user", "default_thread_rate_limit", 0),
)
"""(name in a body, name in the model, what null stands for)"""

_OF_FORUMS: tuple[tuple[str, str, object], ...] = (
    ("default_sort_order", "sort_order", None),
    ("default_forum_layout", "layout", 0),
    ("default_tag_setting", "tag_setting", "match_some"),
)
_OF_VOICE: tuple[tuple[str, str, object], ...] = (
    ("bitrate", "bitrate", 64_000),
    ("user_limit", "user_limit", 0),
    ("rtc_region", "rtc_region", None),
    ("video_quality_mode", "video_quality_mode", 1),
)


def configure(world: World, channel: Channel, body: Json) -> None:
    """Give the channel what the body names; what it does not name stays as it is."""
    if body.get("name"):
        channel.name = body["name"]
    _take(channel, body, _OF_ALL)
    if channel.voice is not None:
        _take(channel.voice, body, _OF_VOICE)
    if channel.forum is not None:
        _configure_forum(world, channel, channel.forum, body)


def _take(
    target: Channel | Forum | Voice, body: Json, settings: tuple[tuple[str, str, object], ...]
) -> None:
    for given, name, usual in settings:
        if given in body:
            setattr(target, name, usual if body[given] is None else body[given])


def _configure_forum(world: World, channel: Channel, forum: Forum, body: Json) -> None:
    _take(forum, body, _OF_FORUMS)
    if "flags" in body:
        settable = REQUIRE_TAG
        if channel.type == GUILD_MEDIA:
            settable |= HIDE_MEDIA_DOWNLOAD_OPTIONS
        channel.flags = (body["flags"] or 0) & settable
    if "default_reaction_emoji" in body:
        given = body["default_reaction_emoji"]
        forum.reaction_emoji = given and {
            "emoji_id": given.get("emoji_id"),
            "emoji_name": given.get("emoji_name"),
        }
    if "available_tags" in body:
        forum.tags = _tags(world, forum, body["available_tags"] or [])
        for post in world.channels.values():
            if post.thread is not None and post.parent_id == channel.id:
                kept = [found for found in post.thread.applied_tags if found in forum.tags]
                post.thread.applied_tags = kept


def _tags(world: World, forum: Forum, given: list[Json]) -> dict[int, ForumTag]:
    """The tags in the order of the list; one whose id is known stays the same tag."""
    tags: dict[int, ForumTag] = {}
    for one in given:
        known = parse_snowflake(one.get("id"))
        tag = ForumTag(
            id=known if known in forum.tags and known is not None else world.ids.next(),
            name=one["name"],
            moderated=bool(one.get("moderated", False)),
            emoji_id=parse_snowflake(one.get("emoji_id")),
            emoji_name=one.get("emoji_name"),
        )
        tags[tag.id] = tag
    return tags
