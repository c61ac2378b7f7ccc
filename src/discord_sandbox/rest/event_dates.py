"""Single dates of recurring events: moved and called off; and who is interested in what."""

from __future__ import annotations

from discord_sandbox.errors import ApiError
from discord_sandbox.model import EventException, Guild, Json, ScheduledEvent
from discord_sandbox.recurrence import takes_place
from discord_sandbox.rest.routing import Call, Route
from discord_sandbox.rest.scheduled_events import EVENT, changeable, find_event
from discord_sandbox.scheduled_events import publish_exception
from discord_sandbox.shapes.guilds import event_exception_json, member_json
from discord_sandbox.shapes.users import user_json
from discord_sandbox.snowflake import snowflake_at, snowflake_ms
from discord_sandbox.validate.event_exceptions import (
    TAKES,
    TAKES_EDIT,
    changed_exception,
    new_exception,
)

_EXCEPTION = EVENT + "/exceptions/{exception_id}"
INTERESTED, UNINTERESTED = 1, 0


def _find(call: Call, event: ScheduledEvent) -> EventException:
    found = event.exceptions.get(call.id("exception_id"))
    if found is None:
        raise ApiError(10070)
    return found


def create(call: Call) -> Json:
    guild, event = changeable(call)
    made = new_exception(event, call.json(), call.world.clock.now_ms())
    event.exceptions[made.id] = made
    publish_exception(call.world, guild, event, made, "CREATE")
    return event_exception_json(event, made)


def edit(call: Call) -> Json:
    guild, event = changeable(call)
    changed = changed_exception(_find(call, event), call.json(), call.world.clock.now_ms())
    event.exceptions[changed.id] = changed
    publish_exception(call.world, guild, event, changed, "UPDATE")
    return event_exception_json(event, changed)


def delete(call: Call) -> None:
    guild, event = changeable(call)
    gone = event.exceptions.pop(_find(call, event).id)
    publish_exception(call.world, guild, event, gone, "DELETE")


def is_date(event: ScheduledEvent, date_id: int) -> bool:
    """Whether an id stands for a date of the series."""
    rule = event.data["recurrence_rule"]
    planned_ms = snowflake_ms(date_id)
    return (
        rule is not None and snowflake_at(planned_ms) == date_id and takes_place(rule, planned_ms)
    )


def users(call: Call) -> list[Json]:
    guild = call.guild()
    event = find_event(call, guild)
    return _page(call, guild, event, list(event.interested), INTERESTED)


def users_of_date(call: Call) -> list[Json]:
    """Whose answer for the date is another than for the series: they are not interested in it."""
    guild = call.guild()
    event = find_event(call, guild)
    date_id = call.id("exception_id")
    if not is_date(event, date_id):
        raise ApiError(10070)
    declined = list(event.declined.get(date_id, ()))
    shaped = _page(call, guild, event, declined, UNINTERESTED)
    return [{**one, "guild_scheduled_event_exception_id": str(date_id)} for one in shaped]


def _page(
    call: Call, guild: Guild, event: ScheduledEvent, user_ids: list[int], response: int
) -> list[Json]:
    limit = call.number("limit", default=100, least=1, most=100)
    before, after = call.snowflake("before"), call.snowflake("after")
    ids = sorted(user_ids)
    if before is not None:
        ids = [one for one in ids if one < before][-limit:]
    elif after is not None:
        ids = [one for one in ids if one > after]
    members = guild.members if call.flag("with_member") else {}
    shaped = []
    for user_id in ids[:limit]:
        one: Json = {
            "guild_scheduled_event_id": str(event.id),
            "user_id": str(user_id),
            "response": response,
            "user": user_json(call.world.users[user_id]),
        }
        if user_id in members:
            one["member"] = member_json(members[user_id])
        shaped.append(one)
    return shaped


def user_counts(call: Call) -> Json:
    """How many are interested in the series, and how many of them pass over the dates asked for."""
    event = find_event(call, call.guild())
    asked = call.snowflakes("guild_scheduled_event_exception_ids", most=10)
    return {
        "guild_scheduled_event_count": len(event.interested),
        "guild_scheduled_event_exception_counts": {
            str(date_id): len(event.declined.get(date_id, ())) for date_id in asked
        },
    }


ROUTES = (
    Route("POST", EVENT + "/exceptions", create, takes=TAKES),
    Route("PATCH", _EXCEPTION, edit, takes=TAKES_EDIT),
    Route("DELETE", _EXCEPTION, delete),
    Route("GET", EVENT + "/users", users),
    Route("GET", EVENT + "/users/counts", user_counts),
    Route("GET", EVENT + "/{exception_id}/users", users_of_date),
)
