"""Users, and what a bot learns of itself."""

from __future__ import annotations

from discord_sandbox.channels import open_dm
from discord_sandbox.errors import ApiError
from discord_sandbox.guilds import remove_member
from discord_sandbox.model import Json
from discord_sandbox.permissions import guild_permissions
from discord_sandbox.profiles import publish_user, set_pictures
from discord_sandbox.rest.routing import Call, Route
from discord_sandbox.shapes.guilds import guild_features, member_json
from discord_sandbox.shapes.users import own_user_json, user_json
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.validate import members
from discord_sandbox.validate.members import Takes
from discord_sandbox.validate.pictures import picture


def get_me(call: Call) -> Json:
    return own_user_json(call.bot)


def get_user(call: Call) -> Json:
    user_id = call.id("user_id")
    if user_id == call.app.bot_user_id:
        return own_user_json(call.bot)
    return user_json(call.world.user(user_id))


def edit_me(call: Call) -> Json:
    body, bot = call.json(), call.bot
    before = bot.username, bot.avatar, bot.banner
    bot.username = body.get("username") or bot.username
    set_pictures(call.world, bot, body)
    if (bot.username, bot.avatar, bot.banner) != before:
        publish_user(call.world, bot)
    return own_user_json(bot)


def my_guilds(call: Call) -> list[Json]:
    limit = call.number("limit", default=200, least=1, most=200)
    before, after = call.snowflake("before"), call.snowflake("after") or 0
    guilds = sorted(call.world.guilds_of(call.bot.id), key=lambda guild: guild.id)
    found = [g for g in guilds if g.id > after and (before is None or g.id < before)]
    shaped = []
    for guild in found[:limit]:
        granted = guild_permissions(guild, guild.members[call.bot.id])
        one: Json = {
            "id": str(guild.id),
            "name": guild.name,
            "icon": guild.icon,
            "banner": guild.banner,
            "owner": guild.owner_id == call.bot.id,
            "permissions": str(granted),
            "features": guild_features(guild),
        }
        if call.flag("with_counts"):
            one["approximate_member_count"] = len(guild.members)
            one["approximate_presence_count"] = len(guild.members)
        shaped.append(one)
    return shaped


def my_member(call: Call) -> Json:
    guild = call.guild()
    return member_json(call.world.member(guild, call.bot.id))


def leave_guild(call: Call) -> None:
    remove_member(call.world, call.guild(), call.bot.id)


def create_dm(call: Call) -> Json:
    body = call.json()
    recipient_id = parse_snowflake(body.get("recipient_id"))
    if recipient_id is None:
        raise ApiError(50033)
    other = call.world.users.get(recipient_id)
    if other is None:
        raise ApiError(10013)
    known = other.id in call.bot.dms
    limits = call.backend.limits
    if not known and not limits.may_open_dm(call.app.id, call.world.clock.now_ms()):
        raise ApiError(40003)
    channel, _ = open_dm(call.world, call.bot, other)
    return call.world.channel_json(channel, call.bot.id)


def gateway(call: Call) -> Json:
    return {"url": call.backend.hub.gateway_url}


def gateway_bot(call: Call) -> Json:
    limits = call.backend.limits
    remaining, reset_after_ms = limits.starts_left(call.app.id, call.world.clock.now_ms())
    return {
        "url": call.backend.hub.gateway_url,
        "shards": 1,
        "session_start_limit": {
            "total": limits.starts_in_all,
            "remaining": remaining,
            "reset_after": reset_after_ms,
            "max_concurrency": limits.max_concurrency,
        },
    }


_TAKES_ME: Takes = {"username": members.text(32, 2), "avatar": picture(), "banner": picture()}

ROUTES = (
    Route("GET", "/users/@me", get_me),
    Route("PATCH", "/users/@me", edit_me, takes=_TAKES_ME),
    Route("GET", "/users/@me/guilds", my_guilds),
    Route("DELETE", "/users/@me/guilds/{guild_id}", leave_guild),
    Route("GET", "/users/@me/guilds/{guild_id}/member", my_member),
    Route("POST", "/users/@me/channels", create_dm, takes={"recipient_id": members.snowflake}),
    Route("GET", "/users/{user_id}", get_user),
    Route("GET", "/gateway", gateway, public=True),
    Route("GET", "/gateway/bot", gateway_bot),
)
