"""What a search's query says."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from multidict import MultiMapping

from discord_sandbox.errors import Problems
from discord_sandbox.message_search import AUTHOR_TYPES, EMBED_TYPES, HAS, Wanted
from discord_sandbox.phrases import MOST_SLOP, USUAL_SLOP, words_of
from discord_sandbox.validate import fields

LONGEST_CONTENT = 1024
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


def check_search(query: Mapping[str, str]) -> Wanted:
    """What is searched for. Raises ApiError 50035."""
    read = _Query(query)
    wanted = Wanted(
        words=_searched(read.text("content", LONGEST_CONTENT)),
        slop=read.number("slop", USUAL_SLOP, MOST_SLOP),
        newer_than=read.snowflake("min_id") or 0,
        older_than=read.snowflake("max_id"),
        channel_ids=read.snowflakes("channel_id", 500),
        author_ids=read.snowflakes("author_id"),
        author_types=read.words("author_type", _either(AUTHOR_TYPES)),
        mentions=read.snowflakes("mentions"),
        mentioned_roles=read.snowflakes("mentions_role_id"),
        mention_everyone=read.flag("mention_everyone"),
        replied_to_users=read.snowflakes("replied_to_user_id"),
        replied_to_messages=read.snowflakes("replied_to_message_id"),
        pinned=read.flag("pinned"),
        has=read.words("has", _either(HAS)),
        embed_types=read.words("embed_type", tuple(EMBED_TYPES)),
        embed_providers=read.texts("embed_provider", 256),
        link_hostnames=read.texts("link_hostname", 256),
        filenames=read.texts("attachment_filename", 1024),
        extensions=read.texts("attachment_extension", 256),
        nsfw=bool(read.flag("include_nsfw")),
    )
    read.problems.raise_if_any()
    return wanted


def check_slop(query: Mapping[str, str]) -> int:
    """How far apart words may stand. Raises ApiError 50035."""
    read = _Query(query)
    slop = read.number("slop", USUAL_SLOP, MOST_SLOP)
    read.problems.raise_if_any()
    return slop


def _searched(content: str) -> list[str]:
    """The words of a text; one without any is found nowhere."""
    return words_of(content) or content.split()


def _either(kinds: Collection[str]) -> tuple[str, ...]:
    return (*kinds, *(f"-{kind}" for kind in kinds))


class _Query:
    """A query whose parameters are read one by one; what is wrong is noted in `problems`."""

    def __init__(self, query: Mapping[str, str]) -> None:
        self._query = query
        self.problems = Problems()

    def _all(self, name: str) -> list[str]:
        if isinstance(self._query, MultiMapping):
            return list(self._query.getall(name, []))
        return [self._query[name]] if name in self._query else []

    def text(self, name: str, longest: int) -> str:
        value = self._query.get(name)
        return fields.text(self.problems, (name,), value, longest=longest) or ""

    def number(self, name: str, usual: int, most: int) -> int:
        text = self._query.get(name)
        value: Any = int(text) if text is not None and text.isdecimal() else text
        found = fields.integer(self.problems, (name,), value, least=0, most=most, default=usual)
        return usual if found is None else found

    def flag(self, name: str) -> bool | None:
        text = self._query.get(name)
        if text is None:
            return None
        found = _FLAGS.get(text.lower())
        if found is None:
            fields.boolean(self.problems, (name,), text)
        return found

    def snowflake(self, name: str) -> int | None:
        text = self._query.get(name)
        return None if text is None else fields.snowflake(self.problems, (name,), text)

    def snowflakes(self, name: str, most: int = 100) -> list[int]:
        listed = fields.listing(self.problems, (name,), self._all(name), most=most)
        found = [fields.snowflake(self.problems, (name, at), one) for at, one in enumerate(listed)]
        return [one for one in found if one is not None]

    def texts(self, name: str, longest: int) -> list[str]:
        listed = fields.listing(self.problems, (name,), self._all(name), most=100)
        found = [
            fields.text(self.problems, (name, at), one, longest=longest)
            for at, one in enumerate(listed)
        ]
        return [one for one in found if one]

    def words(self, name: str, allowed: tuple[str, ...]) -> list[str]:
        texts = self._all(name)
        for at, one in enumerate(texts):
            if one not in allowed:
                text = f"Value must be one of {allowed}."
                self.problems.add((name, at), "BASE_TYPE_CHOICES", text)
        return texts
