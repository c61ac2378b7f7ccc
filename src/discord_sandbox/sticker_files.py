"""The files of stickers: PNG, animated PNG, GIF and Lottie, within the limits that Discord sets."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from discord_sandbox.errors import ApiError, invalid
from discord_sandbox.model import APNG, GIF, LOTTIE, PNG, Json
from discord_sandbox.wire import decode

MOST_BYTES = 512 * 1024
MOST_PIXELS = 320
MOST_SECONDS = 5
MOST_FRAMES = 1000
LEAST_RATE, MOST_RATE = 1, 60
_PNG = b"\x89PNG\r\n\x1a\n"
_USUAL_DELAY = 100
"""Frames of a PNG that give no unit for their delay give it in hundredths of a second."""


class Broken(ValueError):
    """The bytes are not what they begin as."""


@dataclass(slots=True)
class _Picture:
    format: int
    width: int
    height: int
    seconds: float = 0


def sticker_format(data: bytes, *, lottie: bool) -> int:
    """Which of Discord's formats a file has; `lottie` says whether the server takes that one.

    Raises ApiError 50045 for a file that is too large, 50046 for one of another kind, 170001 to
    170007 for a Lottie or an animation beyond the limits, 50035 for a picture that is.
    """
    if len(data) > MOST_BYTES:
        raise ApiError(50045)
    try:
        if data.startswith(_PNG):
            picture = _png(data)
        elif data.startswith((b"GIF87a", b"GIF89a")):
            picture = _gif(data)
        elif data.lstrip().startswith(b"{"):
            if not lottie:
                text = (
                    "This server cannot have Lottie stickers: it is neither verified nor a partner."
                )
                raise invalid(("file",), "STICKER_LOTTIE_NOT_ALLOWED", text)
            picture = _lottie(data)
        else:
            raise ApiError(50046)
    except (Broken, struct.error, IndexError):
        raise ApiError(50046) from None
    if max(picture.width, picture.height) > MOST_PIXELS:
        # That it is refused is known, and how the error is worded is not.
        text = f"Must be at most {MOST_PIXELS} pixels wide and high."
        raise invalid(("file",), "STICKER_DIMENSIONS_TOO_LARGE", text)
    if picture.seconds > MOST_SECONDS:
        raise ApiError(170007)
    return picture.format


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_PNG)
    while at < len(data):
        (size,) = struct.unpack_from(">I", data, at)
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        if len(body) != size:
            raise Broken
        yield kind, body
        if kind == b"IEND":
            return
        at += size + 12


def _png(data: bytes) -> _Picture:
    picture = None
    for kind, body in _chunks(data):
        if kind == b"IHDR":
            picture = _Picture(PNG, *struct.unpack_from(">II", body))
        elif picture is None:
            raise Broken
        elif kind == b"acTL":
            picture.format = APNG
        elif kind == b"fcTL":
            delay, unit = struct.unpack_from(">HH", body, 20)
            picture.seconds += delay / (unit or _USUAL_DELAY)
        elif kind == b"IEND":
            return picture
    raise Broken


def _gif(data: bytes) -> _Picture:
    picture = _Picture(GIF, *struct.unpack_from("<HH", data, 6))
    at = 13 + _table_bytes(data[10])
    while True:
        kind = data[at]
        if kind == 0x3B:
            return picture
        if kind == 0x21:
            if data[at + 1] == 0xF9:
                (delay,) = struct.unpack_from("<H", data, at + 4)
                picture.seconds += delay / 100
            at = _after_blocks(data, at + 2)
        elif kind == 0x2C:
            at = _after_blocks(data, at + 11 + _table_bytes(data[at + 9]))
        else:
            raise Broken


def _table_bytes(packed: int) -> int:
    """How long the table of colours is that a GIF's packed byte tells of."""
    return 3 * 2 ** ((packed & 7) + 1) if packed & 0x80 else 0


def _after_blocks(data: bytes, at: int) -> int:
    """Where the blocks end that begin here, each with its length, the last one empty."""
    while data[at]:
        at += data[at] + 1
    return at + 1


def _lottie(data: bytes) -> _Picture:
    """Raises ApiError 170001 to 170006."""
    try:
        given = decode(data)
        width, height, rate = (_number(given, name) for name in ("w", "h", "fr"))
        frames = _number(given, "op") - _number(given, "ip")
        assets = given.get("assets", [])
        raster = any(isinstance(one, dict) and one.get("p") for one in assets)
    except (ValueError, TypeError, AttributeError, KeyError):
        raise ApiError(170001) from None
    if raster:
        raise ApiError(170002)
    if max(width, height) > MOST_PIXELS:
        raise ApiError(170005)
    if not LEAST_RATE <= rate <= MOST_RATE:
        raise ApiError(170006)
    if frames > MOST_FRAMES:
        raise ApiError(170004)
    return _Picture(LOTTIE, int(width), int(height), frames / rate)


def _number(given: Json, name: str) -> float:
    """Raises ValueError, KeyError or TypeError where there is none."""
    value = given[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(name)
    return value
