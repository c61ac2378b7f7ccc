"""What a source says now, with what was changed here by hand since it last spoke.

Three versions of one event decide: what the source said last (`base`), what hands made of that
(`ours`), and what the source says now (`theirs`). Where only one of the two differs from the base,
that one holds; where both do, the source has its say, and what is lost is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from tocsin.calendar.errors import CalendarError
from tocsin.calendar.event import Event
from tocsin.calendar.vevent import Vevent

_TEXTS = ("title", "location", "description", "url")
_WHEN = "when it is"
_DATES = "dates that were changed or left out"


@dataclass(frozen=True, slots=True)
class Merged:
    """The event as it shall be; whether something of the hands is in it, and what is not."""

    event: Event
    kept: bool
    undone: tuple[str, ...]


@dataclass(slots=True)
class _Choice:
    """Decides between two versions, and remembers where the hands had to give way."""

    kept: bool = False
    undone: list[str] = field(default_factory=list)

    def of(self, what: str, base: Any, ours: Any, theirs: Any) -> Any:
        if ours in (base, theirs):
            return theirs
        if theirs == base:
            self.kept = True
            return ours
        self.lose(what)
        return theirs

    def lose(self, what: str) -> None:
        if what not in self.undone:
            self.undone.append(what)


def merge_edits(base: Event, ours: Event, theirs: Event) -> Merged:
    """`theirs` with what differs between `base` and `ours` (see above).

    What was cancelled by hand stays so whatever else the source says of it.
    """
    if ours.status == "cancelled" and base.status != "cancelled":
        return Merged(keep_cancelled(ours, theirs), kept=True, undone=())
    choice = _Choice()
    category = choice.of("its type", base.category, ours.category, theirs.category)
    place_zone = choice.of("its zone", base.place_zone, ours.place_zone, theirs.place_zone)
    vevents = _vevents(base.vevents, ours.vevents, theirs.vevents, choice)
    zones = theirs.time_zones
    try:
        event = Event.from_vevents(
            _numbered(vevents, ours, theirs),
            category=category,
            zone=theirs.own_zone,
            place_zone=place_zone,
            time_zones=zones if ours.time_zones in zones else zones + ours.time_zones,
        )
    except CalendarError:
        # Each is sound by itself and both together are not: then it is the source's.
        return Merged(theirs, kept=False, undone=("what was changed",))
    return Merged(event if choice.kept else theirs, choice.kept, tuple(choice.undone))


def keep_cancelled(ours: Event, theirs: Event) -> Event:
    """What the source says of an event that was cancelled here."""
    return replace(theirs, sequence=max(ours.sequence, theirs.sequence)).cancel()


def _numbered(vevents: Sequence[Vevent], ours: Event, theirs: Event) -> list[Vevent]:
    first = replace(vevents[0], sequence=max(ours.sequence, theirs.sequence) + 1)
    return [first, *vevents[1:]]


def _vevents(
    base: Sequence[Vevent], ours: Sequence[Vevent], theirs: Sequence[Vevent], choice: _Choice
) -> list[Vevent]:
    first = _with_texts(theirs[0], base[0], ours[0], choice)
    they_moved, we_moved = (
        _series(theirs[0]) != _series(base[0]),
        _series(ours[0]) != _series(base[0]),
    )
    if not they_moved and not we_moved:
        return _with_dates(first, base, ours, theirs, choice)
    same = _dates(theirs) == _dates(base)
    if we_moved and not they_moved and same:
        choice.kept = True
        ours_when = {n: getattr(ours[0], n) for n in ("start", "end", "rules", "rdates", "exdates")}
        return [replace(first, **ours_when), *_following(ours[1:], ours[0], first)]
    if we_moved and _series(ours[0]) != _series(theirs[0]):
        choice.lose(_WHEN)
    if not we_moved and _dates(ours) != _dates(base):
        choice.lose(_DATES)
    return [first, *theirs[1:]]


def _with_dates(
    first: Vevent,
    base: Sequence[Vevent],
    ours: Sequence[Vevent],
    theirs: Sequence[Vevent],
    choice: _Choice,
) -> list[Vevent]:
    """The first component with the skipped dates of both sides, and the overrides of both."""
    before, mine, new = (set(each[0].exdates) for each in (base, ours, theirs))
    exdates = (new - (before - mine)) | (mine - before)
    choice.kept = choice.kept or exdates != new
    first = replace(first, exdates=tuple(sorted(exdates, key=str)))
    old, own, said = _overrides(base), _overrides(ours), _overrides(theirs)
    result = []
    for place in {**said, **own}:
        override = _override(place, old, own, said, choice)
        if override is not None:
            if place not in old:
                maker = theirs[0] if place in said else ours[0]
                (override,) = _following([override], maker, first)
            result.append(override)
    return [first, *result]


def _override(
    place: Any,
    old: Mapping[Any, Vevent],
    own: Mapping[Any, Vevent],
    said: Mapping[Any, Vevent],
    choice: _Choice,
) -> Vevent | None:
    """What becomes of one date that has a component of its own in some of the versions."""
    base, ours, theirs = old.get(place), own.get(place), said.get(place)
    if base is None or ours is None or theirs is None:
        return choice.of(_DATES, base, ours, theirs)  # type: ignore[no-any-return]
    merged = _with_texts(theirs, base, ours, choice)
    mine = choice.of(_DATES, _at(base), _at(ours), _at(theirs)) == _at(ours)
    chosen = ours if mine else theirs
    return replace(merged, start=chosen.start, end=chosen.end, cancelled=chosen.cancelled)


def _with_texts(theirs: Vevent, base: Vevent, ours: Vevent, choice: _Choice) -> Vevent:
    texts = {
        name: choice.of(f"its {name}", *(getattr(each, name) for each in (base, ours, theirs)))
        for name in _TEXTS
    }
    return replace(theirs, **texts)


def _following(overrides: Sequence[Vevent], was: Vevent, now: Vevent) -> list[Vevent]:
    """Overrides that are new, saying what the series says now where they said the same as theirs."""
    return [
        replace(
            each,
            **{n: getattr(now, n) for n in _TEXTS if getattr(each, n) == getattr(was, n)},
        )
        for each in overrides
    ]


def _series(vevent: Vevent) -> tuple[object, ...]:
    """When it is: equal for two components if their dates are, but for exceptions."""
    return (*_at(vevent), vevent.rules, vevent.rdates, vevent.recurrence_id)


def _at(vevent: Vevent) -> tuple[object, timedelta | None, bool]:
    start = vevent.start
    # Equal instants in two zones are not the same hour on the wall.
    zone = str(start.tzinfo) if isinstance(start, datetime) else ""
    return ((start, zone), vevent.length, vevent.cancelled)


def _dates(vevents: Sequence[Vevent]) -> tuple[object, object]:
    """The exceptions of a series."""
    overrides = {place: _at(one) for place, one in _overrides(vevents).items()}
    return frozenset(vevents[0].exdates), overrides


def _overrides(vevents: Sequence[Vevent]) -> dict[Any, Vevent]:
    return {
        (each.recurrence_id, each.this_and_future): replace(each, sequence=0)
        for each in vevents[1:]
    }
