"""Transport compression, as clients ask for it in the gateway's address."""

from __future__ import annotations

import struct
import zlib
from typing import Protocol


class Compression(Protocol):
    """Turns each gateway message into the bytes of one WebSocket message."""

    def compress(self, message: bytes) -> bytes: ...


class ZlibStream:
    """One zlib stream over the whole connection, flushed after each message."""

    def __init__(self) -> None:
        self._stream = zlib.compressobj(level=1)

    def compress(self, message: bytes) -> bytes:
        return self._stream.compress(message) + self._stream.flush(zlib.Z_SYNC_FLUSH)


class ZstdStream:
    """One zstd frame over the whole connection, of raw blocks.

    The format lets a frame hold blocks that are stored and not compressed. Over loopback nothing
    is gained by more, and so no library is needed for what every zstd decoder reads.
    """

    _MAGIC = 0xFD2FB528
    _WINDOW = 0x38
    """Window descriptor: exponent 7, mantissa 0, which is 128 KiB: the largest a block can be."""
    _LARGEST_BLOCK = 128 * 1024

    def __init__(self) -> None:
        self._begun = False

    def compress(self, message: bytes) -> bytes:
        parts = []
        if not self._begun:
            self._begun = True
            parts.append(struct.pack("<IBB", self._MAGIC, 0, self._WINDOW))
        for start in range(0, len(message), self._LARGEST_BLOCK):
            block = message[start : start + self._LARGEST_BLOCK]
            # Three bytes: bit 0 "last block" unset, bits 1-2 type raw (0), then the size.
            parts.append((len(block) << 3).to_bytes(3, "little"))
            parts.append(block)
        return b"".join(parts)


def compression(asked: str | None) -> Compression | None:
    """The compression of this name. Raises ValueError for one that Discord has not."""
    if asked is None:
        return None
    if asked == "zlib-stream":
        return ZlibStream()
    if asked == "zstd-stream":
        return ZstdStream()
    raise ValueError(asked)
