"""The five files as they are written: the store's rows in the seed's shapes, with what was imported given back."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tocsin.legacy.files import Names
from tocsin.legacy.values import clean, read_id, read_instant, spell, spell_short
from tocsin.reminders.lead import format_lead
from tocsin.store.engine import Connection
from tocsin.store.legacy_keepsakes import (
    TAKEN_OVER,
    WAITING,
    OldPost,
    failed_entries,
    old_posts,
)
from tocsin.store.legacy_view import (
    LONG_AGO,
    FailedReminder,
    StandingPost,
    Subscriber,
    failed_reminders,
    posted_about,
    scheduled_tracker,
    sent_tracker,
    standing_posts,
    subscriber_rows,
)

SEED = "seed"
"""The key in a subscription's extras under which its imported entry is kept, with what it was read as."""


def folder_texts(
    connection: Connection, server_id: int, now: datetime, names: Names
) -> dict[str, str]:
    """The text of each of the five files, by name."""
    return {
        names.subscriptions: subscriptions_text(connection, server_id),
        names.scheduled: scheduled_tracker(connection, server_id, now),
        names.sent: sent_tracker(connection, server_id, now),
        names.failed: written(failed_log(connection, server_id, LONG_AGO)),
        names.reminders: reminders_text(connection, server_id),
    }


def written(value: dict[str, Any] | list[Any]) -> str:
    """A value as the files hold it, one entry to a line."""
    # Each entry by itself: with an indent, Python's encoder takes ten times as long.
    if isinstance(value, dict):
        return in_object(_line({key: each})[1:-1] for key, each in value.items())
    entries = ",\n  ".join(map(_line, value))
    return f"[\n  {entries}\n]\n" if value else "[]\n"


def in_object(lines: Iterable[str]) -> str:
    """The text of an object whose members these lines are."""
    inner = ",\n  ".join(lines)
    return f"{{\n  {inner}\n}}\n" if inner else "{}\n"


def _line(value: Any) -> str:
    """A value on one line. Half a surrogate pair, which UTF-8 cannot hold, stays spelled."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value)
    return text


def subscriptions_text(connection: Connection, server_id: int) -> str:
    """The subscriptions, each with what its entry held beyond them."""
    rows = subscriber_rows(connection, server_id)
    return in_object(subscription_line(row) for row in rows)


def subscription_line(row: Subscriber) -> str:
    """One member's entry, as it stands in the subscriptions."""
    return _line({str(row.member_id): _subscription(row)})[1:-1]


def _subscription(row: Subscriber) -> dict[str, Any]:
    kept = row.extra.get(SEED, {})
    entry: dict[str, Any] = dict(kept.get("entry", {}))
    if row.username != clean(entry.get("username") or "") or "username" not in entry:
        entry["username"] = row.username
    if sorted(row.choices) != kept.get("choices"):
        entry["subscriptions"] = list(row.choices)
    if list(row.leads) != kept.get("leads"):
        entry["reminder_times"] = [format_lead(lead) for lead in row.leads]
    entry.setdefault("created_at", spell_short(row.created_at))
    return entry


def failed_log(connection: Connection, server_id: int, since: datetime) -> list[Any]:
    """The failed log: what was imported, and then our own, of events that began after `since`."""
    ours = failed_reminders(connection, server_id, since)
    return [*failed_entries(connection, server_id), *map(failed_entry, ours)]


def failed_entry(failed: FailedReminder) -> dict[str, Any]:
    """One entry of the failed log."""
    return {
        "user_id": str(failed.member_id),
        "event_name": failed.title,
        "event_time": spell(failed.starts_at),
        "delta_seconds": failed.lead,
        "reason": failed.reason,
        "timestamp": spell_short(failed.at),
    }


def reminders_text(connection: Connection, server_id: int) -> str:
    """The active reminders: the posts that stand, and those of the bot before that wait to be taken over."""
    old = {post.message_id: post for post in old_posts(connection, server_id)}
    waiting = (_waiting(connection, post) for post in old.values() if post.state == WAITING)
    posts = [*(post for post in waiting if post), *standing_posts(connection, server_id)]
    return written({post.public_id: _post(post, old.get(post.message_id)) for post in posts})


def _waiting(connection: Connection, post: OldPost) -> StandingPost | None:
    return posted_about(connection, post.occurrence_id, post.channel_id, post.message_id)


def _post(post: StandingPost, old: OldPost | None) -> dict[str, Any]:
    known = old is not None and old.state in (WAITING, TAKEN_OVER)
    entry: dict[str, Any] = dict(old.raw) if old is not None and known else {}
    _put(entry, "channel_id", post.channel_id, read_id)
    _put(entry, "message_id", post.message_id, read_id)
    if known and "event" not in entry:
        return entry
    event = entry.get("event")
    snapshot = dict(event) if isinstance(event, dict) else {}
    _put(snapshot, "name", post.title, clean)
    if not known:
        snapshot["type"] = post.category
    _put(snapshot, "start_time", spell(post.starts_at), read_instant)
    if not known or "end_time" in snapshot:
        _put(snapshot, "end_time", spell(post.ends_at), read_instant)
    if post.zone:
        _put(snapshot, "zone", post.zone, clean)
    entry["event"] = snapshot
    return entry


def _put(entry: dict[str, Any], key: str, value: Any, read: Any) -> None:
    """Set a value, unless what stands there is only another spelling of it."""
    if key not in entry or read(entry[key]) != read(value):
        entry[key] = value
