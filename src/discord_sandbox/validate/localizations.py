"""The languages that Discord knows, and texts in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from discord_sandbox.errors import Problems
from discord_sandbox.model import Json
from discord_sandbox.validate import fields
from discord_sandbox.validate.fields import Path

LOCALES = frozenset(
    (
        "ar",
        "bg",
        "cs",
        "da",
        "de",
        "el",
        "en-GB",
        "en-US",
        "es-419",
        "es-ES",
        "fi",
        "fr",
        "he",
        "hi",
        "hr",
        "hu",
        "id",
        "it",
        "ja",
        "ko",
        "lt",
        "nl",
        "no",
        "pl",
        "pt-BR",
        "ro",
        "ru",
        "sv-SE",
        "th",
        "tr",
        "uk",
        "vi",
        "zh-CN",
        "zh-TW",
    )
)


def localizations(
    problems: Problems, path: Path, value: Any, check: Callable[[Path, Any], object]
) -> Json | None:
    """Texts by locale; `check` notes what is wrong with one. None where there are none."""
    if value is None:
        return None
    given = fields.mapping(problems, path, value) or {}
    for locale, text in given.items():
        if locale not in LOCALES:
            problems.add(
                (*path, locale),
                "ENUM_TYPE_COERCE",
                f'Value "{locale}" is not a valid enum value.',
            )
        elif text is not None:
            check((*path, locale), text)
    return given
