"""Application commands: global ones, those of one guild, and their permissions."""

from __future__ import annotations

from typing import Any

from discord_sandbox.errors import ApiError, invalid
from discord_sandbox.events import Event
from discord_sandbox.model import Command, Json
from discord_sandbox.rest.routing import Call, Reply, Route
from discord_sandbox.shapes.commands import command_json, permissions_json
from discord_sandbox.validate.commands import ENTRY_POINT, check_command
from discord_sandbox.validate.fields import Path

_MOST = {1: 100, 2: 15, 3: 15, ENTRY_POINT: 1}
_GLOBAL = "/applications/{application_id}/commands"
_GUILD = "/applications/{application_id}/guilds/{guild_id}/commands"


def _guild_id(call: Call) -> int | None:
    if call.id("application_id") != call.app.id:
        raise ApiError(20012)
    if "guild_id" not in call.params:
        return None
    guild = call.world.guilds.get(call.id("guild_id"))
    # As at Discord: commands of a guild that the application is not in are refused access.
    if guild is None or call.app.bot_user_id not in guild.members:
        raise ApiError(50001)
    return guild.id


def _commands(call: Call, guild_id: int | None) -> dict[int, Command]:
    if guild_id is None:
        return call.app.commands
    return call.app.guild_commands.setdefault(guild_id, {})


def _publish(call: Call, guild_id: int | None) -> None:
    world = call.world
    data: Json = {
        "application_id": str(call.app.id),
        "guild_id": None if guild_id is None else str(guild_id),
    }
    guild = None if guild_id is None else world.guilds[guild_id]
    world.bus.publish(Event("COMMANDS_CHANGED", data, guild=guild, bots=False))


def _find(call: Call) -> Command:
    found = _commands(call, _guild_id(call)).get(call.id("command_id"))
    if found is None:
        raise ApiError(10063)
    return found


def _list(call: Call) -> list[Json]:
    full = call.flag("with_localizations")
    found = _commands(call, _guild_id(call)).values()
    return [
        command_json(command, with_localizations=full, locale=None if full else call.locale)
        for command in found
    ]


def _get(call: Call) -> Json:
    return command_json(_find(call))


def _put(
    call: Call, guild_id: int | None, data: Json, among: dict[int, Command]
) -> tuple[Command, bool]:
    """Write one command over the one of its name and type, whose id it keeps."""
    known = _named(among, data)
    command = Command(
        id=known.id if known is not None else call.world.ids.next(),
        application_id=call.app.id,
        guild_id=guild_id,
        version=call.world.ids.next(),
        data=data,
    )
    if known is not None and known.data == data:
        return known, False
    return command, known is None


def _named(among: dict[int, Command], data: Json) -> Command | None:
    for command in among.values():
        if command.data["name"] == data["name"] and command.data["type"] == data["type"]:
            return command
    return None


def _duplicate(path: tuple[str | int, ...]) -> ApiError:
    return invalid(
        path, "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique"
    )


def _check_count(commands: dict[int, Command]) -> None:
    for kind, most in _MOST.items():
        if sum(1 for command in commands.values() if command.data["type"] == kind) > most:
            raise ApiError(30032)


def _count_new(call: Call, guild_id: int | None, new: int) -> None:
    now_ms = call.world.clock.now_ms()
    call.backend.limits.create_commands(call.app.id, guild_id, new, now_ms)


def _check(call: Call, body: Any, path: Path = ()) -> Json:
    return check_command(call.app, body, path, in_guild="guild_id" in call.params)


def _check_entry_point_stays(known: dict[int, Command], written: dict[int, Command]) -> None:
    """Raises ApiError 50240: an entry point is deleted by itself only."""
    if any(one.data["type"] == ENTRY_POINT for one in known.values()) and not any(
        one.data["type"] == ENTRY_POINT for one in written.values()
    ):
        raise ApiError(50240)


def _create(call: Call) -> Reply:
    guild_id = _guild_id(call)
    commands = _commands(call, guild_id)
    command, new = _put(call, guild_id, _check(call, call.body), commands)
    _check_count({**commands, command.id: command})
    _count_new(call, guild_id, int(new))
    commands[command.id] = command
    _publish(call, guild_id)
    return Reply(201 if new else 200, command_json(command))


def _overwrite(call: Call) -> list[Json]:
    guild_id = _guild_id(call)
    if not isinstance(call.body, list):
        raise invalid((), "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    commands = _commands(call, guild_id)
    written: dict[int, Command] = {}
    for at, body in enumerate(call.body):
        data = _check(call, body, (at,))
        if _named(written, data) is not None:
            raise _duplicate((at, "name"))
        command, _ = _put(call, guild_id, data, commands)
        written[command.id] = command
    _check_entry_point_stays(commands, written)
    _check_count(written)
    _count_new(call, guild_id, len(written.keys() - commands.keys()))
    commands.clear()
    commands.update(written)
    _publish(call, guild_id)
    return [command_json(command) for command in written.values()]


def _edit(call: Call) -> Json:
    command = _find(call)
    data = check_command(call.app, call.json(), previous=command.data)
    if _named(_commands(call, command.guild_id), data) not in (None, command):
        raise _duplicate(("name",))
    command.data = data
    command.version = call.world.ids.next()
    _publish(call, command.guild_id)
    return command_json(command)


def _delete(call: Call) -> None:
    command = _find(call)
    del _commands(call, command.guild_id)[command.id]
    _publish(call, command.guild_id)


def _all_permissions(call: Call) -> list[Json]:
    guild_id = _guild_id(call)
    assert guild_id is not None
    return [
        permissions_json(call.app, guild_id, target)
        for guild, target in call.app.command_permissions
        if guild == guild_id
    ]


def _get_permissions(call: Call) -> Json:
    guild_id = _guild_id(call)
    assert guild_id is not None
    if (guild_id, call.id("command_id")) not in call.app.command_permissions:
        raise ApiError(10066)
    return permissions_json(call.app, guild_id, call.id("command_id"))


def _set_permissions(_call: Call) -> Any:
    # Discord takes this from a user's Bearer token only, never from a bot's.
    raise ApiError(20001)


ROUTES = (
    Route("GET", _GUILD + "/permissions", _all_permissions),
    Route("GET", _GUILD + "/{command_id}/permissions", _get_permissions),
    Route("PUT", _GUILD + "/{command_id}/permissions", _set_permissions),
    *(
        Route(method, template, handler)
        for template in (_GLOBAL, _GUILD)
        for method, handler in (("GET", _list), ("POST", _create), ("PUT", _overwrite))
    ),
    *(
        Route(method, template + "/{command_id}", handler)
        for template in (_GLOBAL, _GUILD)
        for method, handler in (("GET", _get), ("PATCH", _edit), ("DELETE", _delete))
    ),
)
