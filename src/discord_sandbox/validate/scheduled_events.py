"""Scheduled events: checked, and brought into the form in which Discord answers them."""

from __future__ import annotations

from typing import Any

from discord_sandbox.clock import iso, parse_iso
from discord_sandbox.errors import Problems
from discord_sandbox.model import Json
from discord_sandbox.recurrence import DAILY, MONTHLY, WEEKLY
from discord_sandbox.validate import fields, members
from discord_sandbox.validate.members import Takes
from discord_sandbox.validate.pictures import picture

STAGE, VOICE, EXTERNAL = 1, 2, 3
SCHEDULED, ACTIVE, COMPLETED, CANCELED = 1, 2, 3, 4
MOVES: dict[int, tuple[int, ...]] = {
    SCHEDULED: (ACTIVE, CANCELED),
    ACTIVE: (COMPLETED,),
    COMPLETED: (),
    CANCELED: (),
}
FURTHEST_MS = 5 * 366 * 86_400_000
_DAILY = [[0, 1, 2, 3, 4], [1, 2, 3, 4, 5], [6, 0, 1, 2, 3], [4, 5], [5, 6], [6, 0]]

_DAYS = members.choice(*range(7))
_TAKES_RULE: Takes = {
    "start": members.instant,
    "end": members.instant,
    "frequency": members.choice(*range(4)),
    "interval": members.number(1, 2),
    "by_weekday": members.many(_DAYS, 7),
    "by_n_weekday": members.many(
        members.nested({"n": members.choice(*range(1, 6)), "day": _DAYS}), 7
    ),
    "by_month": members.many(members.number(1, 12), 12),
    "by_month_day": members.many(members.number(-1, 31), 33),
    "by_year_day": members.many(members.number(-1, 365), 367),
    "count": members.number(1, 2**31 - 1),
}
TAKES: Takes = {
    "name": members.text(100),
    "description": members.text(1000),
    "scheduled_start_time": members.instant,
    "scheduled_end_time": members.instant,
    "privacy_level": members.choice(2),
    "entity_type": members.choice(STAGE, VOICE, EXTERNAL),
    "channel_id": members.snowflake,
    "entity_metadata": members.nested({"location": members.text(100)}),
    "recurrence_rule": members.nested(_TAKES_RULE),
    "image": picture(),
    "status": members.choice(SCHEDULED, ACTIVE, COMPLETED, CANCELED),
}


def check_scheduled_event(body: Json, now_ms: int, *, previous: Json | None = None) -> Json:
    """A scheduled event's fields, those of `previous` where the body names none.

    Raises ApiError 50035.
    """
    problems = Problems()
    merged = {**(previous or {}), **body}
    kind = fields.one_of(problems, ("entity_type",), merged.get("entity_type"), (1, 2, 3))
    shaped: Json = {
        "name": fields.text(
            problems, ("name",), merged.get("name"), longest=100, shortest=1, needed=True
        ),
        "description": fields.text(
            problems, ("description",), merged.get("description"), longest=1000
        ),
        "channel_id": merged.get("channel_id"),
        "entity_type": kind,
        "privacy_level": fields.one_of(
            problems, ("privacy_level",), merged.get("privacy_level"), (2,)
        ),
        "status": _status(problems, body, previous),
    }
    start_ms = _time(problems, "scheduled_start_time", merged, needed=True)
    end_ms = _time(problems, "scheduled_end_time", merged, needed=kind == EXTERNAL)
    if "scheduled_start_time" in body and start_ms is not None and start_ms < now_ms:
        problems.add(
            ("scheduled_start_time",),
            "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST",
            "Cannot schedule event in the past.",
        )
    if "scheduled_start_time" in body and (start_ms or 0) - now_ms > FURTHEST_MS:
        problems.add(
            ("scheduled_start_time",),
            "GUILD_SCHEDULED_EVENT_SCHEDULE_TOO_FAR",
            "Cannot schedule event more than 5 years ahead.",
        )
    if start_ms is not None and end_ms is not None and end_ms <= start_ms:
        problems.add(
            ("scheduled_end_time",),
            "GUILD_SCHEDULED_EVENT_END_BEFORE_START",
            "Cannot schedule event to end before it starts.",
        )
    shaped["scheduled_start_time"] = None if start_ms is None else iso(start_ms)
    shaped["scheduled_end_time"] = None if end_ms is None else iso(end_ms)
    _place(problems, merged, shaped, kind)
    rule = merged.get("recurrence_rule")
    shaped["recurrence_rule"] = None if rule is None else _rule(problems, rule, shaped)
    problems.raise_if_any()
    return shaped


def _status(problems: Problems, body: Json, previous: Json | None) -> int:
    before: int = SCHEDULED if previous is None else previous["status"]
    wanted = body.get("status", before)
    if wanted != before and wanted not in MOVES[before]:
        problems.add(
            ("status",),
            "GUILD_SCHEDULED_EVENT_STATUS_INVALID",
            f"The status cannot change from {before} to {wanted}.",
        )
    return wanted if isinstance(wanted, int) else before


def _time(problems: Problems, name: str, body: Json, *, needed: bool) -> int | None:
    value = body.get(name)
    if value is None:
        if needed:
            fields.required(problems, (name,))
        return None
    try:
        return parse_iso(value)
    except (TypeError, ValueError):
        problems.add(
            (name,), "DATE_TIME_TYPE_PARSE", f"Could not parse {value}. Should be ISO8601."
        )
        return None


def _place(problems: Problems, body: Json, shaped: Json, kind: int | None) -> None:
    """An external event is at a location, another in a channel."""
    if kind != EXTERNAL:
        shaped["entity_metadata"] = None
        if shaped["channel_id"] is None:
            fields.required(problems, ("channel_id",))
        return
    shaped["channel_id"] = None
    given = body.get("entity_metadata")
    location = given.get("location") if isinstance(given, dict) else None
    shaped["entity_metadata"] = {
        "location": fields.text(
            problems,
            ("entity_metadata", "location"),
            location,
            longest=100,
            shortest=1,
            needed=True,
        )
    }


def _rule(problems: Problems, value: Any, event: Json) -> Json:
    path = ("recurrence_rule",)
    rule = fields.mapping(problems, path, value) or {}
    frequency = fields.one_of(problems, (*path, "frequency"), rule.get("frequency"), range(4))
    interval = fields.integer(
        problems, (*path, "interval"), rule.get("interval"), least=1, most=2, default=1
    )
    if interval == 2 and frequency != WEEKLY:
        problems.add(
            (*path, "interval"),
            "BASE_TYPE_CHOICES",
            "An interval of 2 is only valid for weekly events.",
        )
    unsettable = [one for one in ("end", "count", "by_year_day") if rule.get(one)]
    shaped: Json = {
        "start": event["scheduled_start_time"],
        "end": None,
        "frequency": frequency,
        "interval": interval,
        "by_weekday": rule.get("by_weekday"),
        "by_n_weekday": rule.get("by_n_weekday"),
        "by_month": rule.get("by_month"),
        "by_month_day": rule.get("by_month_day"),
        "by_year_day": None,
        "count": None,
    }
    if unsettable or not _rule_fits(shaped):
        problems.add(
            path,
            "GUILD_SCHEDULED_EVENT_RECURRENCE_RULE_INVALID",
            "The recurrence rule is not one that Discord supports.",
        )
    return shaped


def _rule_fits(rule: Json) -> bool:
    """Discord has: daily on six sets of days, weekly on one, the nth weekday, a day a year."""
    weekdays, nth = rule["by_weekday"], rule["by_n_weekday"]
    yearly = rule["by_month"], rule["by_month_day"]
    if rule["frequency"] == DAILY:
        return not nth and not any(yearly) and (not weekdays or weekdays in _DAILY)
    if rule["frequency"] == WEEKLY:
        return not nth and not any(yearly) and isinstance(weekdays, list) and len(weekdays) == 1
    if rule["frequency"] == MONTHLY:
        return not weekdays and not any(yearly) and isinstance(nth, list) and len(nth) == 1
    return (
        not weekdays
        and not nth
        and all(isinstance(part, list) and len(part) == 1 for part in yearly)
    )
