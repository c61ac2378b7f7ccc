"""From the bytes of the files to what they say, with a note for whatever was not as it should be."""

from collections.abc import Iterator, Mapping
from typing import Any

from tocsin.errors import UsageError
from tocsin.legacy.files import Names
from tocsin.legacy.json_text import parse
from tocsin.legacy.seed import Failure, Marker, Member, Post, Seed, Snapshot
from tocsin.legacy.values import (
    EventId,
    clean,
    read_event_id,
    read_id,
    read_instant,
    read_marker,
)
from tocsin.reminders.lead import LeadUnreadable, exact_lead, snap, sorted_leads

_MEMBER_KEYS = {"username", "subscriptions", "reminder_times", "created_at"}
_POST_KEYS = {"channel_id", "message_id", "event"}
_SNAPSHOT_KEYS = {"name", "type", "start_time", "end_time", "zone", "description"}
_FAILURE_KEYS = {"user_id", "event_name", "event_time", "delta_seconds", "reason", "timestamp"}


class WrongShape(UsageError):
    """A file is JSON, but not of the shape that it should have."""


def read_seed(found: Mapping[str, bytes], names: Names) -> Seed:
    """What the files say. Raises NotJson and WrongShape, which name the file."""
    return _Reader(found, names).read()


class _Reader:
    def __init__(self, found: Mapping[str, bytes], names: Names) -> None:
        self._found = found
        self._names = names
        self.seed = Seed()
        self.report = self.seed.report

    def read(self) -> Seed:
        """Read all of them: whatever is wrong with one shows before anything is written."""
        names, seed = self._names, self.seed
        self._members(self._object(names.subscriptions), names.subscriptions)
        seed.scheduled = list(self._tracker(names.scheduled))
        seed.sent = list(self._tracker(names.sent))
        seed.failures = list(self._failures(names.failed))
        seed.posts = list(self._posts(names.reminders))
        cache = self._object(names.event_cache, optional=True)
        seed.cached = list(self._cached(cache, names.event_cache))
        return seed

    def _value(self, name: str, empty: Any, *, optional: bool = False) -> Any:
        if name not in self._found:
            if not optional:
                self.report.note(name, "", "not in the folder: taken for empty")
            return empty
        parsed = parse(name, self._found[name])
        for key in parsed.repeated:
            self.report.drop(name, key, "stands there twice: only the last one is read")
        if not isinstance(parsed.value, type(empty)):
            wanted = "an object" if isinstance(empty, dict) else "a list"
            raise WrongShape(
                f"{name} holds no {wanted.split()[-1]}: {wanted} is what it should be at its "
                "outermost. Nothing was changed: mend it, or take it out of the folder."
            )
        return parsed.value

    def _object(self, name: str, *, optional: bool = False) -> dict[str, Any]:
        value: dict[str, Any] = self._value(name, {}, optional=optional)
        return value

    def _unknown(self, file: str, where: str, value: Mapping[str, Any], known: set[str]) -> None:
        if not (more := ", ".join(sorted(map(clean, set(value) - known)))):
            return
        if file == self._names.event_cache:
            self.report.drop(file, where, f"unknown here: {more}")
        else:
            self.report.note(file, where, f"kept as it is, though unknown here: {more}")

    def _member_id(self, file: str, text: Any, where: str) -> int | None:
        member_id = read_id(text)
        if member_id is None:
            self.report.drop(file, where, f"{clean(text)[:60]!r} is no user's id")
        elif str(text) != str(member_id):
            self.report.fix(file, where, f"user id read as {member_id}")
        return member_id

    def _members(self, value: dict[str, Any], file: str) -> None:
        self.seed.users_before = len(value)
        seen: set[int] = set()
        for text, entry in value.items():
            member_id = self._member_id(file, text, clean(text)[:60])
            if member_id is None:
                continue
            if member_id in seen:
                self.report.drop(file, clean(text), f"user {member_id} stands there twice")
            elif not isinstance(entry, dict):
                self.report.drop(file, str(member_id), "holds no object with subscriptions")
            elif (member := self._member(file, member_id, entry)) is not None:
                seen.add(member_id)
                self.seed.members.append(member)

    def _member(self, file: str, member_id: int, entry: dict[str, Any]) -> Member | None:
        where = str(member_id)
        self._unknown(file, where, entry, _MEMBER_KEYS)
        types = tuple(clean(each) for each in self._words(file, where, entry, "subscriptions"))
        types = tuple(each for each in types if each)
        if not types:
            self.report.drop(file, where, "subscribes to nothing, so there is nothing to tell")
            return None
        created = read_instant(entry.get("created_at"))
        if created is None and entry.get("created_at") is not None:
            self.report.fix(file, where, "created_at is no instant: kept as text alone")
        return Member(
            member_id,
            clean(entry.get("username") or ""),
            types,
            self._leads(file, where, entry),
            created,
            entry,
        )

    def _words(self, file: str, where: str, entry: dict[str, Any], key: str) -> list[Any]:
        value = entry.get(key, [])
        if isinstance(value, str):
            self.report.fix(file, where, f"{key} is one text: read as a list of one")
            return [value]
        if not isinstance(value, list):
            self.report.fix(file, where, f"{key} is no list: taken for empty")
            return []
        return value

    def _leads(self, file: str, where: str, entry: dict[str, Any]) -> tuple[int, ...]:
        leads = []
        for each in self._words(file, where, entry, "reminder_times"):
            try:
                exact = exact_lead(str(each))
            except LeadUnreadable:
                self.report.drop(file, where, f"{clean(each)[:40]!r} is no lead time")
                continue
            leads.append(snap(exact))
            if leads[-1] != exact:
                self.report.fix(file, where, f"{clean(each)} is read as {leads[-1]} seconds")
        if not leads:
            self.report.fix(file, where, "has no lead times: it gets the usual ones")
        return sorted_leads(leads)

    def _tracker(self, file: str) -> Iterator[Marker]:
        seen = set()
        for text, members in self._object(file).items():
            event = read_event_id(text)
            if event is None:
                self.report.drop(file, clean(text)[:80], "is no event's id with a type and a start")
            elif not isinstance(members, dict):
                kind = "a list" if isinstance(members, list) else "no object"
                self.report.drop(file, text, f"holds {kind} instead of members: an old shape")
            else:
                for marker in self._markers(file, text, event, members):
                    if marker not in seen:
                        seen.add(marker)
                        yield marker

    def _markers(
        self, file: str, event_text: str, event: EventId, members: dict[str, Any]
    ) -> Iterator[Marker]:
        for text, values in members.items():
            where = f"{event_text}, {clean(text)[:60]}"
            member_id = self._member_id(file, text, where)
            if member_id is None:
                continue
            if not isinstance(values, list):
                self.report.fix(file, where, "holds no list: taken for empty")
                continue
            for value in values:
                lead = read_marker(value)
                if lead is None:
                    self.report.drop(file, where, f"{clean(value)[:40]!r} is no number of seconds")
                else:
                    yield Marker(event, member_id, lead)

    def _failures(self, file: str) -> Iterator[Failure]:
        value: list[Any] = self._value(file, [])
        for number, entry in enumerate(value, 1):
            where = f"entry {number}"
            if not isinstance(entry, dict):
                self.report.note(file, where, "is no object: kept in the log as it is")
                entry_of: dict[str, Any] = {}
            else:
                self._unknown(file, where, entry, _FAILURE_KEYS)
                entry_of = entry
            failure = Failure(
                read_id(entry_of.get("user_id")),
                clean(entry_of.get("event_name") or ""),
                read_instant(entry_of.get("event_time")),
                read_marker(entry_of.get("delta_seconds")),
                clean(entry_of.get("reason") or "")[:500],
                read_instant(entry_of.get("timestamp")),
                entry,
            )
            if entry_of and None in (failure.member_id, failure.start, failure.lead):
                self.report.note(file, where, "names no user, event or lead: kept in the log alone")
            yield failure

    def _posts(self, file: str) -> Iterator[Post]:
        for text, entry in self._object(file).items():
            event = read_event_id(text)
            if event is None:
                self.report.drop(file, clean(text)[:80], "is no event's id with a type and a start")
                continue
            if not isinstance(entry, dict):
                self.report.drop(file, text, "holds no object with a channel and a message")
                continue
            self._unknown(file, text, entry, _POST_KEYS)
            channel_id, message_id = (read_id(entry.get(k)) for k in ("channel_id", "message_id"))
            if channel_id is None or message_id is None:
                self.report.drop(file, text, "names no channel or no message")
                continue
            snapshot = self._snapshot(file, text, entry["event"]) if "event" in entry else None
            yield Post(event, channel_id, message_id, snapshot, entry)

    def _snapshot(self, file: str, where: str, entry: Any) -> Snapshot | None:
        start = read_instant(entry.get("start_time")) if isinstance(entry, dict) else None
        if start is None:
            self.report.drop(file, where, "its event has no start that can be read")
            return None
        self._unknown(file, where, entry, _SNAPSHOT_KEYS)
        end = read_instant(entry.get("end_time"))
        if end is not None and end < start:
            self.report.fix(file, where, "ends before it starts: it gets its type's usual length")
            end = None
        name, kind = clean(entry.get("name") or ""), clean(entry.get("type") or "")
        zone, description = (clean(entry.get(key) or "") for key in ("zone", "description"))
        return Snapshot(name or kind, kind or name, start, end, zone, description)

    def _cached(self, value: dict[str, Any], file: str) -> Iterator[Snapshot]:
        entries = value.get("events", [])
        if not isinstance(entries, list):
            self.report.drop(file, "events", "is no list")
            return
        self._unknown(file, "", value, {"last_refreshed", "events"})
        for number, entry in enumerate(entries, 1):
            snapshot = self._snapshot(file, f"event {number}", entry)
            if snapshot is not None and snapshot.type:
                yield snapshot
            elif snapshot is not None:
                self.report.drop(file, f"event {number}", "has no type and no name")
