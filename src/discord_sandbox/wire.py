"""JSON as it goes over the wire: written to bytes, and read from them."""

from __future__ import annotations

import json
from typing import Any

import msgspec

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder()


class Written(msgspec.Struct):
    """An object with its JSON, for whoever would otherwise write it a second time."""

    data: dict[str, Any]
    raw: bytes


def encode(value: Any) -> bytes:
    """The value as JSON in UTF-8, without spaces."""
    try:
        return _encoder.encode(value)
    except UnicodeEncodeError:
        # What was no UTF-8 in a header has become lone surrogates, which only escapes can write.
        return json.dumps(value, separators=(",", ":")).encode()


def decode(data: bytes | str) -> Any:
    """Raises ValueError for what is no JSON."""
    try:
        return _decoder.decode(data)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
