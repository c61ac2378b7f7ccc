"""The welcome screen of a server, and its widget."""

from __future__ import annotations

from discord_sandbox import permissions
from discord_sandbox.errors import ApiError, Problems
from discord_sandbox.guilds import publish_guild
from discord_sandbox.invites import make_invite
from discord_sandbox.model import GUILD_CATEGORY, VOICE_TYPES, Channel, Guild, Json, WelcomeChannel
from discord_sandbox.permissions import CONNECT, VIEW_CHANNEL, everyone_permissions
from discord_sandbox.rest.routing import Call, Route
from discord_sandbox.shapes.entrance import welcome_screen_json, widget_json
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.validate import fields, members
from discord_sandbox.validate.members import Takes

_SCREEN = "/guilds/{guild_id}/welcome-screen"
_WIDGET = "/guilds/{guild_id}/widget"


# --- the welcome screen ------------------------------------------------------------------


def get_screen(call: Call) -> Json:
    """Raises ApiError 10069 where it is not enabled, for whoever does not manage the server."""
    guild = call.guild()
    me = guild.members[call.app.bot_user_id]
    manages = call.world.guild_permissions(guild, me) & permissions.MANAGE_GUILD
    if not guild.welcome.enabled and not manages:
        raise ApiError(10069)
    return welcome_screen_json(guild)


def edit_screen(call: Call) -> Json:
    guild = call.guild(permissions.MANAGE_GUILD)
    body = call.json()
    screen = guild.welcome
    if "welcome_channels" in body:
        screen.channels = _channels(guild, body["welcome_channels"] or [])
    if "description" in body:
        screen.description = body["description"]
    if body.get("enabled") is not None:
        screen.enabled = body["enabled"]
    publish_guild(call.world, guild)
    return welcome_screen_json(guild)


def _channels(guild: Guild, given: list[Json]) -> list[WelcomeChannel]:
    """Raises ApiError 50035 for an entry without a channel or a description, 10003."""
    problems = Problems()
    for at, one in enumerate(given):
        for name in ("channel_id", "description"):
            if one.get(name) is None:
                fields.required(problems, ("welcome_channels", at, name))
    problems.raise_if_any()
    found = []
    for one in given:
        channel_id = parse_snowflake(one["channel_id"])
        if channel_id is None or channel_id not in guild.channels:
            raise ApiError(10003)
        # Servers have no emojis of their own here.
        if one.get("emoji_id") is not None:
            raise ApiError(10014)
        found.append(WelcomeChannel(channel_id, one["description"], one.get("emoji_name")))
    return found


# --- the widget --------------------------------------------------------------------------


def _settings(guild: Guild) -> Json:
    channel_id = guild.widget.channel_id
    return {
        "enabled": guild.widget.enabled,
        "channel_id": None if channel_id is None else str(channel_id),
    }


def get_settings(call: Call) -> Json:
    return _settings(call.guild(permissions.MANAGE_GUILD))


def edit_settings(call: Call) -> Json:
    """With a channel the widget has an invite to it. Raises ApiError 10003, 50024."""
    guild = call.guild(permissions.MANAGE_GUILD)
    body, widget = call.json(), guild.widget
    if "channel_id" in body:
        channel = _channel(guild, body["channel_id"])
        widget.channel_id = widget.invite_code = None
        if channel is not None:
            made = make_invite(call.world, guild, channel, call.bot, {"max_age": 0})
            widget.channel_id, widget.invite_code = channel.id, made.code
    if body.get("enabled") is not None:
        widget.enabled = body["enabled"]
    publish_guild(call.world, guild)
    return _settings(guild)


def _channel(guild: Guild, given: str | None) -> Channel | None:
    if given is None:
        return None
    channel = guild.channels.get(parse_snowflake(given) or 0)
    if channel is None:
        raise ApiError(10003)
    if channel.type == GUILD_CATEGORY or channel.thread is not None:
        raise ApiError(50024)
    return channel


def get_widget(call: Call) -> Json:
    """For everybody, without a token. Raises ApiError 50004 where it is not enabled."""
    guild = call.world.guild(call.id("guild_id"))
    if not guild.widget.enabled:
        raise ApiError(50004)
    return widget_json(call.world.base_url, guild, _open_to_all(guild))


def _open_to_all(guild: Guild) -> list[Channel]:
    """The voice channels that @everyone may come into."""
    needed = VIEW_CHANNEL | CONNECT
    return [
        channel
        for channel in guild.channels.values()
        if channel.type in VOICE_TYPES and everyone_permissions(guild, channel) & needed == needed
    ]


_TAKES_SCREEN: Takes = {
    "enabled": members.flag,
    "description": members.text(140),
    "welcome_channels": members.many(
        members.nested(
            {
                "channel_id": members.snowflake,
                "description": members.text(50, 1),
                "emoji_id": members.snowflake,
                "emoji_name": members.text(152_133),
            }
        ),
        5,
    ),
}
_TAKES_WIDGET: Takes = {"enabled": members.flag, "channel_id": members.snowflake}

ROUTES = (
    Route("GET", _SCREEN, get_screen),
    Route("PATCH", _SCREEN, edit_screen, takes=_TAKES_SCREEN),
    Route("GET", _WIDGET, get_settings),
    Route("PATCH", _WIDGET, edit_settings, takes=_TAKES_WIDGET),
    Route("GET", _WIDGET + ".json", get_widget, public=True),
)
