"""State files: a world written out when the sandbox ends, and read back when it starts.

What is passing is left out: interactions, gateway sessions, faults, limits and the record.
"""

from __future__ import annotations

import base64
import dataclasses
import functools
import json
import types
import typing
from pathlib import Path
from typing import Any

from msgspec import Struct

from discord_sandbox.invites import expire_when_due
from discord_sandbox.model import (
    Application,
    Channel,
    Guild,
    Json,
    Member,
    Message,
    Picture,
    User,
    Webhook,
)
from discord_sandbox.polls import close_when_due
from discord_sandbox.premium import renew_when_due
from discord_sandbox.threads import archive_when_idle
from discord_sandbox.world import World

VERSION = 1
_LEFT_OUT = frozenset({"json_cache", "audience_cache", "granted_cache", "message_ids"})
_SCALARS = (int, str, float, bool, type(None))


class BadState(ValueError):
    """The state file is not one that this sandbox can read."""


def save(world: World, path: Path) -> None:
    """Write the world to a file, whole or not at all."""
    state: Json = {
        "version": VERSION,
        "last_id": world.ids.last,
        "offset_ms": world.clock.offset_ms,
        "users": [_pack(user) for user in world.users.values()],
        "applications": [_pack(found) for found in world.applications.values()],
        "guilds": [_pack(guild) for guild in world.guilds.values()],
        "dms": [_pack(c) for c in world.channels.values() if c.guild_id is None],
        "webhooks": [_pack(webhook) for webhook in world.webhooks.values()],
        "pictures": [[name, _pack(found)] for name, found in world.pictures.items()],
    }
    beside = path.with_name(path.name + ".new")
    beside.write_text(json.dumps(state), "utf-8")
    beside.replace(path)


def load(world: World, path: Path) -> None:
    """Fill an empty world from a file. Raises BadState, or OSError."""
    try:
        state = json.loads(path.read_text("utf-8"))
        if state["version"] != VERSION:
            raise BadState(f"it is of version {state['version']}, not {VERSION}")
        _fill(world, state)
    except BadState:
        raise
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise BadState(f"it is damaged: {problem!r}") from None


def _fill(world: World, state: Json) -> None:
    world.ids.last = state["last_id"]
    world.clock.set_offset_ms(state["offset_ms"])
    users: dict[int, User] = {}
    for packed in state["users"]:
        user: User = _unpack(User, packed, users)
        users[user.id] = user
    world.users.update(users)
    for packed in state["applications"]:
        application: Application = _unpack(Application, packed, users)
        world.applications[application.id] = application
        world.tokens[application.token] = application
    for packed in state["guilds"]:
        guild: Guild = _unpack(Guild, packed, users)
        world.guilds[guild.id] = guild
        world.channels |= guild.channels
        # Bots say anew where they are, when they are back.
        for user_id in [one for one in guild.voice_states if users[one].bot]:
            del guild.voice_states[user_id]
    for packed in state["dms"]:
        channel: Channel = _unpack(Channel, packed, users)
        world.channels[channel.id] = channel
    for packed in state["webhooks"]:
        webhook: Webhook = _unpack(Webhook, packed, users)
        world.webhooks[webhook.id] = webhook
    for name, packed in state.get("pictures", ()):
        world.pictures[name] = _unpack(Picture, packed, users)
    _go_on(world)


def _go_on(world: World) -> None:
    """Take up what goes on by the clock, and number the messages anew."""
    for channel in world.channels.values():
        channel.message_ids = list(channel.messages)
    _set_alarms(world)


def _set_alarms(world: World) -> None:
    """Put on the agenda what the clock does to what was read."""
    for application in world.applications.values():
        for subscription in application.store.subscriptions.values():
            renew_when_due(world, application, subscription)
    for guild in world.guilds.values():
        for invite in guild.invites.values():
            expire_when_due(world, guild, invite)
    for channel in world.channels.values():
        if channel.thread is not None:
            archive_when_idle(world, channel)
        for message in channel.messages.values():
            if message.poll is not None:
                close_when_due(world, channel, message)


def _pack(value: Any) -> Any:
    """A value of the model as JSON; users within others are named by their ids."""
    if isinstance(value, _SCALARS):
        return value
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, dict):
        if _is_json(value):
            return value
        # Pairs, because keys may be ids or tuples, which JSON has no names for.
        return [[_pack(key), _pack(one)] for key, one in value.items()]
    if isinstance(value, list | tuple | set | frozenset):
        return [_pack(one) for one in value]
    packed: Json = {}
    kind: type = type(value)
    for name in _hints(kind):
        if name not in _LEFT_OUT:
            inner = getattr(value, name)
            named = isinstance(inner, User) and isinstance(value, Message | Member)
            packed[name] = inner.id if named else _pack(inner)
    return packed


def _is_json(value: Any) -> bool:
    """Whether a value is JSON already, as Discord's own objects within the model are."""
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_json(one) for key, one in value.items())
    if isinstance(value, list):
        return all(_is_json(one) for one in value)
    return isinstance(value, _SCALARS)


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    """The fields of a class of the model, and the type of each."""
    return typing.get_type_hints(kind)


def _unpack(kind: Any, packed: Any, users: dict[int, User]) -> Any:
    """The opposite of `_pack` for a value of a known type."""
    if packed is None or kind is Any:
        return packed
    if isinstance(kind, type) and (dataclasses.is_dataclass(kind) or issubclass(kind, Struct)):
        hints = _hints(kind)
        return kind(
            **{
                name: users[one] if hints[name] is User else _unpack(hints[name], one, users)
                for name, one in packed.items()
            }
        )
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return _unpack_union(arguments, packed, users)
    if kind is bytes:
        return base64.b64decode(packed)
    if origin is dict and isinstance(packed, list):
        of_key, of_value = arguments
        return {_unpack(of_key, k, users): _unpack(of_value, v, users) for k, v in packed}
    if origin is tuple:
        kinds = arguments if arguments[-1] is not ... else (arguments[0],) * len(packed)
        return tuple(_unpack(k, one, users) for k, one in zip(kinds, packed, strict=True))
    if origin in (list, set, frozenset):
        return origin(_unpack(arguments[0], one, users) for one in packed)
    return packed


def _unpack_union(kinds: tuple[Any, ...], packed: Any, users: dict[int, User]) -> Any:
    """Unions in the model are of one composite kind and None, or of scalars."""
    composite = [kind for kind in kinds if kind not in (int, str, float, bool, type(None))]
    return _unpack(composite[0], packed, users) if composite else packed
