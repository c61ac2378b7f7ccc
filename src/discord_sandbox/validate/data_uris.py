"""Files in data URIs, as Discord takes pictures and sounds."""

from __future__ import annotations

import base64
import binascii
import re


def read_data_uri(head: re.Pattern[str], text: str) -> tuple[str, bytes] | None:
    """The type, which is the head's first group, and the bytes; None where there are none."""
    found = head.match(text)
    if found is None:
        return None
    try:
        return found.group(1), base64.b64decode(text[found.end() :], validate=True)
    except (binascii.Error, ValueError):
        return None
