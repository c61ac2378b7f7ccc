"""The checks that single fields of a body have in common."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from discord_sandbox.clock import parse_iso
from discord_sandbox.errors import Problems
from discord_sandbox.snowflake import parse_snowflake

Path = tuple[str | int, ...]


def required(problems: Problems, path: Path) -> None:
    problems.add(path, "BASE_TYPE_REQUIRED", "This field is required")


def text(
    problems: Problems,
    path: Path,
    value: Any,
    *,
    longest: int,
    shortest: int = 0,
    needed: bool = False,
) -> str | None:
    """The string, or None where there is none or it was refused."""
    if value is None:
        if needed:
            required(problems, path)
        return None
    if not isinstance(value, str):
        problems.add(path, "STRING_TYPE_CONVERT", f'Could not interpret "{value}" as string.')
        return None
    if needed and shortest and not value:
        required(problems, path)
    elif shortest and not shortest <= len(value) <= longest:
        problems.add(
            path,
            "BASE_TYPE_BAD_LENGTH",
            f"Must be between {shortest} and {longest} in length.",
        )
    elif len(value) > longest:
        problems.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {longest} or fewer in length.")
    else:
        return value
    return None


def integer(
    problems: Problems, path: Path, value: Any, *, least: int, most: int, default: int | None = None
) -> int | None:
    """The number, the default where there is none, or None where it was refused."""
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int):
        problems.add(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
    elif value < least:
        problems.add(
            path,
            "NUMBER_TYPE_MIN",
            f"int value should be greater than or equal to {least}.",
        )
    elif value > most:
        problems.add(path, "NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.")
    else:
        return value
    return None


def boolean(problems: Problems, path: Path, value: Any) -> bool | None:
    """The value where it is true or false."""
    if isinstance(value, bool):
        return value
    problems.add(path, "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
    return None


def snowflake(problems: Problems, path: Path, value: Any) -> int | None:
    """The id, or None where it was refused."""
    found = parse_snowflake(value)
    if found is None:
        problems.add(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')
    return found


def permission_bits(problems: Problems, path: Path, value: Any) -> int | None:
    """Permissions, a number written as a string (or, as some clients have it, as a number)."""
    found = parse_snowflake(value)
    if found is None:
        problems.add(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
    return found


def instant(problems: Problems, path: Path, value: Any) -> int | None:
    """An ISO 8601 instant in milliseconds, or None where it was refused."""
    try:
        return parse_iso(value)
    except (TypeError, ValueError, OverflowError):
        problems.add(path, "DATE_TIME_TYPE_PARSE", f"Could not parse {value}. Should be ISO8601.")
        return None


def listing(problems: Problems, path: Path, value: Any, *, most: int, least: int = 0) -> list[Any]:
    """The list; empty where it is none, or where it was refused."""
    if value is None:
        if least:
            required(problems, path)
        return []
    if not isinstance(value, list):
        problems.add(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        return []
    if not least <= len(value) <= most:
        problems.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
        return []
    return value


def mapping(problems: Problems, path: Path, value: Any) -> dict[str, Any] | None:
    """The object, or None where it is none."""
    if isinstance(value, dict):
        return value
    problems.add(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
    return None


def web_address(
    problems: Problems, path: Path, value: Any, *, also: Collection[str] = (), longest: int = 2048
) -> str | None:
    """A URL whose scheme is http, https or one of `also`."""
    url = text(problems, path, value, longest=longest, needed=True)
    if url is None:
        return None
    schemes = ("http", "https", *also)
    scheme, colon, rest = url.partition("://")
    if not colon:
        problems.add(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.")
        return None
    if scheme not in schemes or not rest:
        listed = ", ".join(repr(found) for found in schemes)
        problems.add(
            path,
            "URL_TYPE_INVALID_SCHEME",
            f'Scheme "{scheme}" must be one of ({listed}).',
        )
        return None
    return url


def one_of(problems: Problems, path: Path, value: Any, allowed: Collection[int]) -> int | None:
    """The value where it is among the allowed."""
    if isinstance(value, int) and not isinstance(value, bool) and value in allowed:
        return value
    listed = ", ".join(str(found) for found in sorted(allowed))
    comma = "," if len(allowed) == 1 else ""
    problems.add(path, "BASE_TYPE_CHOICES", f"Value must be one of {{{listed}{comma}}}.")
    return None
