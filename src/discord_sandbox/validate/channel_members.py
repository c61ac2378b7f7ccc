"""What the members of a channel's or thread's body may be."""

from __future__ import annotations

from discord_sandbox.validate import members
from discord_sandbox.validate.members import Takes

_NAME = members.text(100, 1)
_SLOWMODE = members.number(0, 21_600)
_ARCHIVE = members.choice(60, 1440, 4320, 10080)
_FLAGS = members.number(0, 2**31 - 1)
_TAGS = members.many(members.snowflake, 5)

TAKES: Takes = {
    "type": members.choice(0, 2, 4, 5, 13, 14, 15, 16),
    "name": _NAME,
    "position": members.number(0, 2**31 - 1),
    "topic": members.text(4096),
    "bitrate": members.number(8_000, 384_000),
    "user_limit": members.number(0, 10_000),
    "nsfw": members.flag,
    "rate_limit_per_user": _SLOWMODE,
    "parent_id": members.snowflake,
    "permission_overwrites": members.many(members.mapping, 100),
    "rtc_region": members.text(100),
    "video_quality_mode": members.choice(1, 2),
    "default_auto_archive_duration": _ARCHIVE,
    "default_reaction_emoji": members.mapping,
    "default_thread_rate_limit_per_user": _SLOWMODE,
    "default_sort_order": members.choice(0, 1),
    "default_forum_layout": members.choice(0, 1, 2),
    "default_tag_setting": members.word(("match_all", "match_some")),
    "flags": _FLAGS,
    "available_tags": members.many(members.mapping, 20),
}
TAKES_EDIT: Takes = {
    **TAKES,
    "archived": members.flag,
    "locked": members.flag,
    "invitable": members.flag,
    "auto_archive_duration": _ARCHIVE,
    "applied_tags": _TAGS,
}
TAKES_THREAD: Takes = {
    "name": _NAME,
    "auto_archive_duration": _ARCHIVE,
    "rate_limit_per_user": _SLOWMODE,
    "type": members.choice(10, 11, 12),
    "invitable": members.flag,
    "applied_tags": _TAGS,
    "message": members.mapping,
}
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
