"""Channels and their permission overwrites."""

from __future__ import annotations

from typing import Any

from discord_sandbox import permissions
from discord_sandbox.channel_settings import configure
from discord_sandbox.channels import (
    create_channel,
    delete_channel,
    publish_channel,
    remove_overwrite,
    set_overwrite,
)
from discord_sandbox.errors import ApiError, NotImplementedBySandbox, Problems, invalid
from discord_sandbox.model import (
    FORUM_TYPES,
    GUILD_ANNOUNCEMENT,
    GUILD_CATEGORY,
    GUILD_TEXT,
    VOICE_TYPES,
    Channel,
    Guild,
    Json,
    Overwrite,
)
from discord_sandbox.rest.rank import check_grants
from discord_sandbox.rest.routing import Call, Reply, Route
from discord_sandbox.rest.thread_edits import edit_thread
from discord_sandbox.shapes.channels import channel_json
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.validate import fields, members
from discord_sandbox.validate.channels import (
    TAKES,
    TAKES_EDIT,
    TAKES_OVERWRITE,
    TAKES_PLACE,
    check_channel,
)
from discord_sandbox.webhooks import end_following

_CONVERTIBLE = frozenset({GUILD_TEXT, GUILD_ANNOUNCEMENT})
KINDS = _CONVERTIBLE | FORUM_TYPES | VOICE_TYPES | {GUILD_CATEGORY}
_CHANNEL = "/channels/{channel_id}"


def get_channel(call: Call) -> Json:
    return call.world.channel_json(call.channel(), call.app.bot_user_id)


def parse_overwrite(value: Any, target_id: int | None = None) -> Overwrite:
    """A permission overwrite as Discord takes it. Raises ApiError 50035."""
    given = value if isinstance(value, dict) else {}
    problems = Problems()
    members.note_members(problems, ("permission_overwrites",), TAKES_OVERWRITE, given)
    problems.raise_if_any()
    found = target_id or parse_snowflake(given.get("id"))
    allow, deny = (parse_snowflake(given.get(name) or 0) for name in ("allow", "deny"))
    kind = {"role": 0, "member": 1}.get(given.get("type", 0), given.get("type", 0))
    if found is None or allow is None or deny is None or kind not in (0, 1):
        raise invalid(
            ("permission_overwrites",),
            "BASE_TYPE_REQUIRED",
            "An overwrite needs id, type (0 or 1), allow and deny",
        )
    return Overwrite(found, kind, allow, deny)


def check_parent(guild: Guild, parent_id: Any) -> None:
    """Raises ApiError 50035 for a parent that is no category of the server."""
    if parent_id is None:
        return
    parent = guild.channels.get(parse_snowflake(parent_id) or 0)
    if parent is None:
        raise invalid(("parent_id",), "CHANNEL_PARENT_INVALID", "Category does not exist")
    if parent.type != GUILD_CATEGORY:
        raise invalid(("parent_id",), "CHANNEL_PARENT_INVALID_TYPE", "Not a category")


def create(call: Call) -> Reply:
    guild = call.guild(permissions.MANAGE_CHANNELS)
    body = call.json()
    kind = GUILD_TEXT if body.get("type") is None else body["type"]
    check_channel(body, kind)
    if not body.get("name"):
        raise invalid(("name",), "BASE_TYPE_REQUIRED", "This field is required")
    if kind not in KINDS:
        raise NotImplementedBySandbox(f"Channel type {kind}")
    overwrites = [parse_overwrite(one) for one in body.get("permission_overwrites") or ()]
    check_parent(guild, body.get("parent_id"))
    for overwrite in overwrites:
        check_grants(call, guild, overwrite.allow | overwrite.deny)
    channel = create_channel(
        call.world,
        guild,
        body["name"],
        kind=kind,
        parent_id=parse_snowflake(body.get("parent_id")),
        overwrites={overwrite.id: overwrite for overwrite in overwrites},
        settings=body,
    )
    return Reply(201, channel_json(channel))


def of_guild(call: Call) -> list[Json]:
    guild = call.guild()
    return [channel_json(c) for c in guild.channels.values() if c.thread is None]


def order(call: Call) -> None:
    """Put channels where the body says, below the category that it says."""
    guild = call.guild(permissions.MANAGE_CHANNELS)
    if not isinstance(call.body, list):
        raise invalid((), "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    problems = Problems()
    for at, one in enumerate(call.body):
        if fields.mapping(problems, (at,), one) is not None:
            members.note_members(problems, (at,), TAKES_PLACE, one)
    problems.raise_if_any()
    moved: list[tuple[Channel, Json]] = []
    for given in call.body:
        check_parent(guild, given.get("parent_id"))
        channel = guild.channels.get(parse_snowflake(given.get("id")) or 0)
        if channel is None or channel.thread is not None:
            raise ApiError(10003)
        moved.append((channel, given))
    for channel, given in moved:
        if given.get("position") is not None:
            channel.position = given["position"]
        if "parent_id" in given:
            channel.parent_id = parse_snowflake(given["parent_id"])
        publish_channel(call.world, guild, channel, "UPDATE")


def edit(call: Call) -> Json:
    channel = call.channel()
    guild = call.guild_of(channel)
    body = check_channel(call.json(), channel.type)
    if channel.thread is not None:
        edit_thread(call, channel, body)
        return channel_json(channel)
    call.world.require(call.app.bot_user_id, channel, permissions.MANAGE_CHANNELS)
    kind = channel.type if body.get("type") is None else body["type"]
    if kind != channel.type and not {kind, channel.type} <= _CONVERTIBLE:
        raise invalid(("type",), "BASE_TYPE_CHOICES", "Only text and news channels convert.")
    check_parent(guild, body.get("parent_id"))
    if "permission_overwrites" in body:
        listed = [parse_overwrite(one) for one in body["permission_overwrites"] or ()]
        for overwrite in listed:
            check_grants(call, guild, _changed(channel, overwrite), channel)
        channel.overwrites = {overwrite.id: overwrite for overwrite in listed}
    if kind != channel.type:
        end_following(call.world, channel)
    channel.type = kind
    if "parent_id" in body:
        channel.parent_id = parse_snowflake(body["parent_id"])
    configure(call.world, channel, body)
    publish_channel(call.world, guild, channel, "UPDATE")
    return channel_json(channel)


def delete(call: Call) -> Json:
    channel = call.channel()
    if channel.guild_id is None:
        return call.world.channel_json(channel, call.app.bot_user_id)
    needed = permissions.MANAGE_CHANNELS if channel.thread is None else permissions.MANAGE_THREADS
    call.world.require(call.app.bot_user_id, channel, needed)
    shaped = channel_json(channel)
    delete_channel(call.world, call.guild_of(channel), channel)
    return shaped


def _changed(channel: Channel, overwrite: Overwrite) -> int:
    """The permissions that would be allowed or denied anew, or no longer."""
    before = channel.overwrites.get(overwrite.id)
    if before is None:
        return overwrite.allow | overwrite.deny
    return (overwrite.allow ^ before.allow) | (overwrite.deny ^ before.deny)


def put_overwrite(call: Call) -> None:
    channel = call.channel()
    guild = call.guild_of(channel)
    call.world.require(call.app.bot_user_id, channel, permissions.MANAGE_ROLES)
    overwrite = parse_overwrite(call.json(), call.id("overwrite_id"))
    known = guild.roles if overwrite.type == 0 else guild.members
    if overwrite.id not in known:
        raise ApiError(10009)
    check_grants(call, guild, _changed(channel, overwrite), channel)
    set_overwrite(call.world, guild, channel, overwrite)


def delete_overwrite(call: Call) -> None:
    channel = call.channel()
    call.world.require(call.app.bot_user_id, channel, permissions.MANAGE_ROLES)
    remove_overwrite(call.world, call.guild_of(channel), channel, call.id("overwrite_id"))


ROUTES = (
    Route("GET", "/guilds/{guild_id}/channels", of_guild),
    Route("POST", "/guilds/{guild_id}/channels", create, takes=TAKES),
    Route("PATCH", "/guilds/{guild_id}/channels", order),
    Route("GET", _CHANNEL, get_channel),
    Route("PATCH", _CHANNEL, edit, takes=TAKES_EDIT),
    Route("DELETE", _CHANNEL, delete),
    Route("PUT", _CHANNEL + "/permissions/{overwrite_id}", put_overwrite, takes=TAKES_OVERWRITE),
    Route("DELETE", _CHANNEL + "/permissions/{overwrite_id}", delete_overwrite),
)
