"""The pictures of users who have chosen none: one plain colour each, at `embed/avatars/N`."""

from __future__ import annotations

import functools
import struct
import zlib

_COLOURS = ("5b68d6", "737a86", "3f9a68", "c98a2b", "c94b50", "b5549c")
_SIDE = 128
PLACE = "embed/avatars"


@functools.lru_cache(len(_COLOURS))
def default_avatar(name: str) -> bytes | None:
    """The PNG of that number; None where there is none."""
    if name not in map(str, range(len(_COLOURS))):
        return None
    colour = bytes.fromhex(_COLOURS[int(name)])
    rows = (b"\0" + colour * _SIDE) * _SIDE
    # Eight bits for each of three colours, neither filtered nor interlaced.
    head = struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 2, 0, 0, 0)
    chunks = _chunk(b"IHDR", head), _chunk(b"IDAT", zlib.compress(rows)), _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    body = name + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
