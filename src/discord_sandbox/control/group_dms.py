"""DMs of several people, as one of them: opened, joined by others, and left."""

from __future__ import annotations

from discord_sandbox.control.routing import Ask, Operation, Refused
from discord_sandbox.group_dms import (
    MOST_PEOPLE,
    add_to_group_dm,
    create_group_dm,
    leave_group_dm,
)
from discord_sandbox.model import GROUP_DM, Channel, Json, User
from discord_sandbox.snowflake import parse_snowflake

_MEMBER = "/members/{user}"


def _person(ask: Ask, user_id: int) -> User:
    user = ask.find_user(user_id)
    if user.bot:
        raise Refused("A bot cannot be in a DM of several people.")
    return user


def _group(ask: Ask) -> tuple[User, Channel]:
    user = ask.user()
    channel = ask.find_channel(ask.given("channel_id"), user)
    if channel.type != GROUP_DM:
        raise Refused(f"Channel {channel.id} is no DM of several people.")
    return user, channel


def _check_size(count: int) -> None:
    if count > MOST_PEOPLE:
        raise Refused(f"There can be {MOST_PEOPLE} people in a DM at most.")


def create(ask: Ask) -> Json:
    owner = _person(ask, ask.param("user"))
    given = ask.body.get("user_ids")
    ids = [parse_snowflake(one) for one in given] if isinstance(given, list) else []
    others = [_person(ask, one) for one in ids if one is not None and one != owner.id]
    if not others or None in ids:
        raise Refused("The body needs `user_ids`, a list of the ids of others.")
    _check_size(1 + len({other.id for other in others}))
    name = ask.text("name") if ask.body.get("name") else ""
    made = create_group_dm(ask.world, owner, others, name)
    return ask.world.channel_json(made, owner.id)


def add(ask: Ask) -> Json:
    user, channel = _group(ask)
    added = _person(ask, ask.given("user_id"))
    if added.id in channel.recipient_ids:
        raise Refused(f"{added.username} is in this DM already.")
    _check_size(1 + len(channel.recipient_ids))
    add_to_group_dm(ask.world, channel, user, added)
    return ask.world.channel_json(channel, user.id)


def leave(ask: Ask) -> Json:
    user, channel = _group(ask)
    leave_group_dm(ask.world, channel, user)
    return {}


OPERATIONS = (
    Operation("POST", _MEMBER + "/group-dm", create),
    Operation("POST", _MEMBER + "/add-to-group-dm", add),
    Operation("POST", _MEMBER + "/leave-group-dm", leave),
)
