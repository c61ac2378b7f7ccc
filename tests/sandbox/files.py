"""Small files of the kinds that stickers and voice messages are of."""

from __future__ import annotations

import io
import json
import struct
import wave
import zlib
from typing import Any


def _chunk(kind: bytes, body: bytes) -> bytes:
    checked = kind + body
    return struct.pack(">I", len(body)) + checked + struct.pack(">I", zlib.crc32(checked))


def png(width: int = 4, height: int = 4, delays: tuple[tuple[int, int], ...] = ()) -> bytes:
    """A blue picture; with delays, as (count, unit), one that is animated."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x33\x66\xff" * width) * height)
    chunks = [_chunk(b"IHDR", header)]
    if delays:
        chunks.append(_chunk(b"acTL", struct.pack(">II", len(delays), 0)))
    number = 0
    for at, (count, unit) in enumerate(delays or ((0, 0),)):
        if delays:
            frame = struct.pack(">IIIIIHHBB", number, width, height, 0, 0, count, unit, 0, 0)
            chunks.append(_chunk(b"fcTL", frame))
            number += 1
        if at == 0:
            chunks.append(_chunk(b"IDAT", rows))
        else:
            chunks.append(_chunk(b"fdAT", struct.pack(">I", number) + rows))
            number += 1
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + _chunk(b"IEND", b"")


def gif(width: int = 1, height: int = 1, delays: tuple[int, ...] = (10,)) -> bytes:
    """One dot after another; each stays so many hundredths of a second."""
    frames = b"".join(
        struct.pack("<BBBBHBB", 0x21, 0xF9, 4, 0, delay, 0, 0)
        + struct.pack("<BHHHHB", 0x2C, 0, 0, 1, 1, 0)
        + bytes([2, 2, 0x44, 1, 0])
        for delay in delays
    )
    screen = struct.pack("<HHBBB", width, height, 0x80, 0, 0)
    return b"GIF89a" + screen + b"\x33\x66\xff\xff\xff\xff" + frames + b";"


def lottie(**changed: Any) -> bytes:
    """An animation of two seconds, with nothing in it."""
    given = {"v": "5.5.2", "fr": 30, "ip": 0, "op": 60, "w": 320, "h": 320, "layers": []}
    return json.dumps({**given, **changed}).encode()


def sound(seconds: float = 0.5) -> bytes:
    """Silence, as WAV."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(b"\0\0" * int(8_000 * seconds))
    return buffer.getvalue()
