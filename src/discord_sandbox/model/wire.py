"""JSON objects as Discord has them."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
