"""Exceptions of recurring events: what a date is changed to, checked."""

from __future__ import annotations

from discord_sandbox.clock import parse_iso
from discord_sandbox.errors import Problems
from discord_sandbox.model import EventException, Json, ScheduledEvent
from discord_sandbox.recurrence import takes_place
from discord_sandbox.snowflake import snowflake_at, snowflake_ms
from discord_sandbox.validate import fields, members
from discord_sandbox.validate.members import Takes

TAKES_EDIT: Takes = {
    "scheduled_start_time": members.instant,
    "scheduled_end_time": members.instant,
    "is_canceled": members.flag,
}
TAKES: Takes = {"original_scheduled_start_time": members.instant, **TAKES_EDIT}


def new_exception(event: ScheduledEvent, body: Json, now_ms: int) -> EventException:
    """The exception that a body describes, which the event does not have yet.

    Raises ApiError 50035 where the event has no such date, or the change is none that can be.
    """
    problems = Problems()
    path = ("original_scheduled_start_time",)
    given = body.get("original_scheduled_start_time")
    if given is None:
        fields.required(problems, path)
        problems.raise_if_any()
    planned_ms = parse_iso(str(given))
    rule = event.data["recurrence_rule"]
    if rule is None or not takes_place(rule, planned_ms):
        problems.add(
            path,
            "GUILD_SCHEDULED_EVENT_EXCEPTION_INVALID",
            "The event does not take place at this time.",
        )
    exception = EventException(snowflake_at(planned_ms))
    if exception.id in event.exceptions:
        problems.add(
            path,
            "GUILD_SCHEDULED_EVENT_EXCEPTION_EXISTS",
            "There is an exception for this time already.",
        )
    problems.raise_if_any()
    return changed_exception(exception, body, now_ms)


def changed_exception(before: EventException, body: Json, now_ms: int) -> EventException:
    """What becomes of an exception by a body that was taken. Raises ApiError 50035."""
    after = EventException(before.id, before.start_ms, before.end_ms, before.canceled)
    if "scheduled_start_time" in body:
        after.start_ms = _instant(body["scheduled_start_time"])
    if "scheduled_end_time" in body:
        after.end_ms = _instant(body["scheduled_end_time"])
    if "is_canceled" in body:
        after.canceled = bool(body["is_canceled"])
    _check_times(after, body, now_ms)
    return after


def _instant(given: str | None) -> int | None:
    return None if given is None else parse_iso(given)


def _check_times(exception: EventException, body: Json, now_ms: int) -> None:
    problems = Problems()
    end_ms = exception.end_ms
    start_ms = snowflake_ms(exception.id) if exception.start_ms is None else exception.start_ms
    if body.get("scheduled_start_time") is not None and start_ms < now_ms:
        problems.add(
            ("scheduled_start_time",),
            "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST",
            "Cannot schedule event in the past.",
        )
    if end_ms is not None and end_ms <= start_ms:
        problems.add(
            ("scheduled_end_time",),
            "GUILD_SCHEDULED_EVENT_END_BEFORE_START",
            "Cannot schedule event to end before it starts.",
        )
    problems.raise_if_any()
