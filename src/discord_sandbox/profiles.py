"""What users change of themselves, and who is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from discord_sandbox.events import Event
from discord_sandbox.guilds import publish_member
from discord_sandbox.model import User
from discord_sandbox.pictures import changed
from discord_sandbox.shapes.users import forget_user_json, own_user_json, user_json
from discord_sandbox.world import World

OF_USER = ("avatar", "banner")
"""The pictures that a user has."""


def set_pictures(world: World, user: User, body: Mapping[str, Any]) -> None:
    """Give the user the `avatar` and `banner` of a body that was checked."""
    user.avatar = changed(world, f"avatars/{user.id}", body, "avatar", user.avatar)
    user.banner = changed(world, f"banners/{user.id}", body, "banner", user.banner)
    forget_user_json(user)


def publish_user(world: World, user: User) -> None:
    """Tell the user itself, and whoever shares a server or direct messages with it."""
    forget_user_json(user)
    own = Event("USER_UPDATE", own_user_json(user), only=frozenset({user.id}))
    world.bus.publish(own)
    met: set[int] = set()
    for guild in world.guilds_of(user.id):
        met |= guild.members.keys()
        publish_member(world, guild, guild.members[user.id])
    written = frozenset(user.dms) - met
    if written:
        # A bot learns of it with the next message; a person's window shows it at once.
        world.bus.publish(Event("USER_UPDATE", user_json(user), only=written, bots=False))
