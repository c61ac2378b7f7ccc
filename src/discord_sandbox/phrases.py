"""Words that are searched for, and how near to one another they stand in a text."""

from __future__ import annotations

import re
from collections.abc import Sequence

USUAL_SLOP = 2
"""How many words may stand between two of those searched for, where nobody says."""
MOST_SLOP = 100
_WORD = re.compile(r"\w+")


def words_of(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def skipped(wanted: Sequence[str], text: str, slop: int) -> int | None:
    """How many words stand between the wanted ones where they are nearest, in their order.

    None where one of them lacks, or where more than `slop` words stand between two of them.
    """
    if not wanted:
        return 0
    places: dict[str, list[int]] = {}
    for at, word in enumerate(words_of(text)):
        places.setdefault(word, []).append(at)
    # The fewest words skipped on the way to each place where the words so far can end.
    fewest = dict.fromkeys(places.get(wanted[0], ()), 0)
    for word in wanted[1:]:
        reached: dict[int, int] = {}
        for place in places.get(word, ()):
            before = [
                cost + place - last - 1
                for last, cost in fewest.items()
                if last < place <= last + slop + 1
            ]
            if before:
                reached[place] = min(before)
        fewest = reached
    return min(fewest.values(), default=None)
