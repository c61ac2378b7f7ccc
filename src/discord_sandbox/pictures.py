"""Pictures of users, servers and whatever else has one: kept under the addresses of Discord's CDN.

A picture stays at its address once another has taken its place, because messages of before name it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from discord_sandbox.images import is_animated
from discord_sandbox.model import Picture
from discord_sandbox.validate.pictures import read_picture
from discord_sandbox.world import World


def keep(world: World, place: str, content: bytes) -> str:
    """Keep a picture at a place such as `avatars/ID`; answers the hash it is known by there."""
    name = _hash(content)
    if is_animated(content):
        name = f"a_{name}"
    world.pictures[f"{place}/{name}"] = Picture(content)
    return name


def point(world: World, place: str, url: str) -> str:
    """Note where on the web a picture is; answers a hash, as if it had been fetched."""
    name = _hash(url.encode())
    world.pictures[f"{place}/{name}"] = Picture(url=url)
    return name


def changed(
    world: World, place: str, body: Mapping[str, Any], name: str, before: str | None
) -> str | None:
    """The hash of a picture after a body that was checked: another, none, or the one before."""
    if name not in body:
        return before
    given = body[name]
    content = None if given is None else read_picture(given)
    return None if content is None else keep(world, place, content)


def forget(world: World, *owners: int) -> None:
    """Let go of all pictures and sounds of these, which are gone: servers, emojis, roles and others."""
    gone = {str(owner) for owner in owners}
    for place in [one for one in world.pictures if one.split("/")[1] in gone]:
        del world.pictures[place]


def _hash(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()
