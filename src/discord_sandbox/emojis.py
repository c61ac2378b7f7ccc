"""Custom emojis: made, changed, taken away, and who may use which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from discord_sandbox.errors import ApiError, Problems
from discord_sandbox.events import Event
from discord_sandbox.images import is_animated
from discord_sandbox.model import Application, Emoji, Guild, Json, Picture, User
from discord_sandbox.shapes.emojis import emoji_json
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.validate.fields import Path
from discord_sandbox.world import World

MOST_OF_A_KIND = 50
"""How many a server may have that stand still, and how many that move."""
MOST_OF_APPLICATION = 2000


def create_emoji(
    world: World,
    owner: Guild | Application,
    name: str,
    content: bytes,
    creator_id: int,
    role_ids: Sequence[int] = (),
) -> Emoji:
    """Make an emoji of a server or an application.

    Raises ApiError 30008 or 30018 where there are as many as there may be, 10011 for a role that
    the server does not have.
    """
    animated = is_animated(content)
    _check_room(owner, animated=animated)
    if isinstance(owner, Guild):
        check_roles(owner, role_ids)
    emoji = Emoji(world.ids.next(), name, creator_id, animated, list(role_ids))
    owner.emojis[emoji.id] = emoji
    world.pictures[f"emojis/{emoji.id}"] = Picture(content)
    publish_emojis(world, owner)
    return emoji


def _check_room(owner: Guild | Application, *, animated: bool) -> None:
    if isinstance(owner, Application):
        if len(owner.emojis) >= MOST_OF_APPLICATION:
            text = f"Maximum number of emojis reached ({MOST_OF_APPLICATION})"
            raise ApiError(30008, message=text)
        return
    if sum(one.animated == animated for one in owner.emojis.values()) >= MOST_OF_A_KIND:
        raise ApiError(30018 if animated else 30008)


def check_roles(guild: Guild, role_ids: Iterable[int]) -> None:
    """Raises ApiError 10011."""
    if any(role_id not in guild.roles for role_id in role_ids):
        raise ApiError(10011)


def find_emoji(owner: Guild | Application, emoji_id: int) -> Emoji:
    """Raises ApiError 10014."""
    found = owner.emojis.get(emoji_id)
    if found is None:
        raise ApiError(10014)
    return found


def delete_emoji(world: World, owner: Guild | Application, emoji_id: int) -> None:
    """The emoji and its picture are gone. Raises ApiError 10014."""
    del owner.emojis[find_emoji(owner, emoji_id).id]
    world.pictures.pop(f"emojis/{emoji_id}", None)
    publish_emojis(world, owner)


def publish_emojis(world: World, owner: Guild | Application) -> None:
    """Tell of all that a server has now; of an application's nobody is told."""
    if isinstance(owner, Application):
        return
    listed = [emoji_json(one) for one in owner.emojis.values()]
    data: Json = {"guild_id": str(owner.id), "emojis": listed}
    world.bus.publish(Event("GUILD_EMOJIS_UPDATE", data, guild=owner))


def usable_emoji(world: World, user: User, emoji_id: int) -> tuple[Emoji, Guild | None] | None:
    """An emoji that the user may use, with the server it is of; None where it may not.

    Those are its application's own, and those of the servers it is in, unless they are kept to
    roles that it does not have.
    """
    application = world.applications.get(user.application_id or 0)
    if application is not None and emoji_id in application.emojis:
        return application.emojis[emoji_id], None
    for guild in world.guilds_of(user.id):
        emoji = guild.emojis.get(emoji_id)
        if emoji is not None:
            held = guild.members[user.id].role_ids
            kept = emoji.role_ids and not set(emoji.role_ids).intersection(held)
            return None if kept else (emoji, guild)
    return None


def settle_in_components(
    world: World, user: User, parts: Iterable[Json], path: Path = ("components",)
) -> None:
    """Give custom emojis in components the names they have.

    Raises ApiError 50035 for one that the user may not use.
    """
    found = (one for at, part in enumerate(parts) for one in _emojis_in(part, (*path, at)))
    _settle(world, user, found)


def settle_in_poll(world: World, user: User, answers: Sequence[Json]) -> None:
    """The same for the answers of a poll."""
    path: Path = ("poll", "answers")
    found = (
        one
        for at, media in enumerate(answers)
        for one in _emojis_in(media, (*path, at, "poll_media"))
    )
    _settle(world, user, found)


def _emojis_in(part: Json, path: Path) -> Iterator[tuple[Path, Json]]:
    """Every emoji of a component and of what is in it, with where it stands."""
    if part.get("emoji"):
        yield (*path, "emoji"), part["emoji"]
    for name in ("components", "options"):
        for at, inner in enumerate(part.get(name) or ()):
            yield from _emojis_in(inner, (*path, name, at))
    for name in ("accessory", "component"):
        if part.get(name):
            yield from _emojis_in(part[name], (*path, name))


def _settle(world: World, user: User, given: Iterable[tuple[Path, Json]]) -> None:
    problems = Problems()
    for path, emoji in given:
        emoji_id = parse_snowflake(emoji.get("id"))
        if emoji_id is None:
            continue
        found = usable_emoji(world, user, emoji_id)
        if found is None:
            problems.add((*path, "id"), "BUTTON_COMPONENT_INVALID_EMOJI", "Invalid emoji")
        else:
            emoji["name"], emoji["animated"] = found[0].name, found[0].animated
    problems.raise_if_any()
