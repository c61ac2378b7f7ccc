"""The pictures of a server, and the features that Discord asks for with some of them and stickers."""

from __future__ import annotations

from collections.abc import Collection

from discord_sandbox.errors import ApiError
from discord_sandbox.images import is_animated
from discord_sandbox.model import Guild, Json
from discord_sandbox.model.guild_settings import COMMUNITY, SWITCHED
from discord_sandbox.pictures import changed
from discord_sandbox.validate.members import Takes
from discord_sandbox.validate.pictures import picture, read_picture
from discord_sandbox.world import World

ROLE_ICONS = "ROLE_ICONS"
WITH_LOTTIE = frozenset({"VERIFIED", "PARTNERED"})
"""A server with either of them takes Lottie stickers."""
_NEEDED = {
    "banner": "BANNER",
    "splash": "INVITE_SPLASH",
    "discovery_splash": "DISCOVERABLE",
}
_NEEDED_TO_MOVE = {"icon": "ANIMATED_ICON", "banner": "ANIMATED_BANNER"}
FEATURES = frozenset(
    {ROLE_ICONS, *_NEEDED.values(), *_NEEDED_TO_MOVE.values(), *WITH_LOTTIE, *SWITCHED}
)
"""Those that a server of the sandbox can have."""

TAKES_PICTURES: Takes = {
    name: picture() for name in ("icon", "banner", "splash", "discovery_splash")
}


def read_features(given: object, *, new: bool = False) -> list[str]:
    """The features that a list names.

    Raises ValueError for one that is unknown, and of a new server for being a community.
    """
    wanted = given if isinstance(given, list) else [given]
    unknown = [one for one in wanted if not isinstance(one, str) or one not in FEATURES]
    if unknown:
        known = ", ".join(sorted(FEATURES))
        raise ValueError(
            f"{unknown[0]!r} is no feature of the sandbox's servers, which are {known}"
        )
    if new and COMMUNITY in wanted:
        raise ValueError(
            f"{COMMUNITY!r} needs channels for rules and updates, which a new server has not "
            "named: switch it on in the server's settings"
        )
    return list(dict.fromkeys(wanted))


def check_features(features: Collection[str], body: Json) -> None:
    """Raises ApiError 50101 for a picture that a server lacks the feature for."""
    for name in TAKES_PICTURES:
        if body.get(name) is None:
            continue
        needed = {_NEEDED.get(name)}
        if is_animated(read_picture(body[name]) or b""):
            needed.add(_NEEDED_TO_MOVE.get(name))
        if needed - {None, *features}:
            raise ApiError(50101)


def check_role_icons(guild: Guild, body: Json) -> None:
    """Raises ApiError 50101 where roles of this server have no icons."""
    wanted = body.get("icon") is not None or body.get("unicode_emoji") is not None
    if wanted and ROLE_ICONS not in guild.features:
        raise ApiError(50101)


def set_pictures(world: World, guild: Guild, body: Json) -> None:
    """Give the server the pictures of a body that was checked."""
    guild.icon = changed(world, f"icons/{guild.id}", body, "icon", guild.icon)
    guild.banner = changed(world, f"banners/{guild.id}", body, "banner", guild.banner)
    guild.splash = changed(world, f"splashes/{guild.id}", body, "splash", guild.splash)
    guild.discovery_splash = changed(
        world, f"discovery-splashes/{guild.id}", body, "discovery_splash", guild.discovery_splash
    )
