"""Serving pictures and sounds as Discord's CDN does, below /cdn. Nothing is converted, and sizes are not kept to."""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import web

from discord_sandbox.default_avatars import PLACE, default_avatar
from discord_sandbox.images import GIF, format_of, is_animated
from discord_sandbox.model import Picture
from discord_sandbox.validate.soundboard import SOUNDS, sound_type
from discord_sandbox.world import World

_IN_URLS = "%/:?#[]@!$&'()*+,;=~"
_ENDINGS = frozenset({"png", "jpg", "jpeg", "webp", "gif"})
_JSON = "application/json"
"""Of this type are the stickers that are no pictures, but Lottie."""


def _find(world: World, name: str) -> Picture | None:
    place, _, last = name.rpartition("/")
    if place == PLACE:
        content = default_avatar(last)
        return None if content is None else Picture(content)
    return world.pictures.get(name)


def serve_picture(world: World, segments: list[str]) -> web.Response:
    """The picture at an address such as `avatars/ID/HASH.png`, in the format it was uploaded in.

    Sounds are at `soundboard-sounds/ID`, without an ending.

    One that was only named sends on to where it is; the sandbox itself fetches nothing.
    """
    name, ending = "/".join(segments), ""
    if segments[:1] != [SOUNDS]:
        name, _, ending = name.rpartition(".")
    found = _find(world, name)
    if found is None or ending not in _endings(name, found):
        return web.Response(status=404, text="There is nothing at this address.")
    if found.url is not None:
        return web.Response(status=302, headers={"Location": quote(found.url, safe=_IN_URLS)})
    if ending == "gif" and not _may_move(name, found.content):
        return web.Response(status=415, text="This picture does not move: ask for .png.")
    return web.Response(
        body=found.content,
        headers={
            "Content-Type": _type(name, found.content),
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _type(name: str, content: bytes) -> str:
    sound = sound_type(content) if name.startswith(f"{SOUNDS}/") else None
    return sound or format_of(content) or _JSON


def _endings(name: str, picture: Picture) -> frozenset[str]:
    if name.startswith(f"{SOUNDS}/"):
        return frozenset({""})
    drawn = picture.url is not None or format_of(picture.content) is not None
    return _ENDINGS if drawn else frozenset({"json"})


def _may_move(name: str, content: bytes) -> bool:
    """Stickers that are GIFs are asked for as such, also where they stand still."""
    return is_animated(content) or (name.startswith("stickers/") and format_of(content) == GIF)
