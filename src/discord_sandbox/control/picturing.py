"""Pictures and emojis of a server, which its people give it in its settings."""

from __future__ import annotations

from discord_sandbox import guilds
from discord_sandbox.control.routing import Ask, Operation, Refused
from discord_sandbox.emojis import (
    check_roles,
    create_emoji,
    delete_emoji,
    find_emoji,
    publish_emojis,
)
from discord_sandbox.errors import ApiError, Problems
from discord_sandbox.guild_pictures import (
    TAKES_PICTURES,
    check_features,
    read_features,
    set_pictures,
)
from discord_sandbox.guild_settings import change_settings
from discord_sandbox.model import Application, Guild, Json
from discord_sandbox.shapes.emojis import emoji_json
from discord_sandbox.shapes.guilds import guild_json
from discord_sandbox.validate.emojis import TAKES, TAKES_CHANGE, TAKES_OWN, check_made
from discord_sandbox.validate.guild_settings import TAKES as TAKES_SETTINGS
from discord_sandbox.validate.members import Takes, check_members, note_members
from discord_sandbox.validate.pictures import WANTED, check_pictures, read_picture

_GUILD = "/guilds/{guild}"
_EMOJIS = _GUILD + "/emojis"
_OWN_EMOJIS = "/applications/{application}/emojis"


def check_given(ask: Ask, *names: str) -> None:
    """Check the pictures of the body. Raises Refused."""
    try:
        check_pictures(ask.body, *names)
    except ApiError as problem:
        raise Refused(f"`{next(iter(problem.errors or names))}` must be {WANTED}.") from None


def check_pictured(ask: Ask, before: list[str], *, new: bool = False) -> list[str]:
    """The features that a server, or a new one, has after the body, whose pictures are as it may have them.

    Raises Refused, or ApiError 50101 for a picture that it lacks the feature for.
    """
    check_given(ask, *TAKES_PICTURES)
    features = before
    if "features" in ask.body:
        try:
            features = read_features(ask.body["features"], new=new)
        except ValueError as problem:
            raise Refused(f"{problem}.") from None
    check_features(features, ask.body)
    return features


def edit_guild(ask: Ask) -> Json:
    """Change the settings and pictures of a server, as its owner, and what it was granted."""
    guild = ask.find_guild(ask.param("guild"))
    features = check_pictured(ask, guild.features)
    body = check_members(TAKES_SETTINGS, ask.body, f"PATCH /sandbox{_GUILD}")
    change_settings(ask.world, guild, guild.owner_id, body, granted=features)
    set_pictures(ask.world, guild, body)
    guilds.publish_guild(ask.world, guild)
    return guild_json(guild)


def _checked(ask: Ask, takes: Takes) -> Json:
    """The body, of which these members are as Discord takes them. Raises ApiError 50035."""
    problems = Problems()
    note_members(problems, (), takes, ask.body)
    problems.raise_if_any()
    return ask.body


def _roles(ask: Ask) -> list[int]:
    return [ask.as_id("roles", one) for one in ask.body.get("roles") or ()]


def make_emoji(ask: Ask) -> Json:
    guild = ask.find_guild(ask.param("guild"))
    creator = ask.find_user(ask.optional("user_id") or guild.owner_id)
    return _make(ask, guild, creator.id, TAKES)


def _make(ask: Ask, owner: Guild | Application, creator_id: int, takes: Takes) -> Json:
    body = _checked(ask, takes)
    check_made(body)
    content = read_picture(body["image"]) or b""
    made = create_emoji(ask.world, owner, body["name"], content, creator_id, _roles(ask))
    return emoji_json(made, ask.world.users.get(creator_id))


def edit_emoji(ask: Ask) -> Json:
    guild = ask.find_guild(ask.param("guild"))
    emoji = find_emoji(guild, ask.param("emoji"))
    body = _checked(ask, TAKES_CHANGE)
    if "roles" in body:
        check_roles(guild, _roles(ask))
        emoji.role_ids = _roles(ask)
    emoji.name = body.get("name") or emoji.name
    publish_emojis(ask.world, guild)
    return emoji_json(emoji)


def remove_emoji(ask: Ask) -> Json:
    delete_emoji(ask.world, ask.find_guild(ask.param("guild")), ask.param("emoji"))
    return {}


def make_own_emoji(ask: Ask) -> Json:
    application = ask.find_application(ask.param("application"))
    return _make(ask, application, application.bot_user_id, TAKES_OWN)


def remove_own_emoji(ask: Ask) -> Json:
    delete_emoji(ask.world, ask.find_application(ask.param("application")), ask.param("emoji"))
    return {}


OPERATIONS = (
    Operation("PATCH", _GUILD, edit_guild),
    Operation("POST", _EMOJIS, make_emoji),
    Operation("PATCH", _EMOJIS + "/{emoji}", edit_emoji),
    Operation("DELETE", _EMOJIS + "/{emoji}", remove_emoji),
    Operation("POST", _OWN_EMOJIS, make_own_emoji),
    Operation("DELETE", _OWN_EMOJIS + "/{emoji}", remove_own_emoji),
)
