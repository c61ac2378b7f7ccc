"""The settings as they may be shown: each value, where it comes from, and no secret."""

import re
from dataclasses import dataclass
from datetime import time
from typing import Any

from pydantic import SecretStr

from tocsin.settings.loading import Loaded
from tocsin.settings.model import Settings
from tocsin.settings.paths import dotted, fields

PASSWORD = re.compile(r"(://[^/@]*:)[^/]*@")
MASK = "***"


@dataclass(frozen=True, slots=True)
class Shown:
    """One setting; `value` is None where nothing is set, and never contains a secret."""

    name: str
    value: str | float | None
    origin: str


def show(loaded: Loaded) -> list[Shown]:
    """Return every setting in the order of the model."""
    settings = loaded.settings
    return [
        Shown(dotted(key), _harmless(_at(settings, key)), loaded.origins.get(key, "default"))
        for key, _ in fields(Settings)
    ]


def _at(settings: Settings, key: tuple[str, ...]) -> Any:
    value: Any = settings
    for name in key:
        value = getattr(value, name)
    return value


def _harmless(value: Any) -> str | float | None:
    """Return a value without its secret; an address keeps all but its password."""
    if isinstance(value, SecretStr):
        text = value.get_secret_value()
        return PASSWORD.sub(rf"\1{MASK}@", text) if "://" in text else MASK
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, str):
        return PASSWORD.sub(rf"\1{MASK}@", value)
    return value if value is None or isinstance(value, int | float) else str(value)
