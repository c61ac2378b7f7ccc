"""Finding in a new reading of a calendar the events that an old one had, where UIDs do not tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from tocsin.calendar.event import Event

# A weekly event must not be taken for its neighbour of the week before, when a file that shows
# the weeks to come has dropped its first row and gained one at its end.
FARTHEST = timedelta(days=6)

_Key = Callable[[Event], Hashable]


@dataclass(frozen=True)
class Matching:
    """Old events with what became of them, events that are new, and events that are gone."""

    pairs: list[tuple[Event, Event]]
    added: list[Event]
    removed: list[Event]


def match_without_uids(old: Iterable[Event], new: Iterable[Event]) -> Matching:
    """Pair the events of an earlier reading of a source with those of a later one.

    The same UID is the same event. Of the rest, those with the same category and title are paired
    with the nearest start, and in order where there are as many before as after; then those with
    the same category and start, whose title changed; then those with the same title and start,
    whose category did. Starts more than six days apart are never paired.
    """
    before, after = list(old), list(new)
    known = {event.uid: event for event in before}
    pairs = [(known.pop(event.uid), event) for event in after if event.uid in known]
    paired = {event.uid for _, event in pairs}
    olds, news = list(known.values()), [event for event in after if event.uid not in paired]
    keys: tuple[_Key, ...] = (
        lambda event: (event.category, event.title),
        lambda event: (event.category, event.first_start),
        lambda event: (event.title, event.first_start),
    )
    for key in keys:
        found = _pairs_by(key, olds, news)
        pairs += found
        gone = {id(event) for pair in found for event in pair}
        olds = [event for event in olds if id(event) not in gone]
        news = [event for event in news if id(event) not in gone]
    return Matching(pairs=pairs, added=news, removed=olds)


def speaks_of_the_same(old: Iterable[Event], new: Sequence[Event], *, identified: bool) -> bool:
    """Whether `new` has an event of the calendar that `old` was, beyond doubt.

    What is known again has the UID that it had. Where these are the makers' own (`identified`) that
    is enough, and so is a title with its start, for some make new ones each time; where they were
    found by matching, the title has to be the same: two calendars can share an hour.
    """
    known = {event.uid: event for event in old}
    again = [(known[event.uid], event) for event in new if event.uid in known]
    if not identified:
        return any(before.title == after.title for before, after in again)
    starts = {(event.title, event.first_start) for event in known.values()}
    return bool(again) or any((event.title, event.first_start) in starts for event in new)


def _pairs_by(key: _Key, olds: Sequence[Event], news: Sequence[Event]) -> list[tuple[Event, Event]]:
    groups: dict[Hashable, tuple[list[Event], list[Event]]] = defaultdict(lambda: ([], []))
    for side, events in enumerate((olds, news)):
        for event in events:
            groups[key(event)][side].append(event)
    return [pair for before, after in groups.values() for pair in _pair_group(before, after)]


def _pair_group(before: list[Event], after: list[Event]) -> list[tuple[Event, Event]]:
    """Pairs within one group of alike events."""
    before = sorted(before, key=lambda event: event.first_start)
    after = sorted(after, key=lambda event: event.first_start)
    if len(before) == len(after):
        in_order = list(zip(before, after, strict=True))
        if all(_apart(*pair) <= FARTHEST for pair in in_order):
            return in_order
    near = sorted(
        (_apart(first, second), i, j)
        for i, first in enumerate(before)
        for j, second in enumerate(after)
        if _apart(first, second) <= FARTHEST
    )
    pairs: list[tuple[Event, Event]] = []
    used: set[tuple[str, int]] = set()
    for _, i, j in near:
        if not used & {("old", i), ("new", j)}:
            used |= {("old", i), ("new", j)}
            pairs.append((before[i], after[j]))
    return pairs


def _apart(first: Event, second: Event) -> timedelta:
    return abs(first.first_start - second.first_start)
