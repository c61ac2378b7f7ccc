"""Channels and threads in JSON."""

from __future__ import annotations

from discord_sandbox.clock import iso
from discord_sandbox.model import (
    DM,
    GROUP_DM,
    GUILD_FORUM,
    Channel,
    Forum,
    ForumTag,
    Json,
    Overwrite,
    StageInstance,
    Thread,
    User,
    Voice,
)
from discord_sandbox.shapes.users import user_json


def _id_or_none(snowflake: int | None) -> str | None:
    return None if snowflake is None else str(snowflake)


def overwrite_json(overwrite: Overwrite) -> Json:
    return {
        "id": str(overwrite.id),
        "type": overwrite.type,
        "allow": str(overwrite.allow),
        "deny": str(overwrite.deny),
    }


def channel_json(channel: Channel, recipients: list[User] | None = None) -> Json:
    """A guild channel, a thread or, with `recipients`, a DM."""
    shaped: Json = {
        "id": str(channel.id),
        "type": channel.type,
        "flags": channel.flags,
        "last_message_id": _id_or_none(channel.last_message_id),
    }
    if channel.last_pin_ms is not None:
        shaped["last_pin_timestamp"] = iso(channel.last_pin_ms)
    if channel.type == DM:
        shaped["recipients"] = [user_json(user) for user in recipients or []]
        return shaped
    if channel.type == GROUP_DM:
        shaped["recipients"] = [user_json(user) for user in recipients or []]
        shaped |= {"name": channel.name or None, "icon": None, "owner_id": str(channel.owner_id)}
        return shaped
    shaped["guild_id"] = str(channel.guild_id)
    shaped["name"] = channel.name
    shaped["parent_id"] = _id_or_none(channel.parent_id)
    shaped["rate_limit_per_user"] = channel.rate_limit_per_user
    if channel.thread is not None:
        _add_thread(shaped, channel, channel.thread)
        return shaped
    shaped["topic"] = channel.topic
    shaped["position"] = channel.position
    shaped["nsfw"] = channel.nsfw
    shaped["permission_overwrites"] = [
        overwrite_json(overwrite) for overwrite in channel.overwrites.values()
    ]
    if channel.default_auto_archive_minutes is not None:
        shaped["default_auto_archive_duration"] = channel.default_auto_archive_minutes
    if channel.default_thread_rate_limit or channel.forum is not None:
        shaped["default_thread_rate_limit_per_user"] = channel.default_thread_rate_limit
    if channel.voice is not None:
        _add_voice(shaped, channel.voice)
    if channel.forum is not None:
        _add_forum(shaped, channel, channel.forum)
    return shaped


def _add_thread(shaped: Json, channel: Channel, thread: Thread) -> None:
    begins_here = channel.id in channel.messages
    shaped["owner_id"] = str(thread.owner_id)
    shaped["message_count"] = len(channel.messages) - begins_here
    shaped["total_message_sent"] = thread.sent
    shaped["member_count"] = min(len(thread.members), 50)
    shaped["applied_tags"] = [str(tag) for tag in thread.applied_tags]
    shaped["thread_metadata"] = {
        "archived": thread.archived,
        "archive_timestamp": iso(thread.archive_changed_ms),
        "auto_archive_duration": thread.auto_archive_minutes,
        "locked": thread.locked,
        "invitable": thread.invitable,
        "create_timestamp": None if thread.created_ms is None else iso(thread.created_ms),
    }


def _add_voice(shaped: Json, voice: Voice) -> None:
    shaped["bitrate"] = voice.bitrate
    shaped["user_limit"] = voice.user_limit
    shaped["rtc_region"] = voice.rtc_region
    shaped["video_quality_mode"] = voice.video_quality_mode


def _add_forum(shaped: Json, channel: Channel, forum: Forum) -> None:
    shaped["available_tags"] = [forum_tag_json(tag) for tag in forum.tags.values()]
    shaped["default_reaction_emoji"] = forum.reaction_emoji
    shaped["default_sort_order"] = forum.sort_order
    shaped["default_tag_setting"] = forum.tag_setting
    if channel.type == GUILD_FORUM:
        shaped["default_forum_layout"] = forum.layout


def forum_tag_json(tag: ForumTag) -> Json:
    return {
        "id": str(tag.id),
        "name": tag.name,
        "moderated": tag.moderated,
        "emoji_id": _id_or_none(tag.emoji_id),
        "emoji_name": tag.emoji_name,
    }


def stage_json(stage: StageInstance) -> Json:
    return {
        "id": str(stage.id),
        "guild_id": str(stage.guild_id),
        "channel_id": str(stage.channel_id),
        "topic": stage.topic,
        "privacy_level": stage.privacy_level,
        "discoverable_disabled": True,
        "guild_scheduled_event_id": _id_or_none(stage.event_id),
    }


def thread_member_json(channel: Channel, user_id: int, joined_ms: int) -> Json:
    return {
        "id": str(channel.id),
        "user_id": str(user_id),
        "join_timestamp": iso(joined_ms),
        "flags": 0,
    }
