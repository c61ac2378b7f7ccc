"""What the members of a request's body may be, declared one by one for an operation.

A declaration is a mapping from a member's name to its check. What an operation does not take is
refused by name where it carries a value, rather than passed over as if it had been done.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from discord_sandbox.errors import NotImplementedBySandbox, Problems
from discord_sandbox.model import Json
from discord_sandbox.validate import fields
from discord_sandbox.validate.fields import Path

Check = Callable[[Problems, Path, Any], object]
"""Notes what is wrong with a value that is not null."""
Takes = Mapping[str, Check]


def check_members(takes: Takes, body: Json, what: str) -> Json:
    """The body, of which every member is known and of its type.

    Raises ApiError 50035 for what is wrong, NotImplementedBySandbox for what `what` does not take.
    """
    problems = Problems()
    note_members(problems, (), takes, body)
    problems.raise_if_any()
    for name, value in body.items():
        if value and name not in takes:
            raise NotImplementedBySandbox(f"`{name}` of {what}")
    return body


def note_members(problems: Problems, path: Path, takes: Takes, given: Json) -> None:
    """Note what is wrong with the members that are there; null is as good as nothing."""
    for name, check in takes.items():
        if given.get(name) is not None:
            check(problems, (*path, name), given[name])


def text(longest: int, shortest: int = 0) -> Check:
    def check(problems: Problems, path: Path, value: Any) -> object:
        return fields.text(problems, path, value, longest=longest, shortest=shortest)

    return check


def number(least: int, most: int) -> Check:
    def check(problems: Problems, path: Path, value: Any) -> object:
        return fields.integer(problems, path, value, least=least, most=most)

    return check


def choice(*allowed: int) -> Check:
    def check(problems: Problems, path: Path, value: Any) -> object:
        return fields.one_of(problems, path, value, allowed)

    return check


def word(allowed: Collection[str]) -> Check:
    """One of some strings."""

    def check(problems: Problems, path: Path, value: Any) -> None:
        if not isinstance(value, str) or value not in allowed:
            listed = ", ".join(repr(one) for one in sorted(allowed))
            problems.add(path, "BASE_TYPE_CHOICES", f"Value must be one of ({listed}).")

    return check


def many(inner: Check, most: int, least: int = 0) -> Check:
    """A list of values that each pass the inner check."""

    def check(problems: Problems, path: Path, value: Any) -> None:
        for at, one in enumerate(fields.listing(problems, path, value, most=most, least=least)):
            if one is None:
                fields.required(problems, (*path, at))
            else:
                inner(problems, (*path, at), one)

    return check


def nested(takes: Takes) -> Check:
    """An object whose members are declared in turn."""

    def check(problems: Problems, path: Path, value: Any) -> None:
        given = fields.mapping(problems, path, value)
        if given is not None:
            note_members(problems, path, takes, given)

    return check


def anything(_problems: Problems, _path: Path, _value: Any) -> None:
    """For what a check of its own looks at."""


flag: Check = fields.boolean
snowflake: Check = fields.snowflake
permission_bits: Check = fields.permission_bits
instant: Check = fields.instant
mapping: Check = fields.mapping
web_address: Check = fields.web_address
