"""Seeds: JSON files from which a sandbox makes its first users, applications and servers."""

from __future__ import annotations

from typing import Any

from discord_sandbox import guilds
from discord_sandbox.applications import create_application
from discord_sandbox.emojis import create_emoji
from discord_sandbox.errors import ApiError, Problems
from discord_sandbox.guild_pictures import TAKES_PICTURES, check_features, read_features
from discord_sandbox.guild_pictures import set_pictures as set_guild_pictures
from discord_sandbox.model import Application, Guild, Json, User
from discord_sandbox.profiles import OF_USER, set_pictures
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.validate.emojis import TAKES_OWN
from discord_sandbox.validate.members import note_members
from discord_sandbox.validate.pictures import WANTED, check_pictures, read_picture
from discord_sandbox.world import World


class BadSeed(ValueError):
    """The seed names something that is not there, or lacks something."""


def sow(world: World, seed: Any) -> None:
    """Make what the seed describes. Users and applications are referred to by name or by id.

    Raises BadSeed.
    """
    if not isinstance(seed, dict):
        raise BadSeed("it must be an object with users, applications and guilds")
    for given in _list(seed, "users"):
        user = world.create_user(
            _text(given, "username"),
            global_name=given.get("global_name"),
            user_id=parse_snowflake(given.get("id")),
        )
        _picture(world, user, given)
    granted: dict[int, int | None] = {}
    for given in _list(seed, "applications"):
        application = _application(world, given)
        granted[application.id] = parse_snowflake(given.get("permissions"))
    for given in _list(seed, "users"):
        for name in given.get("installed") or ():
            user = _user(world, given.get("id") or given["username"])
            user.installed.add(_find_application(world, name).id)
    for given in _list(seed, "guilds"):
        _guild(world, given, granted)


def _application(world: World, given: Json) -> Application:
    name, token = _text(given, "name"), _text(given, "token")
    if token in world.tokens:
        raise BadSeed("two applications have the same token")
    try:
        made = create_application(world, name, given)
    except ValueError as problem:
        raise BadSeed(str(problem)) from None
    bot = world.users[made.bot_user_id]
    _picture(world, bot, given)
    _emojis(world, made, given, bot)
    return made


def _picture(world: World, user: User, given: Json) -> None:
    try:
        check_pictures(given, *OF_USER)
    except ApiError:
        raise BadSeed(f"the pictures of {user.username} must each be {WANTED}") from None
    set_pictures(world, user, given)


def _emojis(world: World, owner: Guild | Application, given: Json, creator: User) -> None:
    """Emojis by their names, each with its picture."""
    listed = given.get("emojis") or {}
    if not isinstance(listed, dict):
        raise BadSeed("`emojis` must be an object of names and pictures")
    for name, image in listed.items():
        problems = Problems()
        note_members(problems, (), TAKES_OWN, {"name": name, "image": image})
        content = read_picture(image) if isinstance(image, str) else None
        if problems or content is None:
            raise BadSeed(f"the emoji {name!r} needs a name of 2 to 32 letters and a picture")
        try:
            create_emoji(world, owner, name, content, creator.id)
        except ApiError as problem:
            raise BadSeed(f"there are too many emojis: {problem.message}") from None


def _guild(world: World, given: Json, granted: dict[int, int | None]) -> None:
    owner = _user(world, given.get("owner", given.get("owner_id")))
    guild = guilds.create_guild(
        world,
        _text(given, "name"),
        owner,
        channels=given.get("channels") or ["general"],
        guild_id=parse_snowflake(given.get("id")),
    )
    _picture_guild(world, guild, given)
    _emojis(world, guild, given, owner)
    for member in given.get("members") or ():
        guilds.add_member(world, guild, _user(world, member))
    for name in given.get("bots") or ():
        application = _find_application(world, name)
        guilds.add_bot(world, guild, application, granted.get(application.id))


def _picture_guild(world: World, guild: Guild, given: Json) -> None:
    try:
        guild.features = read_features(given.get("features") or [], new=True)
    except ValueError as problem:
        raise BadSeed(str(problem)) from None
    try:
        check_pictures(given, *TAKES_PICTURES)
    except ApiError:
        raise BadSeed(f"the pictures of {guild.name} must each be {WANTED}") from None
    try:
        check_features(guild.features, given)
    except ApiError:
        raise BadSeed(f"{guild.name} lacks the feature that one of its pictures needs") from None
    set_guild_pictures(world, guild, given)


def _list(seed: Json, name: str) -> list[Json]:
    found = seed.get(name) or []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise BadSeed(f"`{name}` must be a list of objects")
    return found


def _text(given: Json, name: str) -> str:
    found = given.get(name)
    if not isinstance(found, str) or not found:
        raise BadSeed(f"an entry lacks `{name}`: {given}")
    return found


def _user(world: World, name: Any) -> User:
    by_id = world.users.get(parse_snowflake(name) or 0)
    if by_id is not None:
        return by_id
    for user in world.users.values():
        if user.username == name and not user.bot:
            return user
    raise BadSeed(f"there is no user {name!r} in `users`")


def _find_application(world: World, name: Any) -> Application:
    by_id = world.applications.get(parse_snowflake(name) or 0)
    if by_id is not None:
        return by_id
    for application in world.applications.values():
        if application.name == name:
            return application
    raise BadSeed(f"there is no application {name!r} in `applications`")
