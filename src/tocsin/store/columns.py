"""Column types: instants as whole milliseconds, enumerations as their numbers, lists and objects as JSON."""

from datetime import UTC, datetime, timedelta
from enum import IntEnum
from functools import lru_cache
from typing import Any, Generic, TypeVar

from sqlalchemy import BigInteger, Dialect, Integer, SmallInteger
from sqlalchemy.types import TypeDecorator

EnumT = TypeVar("EnumT", bound=IntEnum)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

Id = BigInteger().with_variant(Integer, "sqlite")
"""A key that the database counts up: SQLite does that only for INTEGER."""


def to_ms(instant: datetime) -> int:
    """Milliseconds since 1970 of an aware instant. Raises ValueError for a naive one."""
    if instant.tzinfo is None:
        raise ValueError("a naive datetime is no instant")
    return (instant - _EPOCH) // _MILLISECOND


@lru_cache(maxsize=4096)
def from_ms(value: int) -> datetime:
    """The aware UTC instant for milliseconds since 1970. Kept: the rows of one burst share their instants."""
    return _EPOCH + timedelta(milliseconds=value)


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime, kept as whole milliseconds so that SQL can add and compare."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> int | None:
        return None if value is None else to_ms(value)

    def process_result_value(self, value: int | None, _dialect: Dialect) -> datetime | None:
        return None if value is None else from_ms(value)


class Code(TypeDecorator[EnumT], Generic[EnumT]):
    """An IntEnum, kept as its number: rows are many, and the names are printed by the commands."""

    impl = SmallInteger
    cache_ok = True

    def __init__(self, enum: type[EnumT]) -> None:
        super().__init__()
        self.enum = enum
        self._members = {member.value: member for member in enum}

    def process_bind_param(self, value: Any, _dialect: Dialect) -> int | None:
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, _dialect: Dialect) -> EnumT | None:
        return None if value is None else self._members[value]
