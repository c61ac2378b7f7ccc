"""Pictures that are served at an address of their own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Picture:
    """What was uploaded; or, of one that a webhook only named, where on the web it is."""

    content: bytes = b""
    url: str | None = None
