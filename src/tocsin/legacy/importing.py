"""Bringing the old files into the store, all of them or nothing."""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from tocsin.calendar.presets import KVK
from tocsin.legacy.files import Names
from tocsin.legacy.places import Places
from tocsin.legacy.report import Report
from tocsin.legacy.seed import Failure, Marker, Member, Post, Seed
from tocsin.legacy.types import Types
from tocsin.legacy.values import spell
from tocsin.legacy.view import SEED, folder_texts
from tocsin.reminders.delivery import State
from tocsin.reminders.lead import format_lead
from tocsin.reminders.plan import due_at
from tocsin.reminders.subscription import Subscription, settle_choices, settle_leads
from tocsin.store import servers
from tocsin.store.audit import record
from tocsin.store.engine import Connection, Store
from tocsin.store.legacy_keepsakes import (
    WAITING,
    OldPost,
    failed_entries,
    find_old_post,
    keep_failed_entry,
    keep_old_post,
)
from tocsin.store.legacy_rows import (
    asked_for,
    find_at,
    find_reminder,
    mark_failed,
    mark_sent,
    owe,
)
from tocsin.store.legacy_view import subscribers_mark
from tocsin.store.server_calendar import Horizon, ServerCalendar
from tocsin.store.subscriptions import find_subscription, save_subscription, who_unsubscribed

ACTOR = "tocsin legacy import"


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be imported, where to, and as of when."""

    server_id: int
    seed: Seed
    names: Names
    now: datetime
    grace: timedelta
    horizon: timedelta
    all_day_at: time
    default_zone: str
    dry_run: bool = False


@dataclass(slots=True)
class Imported:
    """What came of it: members before and after, what is new in the store, and the report."""

    server_id: int
    new_server: bool = False
    users_before: int = 0
    users_after: int = 0
    subscriptions: int = 0
    events: int = 0
    sent: int = 0
    scheduled: int = 0
    failures: int = 0
    posts: int = 0
    new_types: list[str] = field(default_factory=list)
    report: Report = field(default_factory=Report)

    @property
    def changed(self) -> bool:
        """Whether anything was written."""
        counts = (self.subscriptions, self.events, self.sent, self.scheduled, self.failures)
        return self.new_server or bool(sum(counts) or self.posts or self.new_types)


class _Undo(Exception):
    def __init__(self, outcome: Imported) -> None:
        self.outcome = outcome


def carry_out(store: Store, order: Order) -> Imported:
    """Import in one transaction; a dry run is one that is rolled back, and writes nothing."""
    try:
        return store.write_now(_import, order)
    except _Undo as undo:
        return undo.outcome


def _import(connection: Connection, order: Order) -> Imported:
    outcome = _Import(connection, order).run()
    if order.dry_run:
        raise _Undo(outcome)
    return outcome


class _Import:
    """One import under way."""

    def __init__(self, connection: Connection, order: Order) -> None:
        self._connection = connection
        self._order = order
        self._seed = order.seed
        self._names = order.names
        self._now = order.now
        self._server = order.server_id
        self.outcome = Imported(order.server_id, report=order.seed.report)
        self.report = order.seed.report

    def run(self) -> Imported:
        """Write it all: what was sent before whatever could send it again."""
        connection, outcome = self._connection, self.outcome
        outcome.new_server = servers.find_server(connection, self._server) is None
        servers.ensure_server(
            connection, self._server, self._now, KVK, zone=self._order.default_zone
        )
        outcome.users_before = self._seed.users_before
        types = Types(connection, self._server)
        choices = {
            one.member_id: [types.choice(word) for word in one.types] for one in self._seed.members
        }
        for word in self._types_of_events():
            types.category(word)
        outcome.new_types = types.added
        horizon = Horizon(self._order.horizon, self._order.all_day_at)
        calendar = ServerCalendar(connection, self._server, self._now, horizon)
        self._places = Places(calendar, types, self.report, self._names)
        self._places.know(self._seed)
        self._sent()
        self._failed()
        self._members(choices)
        self._scheduled()
        self._posts()
        outcome.events = self._places.made
        outcome.users_after = subscribers_mark(connection, self._server)[0]
        if outcome.changed:
            self._note()
        self._compare()
        return outcome

    def _types_of_events(self) -> list[str]:
        seed = self._seed
        ids = [one.event for one in (*seed.sent, *seed.scheduled)]
        ids += [post.event for post in seed.posts]
        words = [event.type for event in ids] + [snapshot.type for snapshot in seed.cached]
        return list(dict.fromkeys(words))

    def _sent(self) -> None:
        for one in self._seed.sent:
            occurrence = self._places.of(one.event)
            if occurrence and mark_sent(
                self._connection, self._server, occurrence, one.member_id, one.lead, self._now
            ):
                self.outcome.sent += 1

    def _failed(self) -> None:
        known = Counter(map(_spelled, failed_entries(self._connection, self._server)))
        for failure in self._seed.failures:
            spelled = _spelled(failure.raw)
            if known[spelled] > 0:
                known[spelled] -= 1
                continue
            self.outcome.failures += 1
            at = min(failure.at or self._now, self._now)
            actor = str(failure.member_id or ACTOR)
            keep_failed_entry(self._connection, self._server, actor, failure.raw, at)
            self._fail(failure, at)

    def _fail(self, failure: Failure, at: datetime) -> None:
        member_id, start, lead = failure.member_id, failure.start, failure.lead
        if member_id is None or start is None or lead is None:
            return
        occurrence = find_at(self._connection, self._server, start, failure.name)
        if occurrence is None:
            self.report.note(
                self._names.failed,
                f"{failure.name}, {spell(start)}",
                "no such event is known: kept in the log alone",
            )
            return
        mark_failed(self._connection, self._server, occurrence, member_id, lead, failure.reason, at)

    def _members(self, choices: dict[int, list[str]]) -> None:
        gone = who_unsubscribed(self._connection, self._server)
        for member in self._seed.members:
            keys = choices[member.member_id]
            for word, key in zip(member.types, keys, strict=True):
                if word != key:
                    self.report.fix(
                        self._names.subscriptions, str(member.member_id), f"{word} is {key}"
                    )
            if self._member(member, keys, gone):
                self.outcome.subscriptions += 1

    def _member(self, member: Member, keys: list[str], gone: set[int]) -> bool:
        settled, leads = settle_choices(keys), settle_leads(member.leads)
        kept = {"entry": member.raw, "choices": sorted(settled), "leads": list(leads)}
        before = find_subscription(self._connection, self._server, member.member_id)
        if before is not None and before.extra.get(SEED) == kept:
            # The file says what it said before: what the member has changed here since stays.
            return False
        if before is None and member.member_id in gone:
            self.report.drop(
                self._names.subscriptions, str(member.member_id), "has unsubscribed here since"
            )
            return False
        save_subscription(
            self._connection,
            Subscription(
                self._server,
                member.member_id,
                settled,
                leads,
                member.username or (before.username if before else ""),
                member.created_at,
                extra={**(before.extra if before else {}), SEED: kept},
            ),
            self._now,
        )
        return True

    def _scheduled(self) -> None:
        for one in self._seed.scheduled:
            occurrence = self._places.of(one.event)
            if occurrence is None:
                continue
            known = find_reminder(self._connection, occurrence, one.member_id, one.lead)
            if known is not None and known[1] is State.SENT:
                self._drop_marker(one, "was sent already: sent wins")
                continue
            due = due_at(occurrence.starts_at, one.lead)
            if due < self._now - self._order.grace:
                self._drop_marker(one, "is stale: its time has passed")
            elif due > self._now and asked_for(
                self._connection, self._server, occurrence, one.member_id, one.lead
            ):
                continue
            elif owe(self._connection, self._server, occurrence, one.member_id, one.lead):
                self.outcome.scheduled += 1

    def _drop_marker(self, one: Marker, why: str) -> None:
        where = f"{self._places.name(one.event)}, {one.member_id}"
        self.report.drop(self._names.scheduled, where, f"{format_lead(one.lead)} {why}")

    def _posts(self) -> None:
        for post in self._seed.posts:
            occurrence = self._places.of(post.event)
            if occurrence is None or self._known(post):
                continue
            old = OldPost(
                self._server, post.channel_id, post.message_id, occurrence.id, WAITING, post.raw
            )
            keep_old_post(self._connection, old)
            self.outcome.posts += 1

    def _known(self, post: Post) -> bool:
        return find_old_post(self._connection, self._server, post.message_id) is not None

    def _note(self) -> None:
        outcome = self.outcome
        details = {
            "subscriptions": outcome.subscriptions,
            "events": outcome.events,
            "sent": outcome.sent,
            "scheduled": outcome.scheduled,
            "failures": outcome.failures,
            "posts": outcome.posts,
        }
        record(self._connection, self._now, ACTOR, "imported the old files", self._server, details)

    def _compare(self) -> None:
        """Say of each marker that an export at this instant would show, and these files do not, why."""
        names = self._names
        texts = folder_texts(self._connection, self._server, self._now, names)
        for name, markers, why in (
            (names.scheduled, self._seed.scheduled, "is scheduled: the subscription asks for it"),
            (names.sent, self._seed.sent, "was sent since"),
        ):
            given = {(self._places.name(one.event), one.member_id, one.lead) for one in markers}
            for event, members in json.loads(texts[name]).items():
                for member, leads in members.items():
                    for lead in leads:
                        if (event, int(member), lead) not in given:
                            self.report.note(
                                name, f"{event}, {member}", f"{format_lead(lead)} {why}"
                            )


def _spelled(entry: object) -> str:
    return json.dumps(entry, sort_keys=True)
