"""Pictures to upload, drawn byte by byte."""

from __future__ import annotations

import base64
import struct
import zlib

Colour = tuple[int, int, int]
RED, GREEN, BLUE = (200, 40, 40), (40, 160, 60), (50, 80, 210)


def png(colour: Colour = RED, side: int = 32, *, least_bytes: int = 0) -> bytes:
    """A square of one colour, padded by a comment to a size of at least so many bytes."""
    row = b"\0" + bytes(colour) * side
    chunks = [
        _chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)),
        _chunk(b"IDAT", zlib.compress(row * side)),
        _chunk(b"tEXt", b"Comment\0" + b"x" * least_bytes),
        _chunk(b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    body = name + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def gif(frames: int = 2) -> bytes:
    """One that moves, unless it has a single frame; of one pixel."""
    table = bytes((*RED, *BLUE))
    head = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + table
    loop = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
    frame = b"\x21\xf9\x04\0\x0a\0\0\0" + b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0)
    pixels = (b"\x02\x02\x44\x01\0", b"\x02\x02\x4c\x01\0")
    return head + loop + b"".join(frame + pixels[at % 2] for at in range(frames)) + b"\x3b"


JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xd9"
WEBP = base64.b64decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
MOVING_WEBP = b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\0\0\0\0\0\0"


def uri(content: bytes, kind: str = "png") -> str:
    """What a client sends."""
    return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"
