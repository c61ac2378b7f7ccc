"""Doing, as a member: commands, buttons, selects and modals."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from discord_sandbox.choosing import BadChoice, choose
from discord_sandbox.command_access import Usable, usable_commands
from discord_sandbox.control.routing import Ask, Operation, Refused
from discord_sandbox.interaction_commands import BadOptions, OptionReader
from discord_sandbox.modal_answers import modal_answers
from discord_sandbox.model import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    MODAL_SUBMIT,
    Channel,
    Command,
    Json,
    User,
)
from discord_sandbox.rest.body import check_file
from discord_sandbox.validate import components as parts
from discord_sandbox.validate.commands import DISCORD_LAUNCHES, ENTRY_POINT

_MEMBER = "/members/{user}"


def _command(ask: Ask, user: User, channel: Channel) -> Usable:
    wanted_id, wanted = ask.optional("command_id"), ask.body.get("name")
    usable = usable_commands(ask.world, user, channel)
    for one in usable:
        command = one.command
        if wanted_id == command.id or (wanted_id is None and wanted == command.data["name"]):
            return one
    names = ", ".join(f"/{one.command.data['name']}" for one in usable) or "none"
    asked = wanted if wanted_id is None else wanted_id
    raise Refused(
        f"{user.username} can use no command {asked!r} in channel {channel.id}; "
        f"there are: {names}.",
        404,
    )


def _command_data(
    ask: Ask, user: User, channel: Channel, command: Command, *, partial: bool
) -> Json:
    kind = command.data["type"]
    data: Json = {"id": str(command.id), "name": command.data["name"], "type": kind}
    if command.guild_id is not None:
        data["guild_id"] = str(command.guild_id)
    reader = OptionReader(ask.world, channel, partial=partial)
    if kind == 1:
        try:
            options = reader.read(command.data.get("options", []), ask.body.get("options"))
        except BadOptions as problem:
            raise Refused(str(problem)) from None
        if options:
            data["options"] = options
    elif kind != ENTRY_POINT:
        target_id = ask.given("target_id")
        data["target_id"] = str(target_id)
        if kind == 2 and not reader.resolve("users", target_id):
            raise Refused(f"There is no user {target_id}.", 404)
        if kind == 3:
            message = ask.find_message(channel, user, target_id)
            shaped = ask.world.message_json(message, user.id)
            reader.resolved["messages"] = {str(target_id): shaped}
    for file in reader.resolved.get("attachments", {}).values():
        check_file(file["size"], ask.backend.limits.file_bytes)
    if reader.resolved:
        data["resolved"] = reader.resolved
    return data


def command(ask: Ask) -> Json:
    user = ask.user()
    channel = ask.find_channel(ask.given("channel_id"), user)
    usable = _command(ask, user, channel)
    found = usable.command
    data = _command_data(ask, user, channel, found, partial=False)
    if found.data.get("handler") == DISCORD_LAUNCHES:
        launched = ask.backend.interactions.launch(
            usable.application, user, channel, data, usable.owners
        )
        return {"interaction_id": str(launched.id)}
    started = ask.backend.interactions.start(
        COMMAND,
        usable.application,
        user,
        channel,
        data,
        owners=usable.owners,
        command_name=_full_name(found, ask.body.get("options")),
    )
    return {"interaction_id": str(started.id)}


def _full_name(command: Command, options: Any) -> str:
    """The command's name with those of the subcommands chosen."""
    name: str = command.data["name"]
    declared = command.data.get("options", [])
    while isinstance(options, list) and options and isinstance(options[0], dict):
        chosen = options[0]
        kinds = {option["name"]: option for option in declared}
        option = kinds.get(chosen.get("name"))
        if option is None or option["type"] > 2:
            break
        name = f"{name} {chosen['name']}"
        declared, options = option.get("options", []), chosen.get("options")
    return name


async def autocomplete(ask: Ask) -> Json:
    user = ask.user()
    channel = ask.find_channel(ask.given("channel_id"), user)
    usable = _command(ask, user, channel)
    application = usable.application
    started = ask.backend.interactions.start(
        AUTOCOMPLETE,
        application,
        user,
        channel,
        _command_data(ask, user, channel, usable.command, partial=True),
        owners=usable.owners,
        command_name=usable.command.data["name"],
    )
    answered = await ask.backend.interactions.answered(started)
    if answered.choices is None:
        late = f"{application.name} did not answer with choices within 3 seconds."
        raise Refused(answered.failure or late, 504)
    return {"choices": answered.choices}


def component(ask: Ask) -> Json:
    user = ask.user()
    channel = ask.find_channel(ask.given("channel_id"), user)
    message = ask.find_message(channel, user, ask.given("message_id"))
    custom_id = ask.text("custom_id")
    found = _find_component(message.components, custom_id)
    if found is None:
        raise Refused(f"The message has no component with custom_id {custom_id!r}.", 404)
    if ask.world.is_timed_out(user.id, channel):
        raise Refused(f"{user.username} is timed out, and can use no components till it ends.", 403)
    if found.get("disabled"):
        raise Refused(f"The component {custom_id!r} is disabled.")
    application = ask.world.applications.get(
        message.application_id or message.author.application_id or 0
    )
    if application is None:
        raise Refused("The message is of no application, so nobody would answer.")
    data: Json = {
        "custom_id": custom_id,
        "component_type": found["type"],
        "id": found["id"],
    }
    if found["type"] != parts.BUTTON:
        data |= _chosen(ask, channel, found)
    # Who let the application in for the message did so for what is in it.
    about = message.interaction
    owners = None if about is None else about["authorizing_integration_owners"]
    started = ask.backend.interactions.start(
        COMPONENT, application, user, channel, data, owners=owners, message=message
    )
    return {"interaction_id": str(started.id)}


def _find_component(components: Iterable[Json], custom_id: str) -> Json | None:
    for part in components:
        if part.get("custom_id") == custom_id:
            return part
        inner = [*part.get("components", ()), part.get("accessory")]
        found = _find_component([one for one in inner if one], custom_id)
        if found is not None:
            return found
    return None


def _chosen(ask: Ask, channel: Channel, select: Json) -> Json:
    reader = OptionReader(ask.world, channel, partial=False)
    try:
        values = choose(select, ask.body.get("values"), reader)
    except BadChoice as problem:
        raise Refused(str(problem)) from None
    if select["type"] == parts.STRING_SELECT:
        return {"values": values}
    return {"values": values, "resolved": reader.resolved}


def modal(ask: Ask) -> Json:
    user = ask.user()
    parent = ask.backend.interactions.get(ask.given("interaction_id"))
    if parent is None or parent.user.id != user.id or parent.modal is None:
        raise Refused("That interaction opened no modal for this member.", 404)
    channel = ask.find_channel(parent.channel_id, user)
    reader = OptionReader(ask.world, channel, partial=False)
    try:
        answers = modal_answers(parent.modal, ask.body.get("components"), reader)
    except ValueError as problem:
        raise Refused(str(problem)) from None
    data: Json = {"custom_id": parent.modal["custom_id"], "components": answers}
    if reader.resolved:
        data["resolved"] = reader.resolved
    started = ask.backend.interactions.start(
        MODAL_SUBMIT,
        ask.world.applications[parent.application_id],
        user,
        channel,
        data,
        owners=parent.owners,
        message=parent.source_message,
        parent=parent,
    )
    return {"interaction_id": str(started.id)}


OPERATIONS = (
    Operation("POST", _MEMBER + "/command", command),
    Operation("POST", _MEMBER + "/autocomplete", autocomplete),
    Operation("POST", _MEMBER + "/component", component),
    Operation("POST", _MEMBER + "/modal", modal),
)
