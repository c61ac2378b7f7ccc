"""Looking: the world, what a member sees of it, and the record."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from discord_sandbox import history
from discord_sandbox.activities import activity_json, participants
from discord_sandbox.clock import iso
from discord_sandbox.command_access import usable_commands
from discord_sandbox.control.routing import Ask, Operation
from discord_sandbox.faults import fault_json
from discord_sandbox.model import Channel, EventException, Json, ScheduledEvent, User
from discord_sandbox.permissions import MANAGE_EVENTS, READ_MESSAGE_HISTORY, guild_permissions
from discord_sandbox.record import request_json, seen_json
from discord_sandbox.recurrence import dates_from
from discord_sandbox.shapes.channels import channel_json
from discord_sandbox.shapes.commands import command_json
from discord_sandbox.shapes.entrance import welcome_screen_json
from discord_sandbox.shapes.guilds import (
    event_exception_json,
    guild_json,
    partial_member_json,
    role_json,
    scheduled_event_json,
)
from discord_sandbox.shapes.users import user_json
from discord_sandbox.shapes.voice import voice_states_json
from discord_sandbox.snowflake import snowflake_at

_MEMBER = "/members/{user}"
MOST_UNREAD = 1000
MOST_DATES = 4


def clock_json(ask: Ask) -> Json:
    clock = ask.backend.clock
    return {
        "now_ms": clock.now_ms(),
        "offset_ms": clock.offset_ms,
        "version": clock.version,
    }


def world(ask: Ask) -> Json:
    found = ask.world
    return {
        "now_ms": ask.backend.clock.now_ms(),
        "clock": {
            "offset_ms": ask.backend.clock.offset_ms,
            "version": ask.backend.clock.version,
        },
        "users": [_user(user) for user in found.users.values()],
        "applications": [
            {
                "id": str(application.id),
                "name": application.name,
                "bot_user_id": str(application.bot_user_id),
                "integration_types": [int(kind) for kind in application.integration_types],
                "activity": application.embedded,
                "connected": ask.backend.hub.is_connected(application.id),
                "interactions_endpoint_url": application.interactions_endpoint_url,
                "commands": sum(map(len, application.guild_commands.values()))
                + len(application.commands),
            }
            for application in found.applications.values()
        ],
        "guilds": [
            {
                "id": str(guild.id),
                "name": guild.name,
                "owner_id": str(guild.owner_id),
                "member_count": len(guild.members),
            }
            for guild in found.guilds.values()
        ],
    }


def _user(user: User) -> Json:
    return {
        **user_json(user),
        "bot": user.bot,
        "status": user.status,
        "accept_dms": user.accept_dms,
        "blocked": [str(other) for other in sorted(user.blocked)],
        "installed": [str(found) for found in sorted(user.installed)],
    }


def unread(channel: Channel, user: User) -> int:
    """How many messages of others came after the last one read, at most a thousand."""
    read = user.read.get(channel.id, 0)
    start = bisect_right(channel.message_ids, read)
    ids = channel.message_ids[start : start + MOST_UNREAD]
    newer = (channel.messages[found] for found in ids)
    return sum(1 for message in newer if message.author.id != user.id)


def view(ask: Ask) -> Json:
    user = ask.user()
    found = ask.world
    known: dict[int, User] = {user.id: user}
    guilds = []
    counts: dict[str, int] = {}
    for guild in found.guilds_of(user.id):
        known |= {member.user.id: member.user for member in guild.members.values()}
        channels = [c for c in guild.channels.values() if found.permissions(user.id, c)]
        counts |= {str(c.id): unread(c, user) for c in channels}
        guilds.append(
            {
                **guild_json(guild),
                "channels": [_channel(ask, channel, user) for channel in channels],
                "members": [
                    {
                        "user": user_json(member.user),
                        **partial_member_json(member),
                        "bio": member.bio,
                        "status": member.user.status,
                    }
                    for member in guild.members.values()
                ],
                "roles": [role_json(role) for role in guild.roles.values()],
                "member_count": len(guild.members),
                "voice_states": voice_states_json(guild),
                "welcome_screen": welcome_screen_json(guild) if guild.welcome.enabled else None,
                "my_permissions": str(found.guild_permissions(guild, guild.members[user.id])),
            }
        )
    dms = []
    for other_id, channel_id in user.dms.items():
        channel = found.channels[channel_id]
        known[other_id] = found.users[other_id]
        counts[str(channel.id)] = unread(channel, user)
        dms.append(found.channel_json(channel, user.id))
    for channel_id in user.groups:
        channel = found.channels[channel_id]
        known |= {one: found.users[one] for one in channel.recipient_ids}
        counts[str(channel.id)] = unread(channel, user)
        dms.append(found.channel_json(channel, user.id))
    return {
        "now_ms": ask.backend.clock.now_ms(),
        "me": _user(user),
        "guilds": guilds,
        "dms": dms,
        "users": [user_json(one) for one in known.values()],
        "activities": [
            activity_json(found, activity)
            for activity in found.activities.values()
            if participants(found, activity)
            and found.permissions(user.id, found.channels[activity.channel_id])
        ],
        "unread": {channel_id: n for channel_id, n in counts.items() if n},
    }


def _channel(ask: Ask, channel: Channel, user: User) -> Json:
    status = None if channel.voice is None else channel.voice.status
    return {
        **channel_json(channel),
        **({} if status is None else {"status": status}),
        "my_permissions": str(ask.world.permissions(user.id, channel)),
    }


def messages(ask: Ask) -> list[Json]:
    user = ask.user()
    channel = ask.find_channel(ask.param("channel"), user)
    limit = min(ask.number("limit", 50), 500)
    before = ask.number("before", 0) or None
    found = []
    if ask.world.permissions(user.id, channel) & READ_MESSAGE_HISTORY:
        found = history.page(channel, limit=limit, before=before)
    oldest = found[-1].id if len(found) == limit else 0
    own = [
        message
        for message in channel.ephemeral.values()
        if message.reader_id == user.id
        and message.id > oldest
        and (before is None or message.id < before)
    ]
    merged = sorted([*found, *own], key=lambda message: message.id, reverse=True)
    return [ask.world.message_json(message, user.id) for message in merged[:limit]]


def commands(ask: Ask) -> list[Json]:
    user = ask.user()
    channel = ask.find_channel(ask.param("channel"), user)
    return [
        {
            **command_json(usable.command, locale=user.locale),
            "application": {
                "id": str(usable.application.id),
                "name": usable.application.name,
            },
        }
        for usable in usable_commands(ask.world, user, channel)
    ]


def scheduled_events(ask: Ask) -> list[Json]:
    user = ask.user()
    guild = ask.find_guild(ask.param("guild"))
    manages = bool(
        user.id in guild.members
        and guild_permissions(guild, guild.members[user.id]) & MANAGE_EVENTS
    )
    return [
        {
            **scheduled_event_json(event, with_user_count=True),
            "me_interested": user.id in event.interested,
            "dates": _dates(event, user, ask.backend.clock.now_ms()),
            "me_manages": manages,
        }
        for event in guild.scheduled_events.values()
    ]


def _dates(event: ScheduledEvent, user: User, now_ms: int) -> list[Json]:
    """The next dates of a series, and what is different about each."""
    rule = event.data["recurrence_rule"]
    listed = []
    for planned_ms in dates_from(rule, now_ms, MOST_DATES) if rule is not None else ():
        date_id = snowflake_at(planned_ms)
        changed = event.exceptions.get(date_id) or EventException(date_id)
        declined = event.declined.get(date_id, ())
        listed.append(
            {
                "id": str(date_id),
                "planned": iso(planned_ms),
                **event_exception_json(event, changed),
                "interested": len(event.interested) - len(declined),
                "me_interested": user.id in event.interested and user.id not in declined,
            }
        )
    return listed


def requests(ask: Ask) -> list[Json]:
    rows = ask.backend.requests.after(ask.number("after", 0), ask.number("limit", 200))
    return [request_json(row) for row in rows]


def seen(ask: Ask) -> list[Json]:
    rows = ask.world.seen.of(ask.user().id, ask.number("after", 0))
    return [seen_json(row) for row in rows[: ask.number("limit", len(rows))]]


async def clock(ask: Ask) -> Json:
    after = ask.query.get("after")
    if after is not None:
        await ask.backend.clock.changed(ask.number("after", 0), timeout=25)
    return clock_json(ask)


def faults(ask: Ask) -> list[Any]:
    return [fault_json(fault) for fault in ask.backend.faults.all()]


OPERATIONS = (
    Operation("GET", "/world", world),
    Operation("GET", _MEMBER + "/view", view),
    Operation("GET", _MEMBER + "/channels/{channel}/messages", messages),
    Operation("GET", _MEMBER + "/channels/{channel}/commands", commands),
    Operation("GET", _MEMBER + "/guilds/{guild}/scheduled-events", scheduled_events),
    Operation("GET", _MEMBER + "/seen", seen),
    Operation("GET", "/requests", requests),
    Operation("GET", "/clock", clock),
    Operation("GET", "/faults", faults),
)
