"""The options of application commands: what a member gives, and what it stands for."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from discord_sandbox.model import Attachment, Channel, Guild, Json
from discord_sandbox.shapes.channels import channel_json
from discord_sandbox.shapes.guilds import partial_member_json, role_json
from discord_sandbox.shapes.messages import attachment_json
from discord_sandbox.shapes.users import user_json
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.world import World

SUB_COMMAND, SUB_COMMAND_GROUP, STRING, INTEGER, BOOLEAN = 1, 2, 3, 4, 5
USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = 6, 7, 8, 9, 10, 11


class BadOptions(ValueError):
    """A member's client would not have let these options be sent."""


class OptionReader:
    """Turns what a member typed into the options of an interaction, and what they name."""

    def __init__(self, world: World, channel: Channel, *, partial: bool) -> None:
        self._world = world
        self._channel = channel
        self._guild: Guild | None = None
        if channel.guild_id is not None:
            self._guild = world.guilds[channel.guild_id]
        self._partial = partial
        self.resolved: dict[str, Json] = {}

    def read(self, declared: list[Json], given: Any) -> list[Json]:
        """The options with their types. Raises BadOptions.

        With `partial` (autocomplete) what is required may still be missing.
        """
        values = {one["name"]: one for one in given or () if isinstance(one, dict)}
        by_name = {option["name"]: option for option in declared}
        unknown = [name for name in values if name not in by_name]
        if unknown:
            known = ", ".join(by_name) or "none"
            raise BadOptions(f"There is no option {unknown[0]!r}; the options are: {known}.")
        shaped = []
        for option in declared:
            if option["name"] in values:
                shaped.append(self._one(option, values[option["name"]]))
            elif option.get("required") and not self._partial:
                raise BadOptions(f"The option {option['name']!r} is required.")
        subcommands = [o for o in declared if o["type"] in (SUB_COMMAND, SUB_COMMAND_GROUP)]
        if subcommands and not shaped:
            names = ", ".join(option["name"] for option in subcommands)
            raise BadOptions(f"One of the subcommands has to be chosen: {names}.")
        return shaped

    def _one(self, option: Json, given: Json) -> Json:
        kind, name = option["type"], option["name"]
        if kind in (SUB_COMMAND, SUB_COMMAND_GROUP):
            inner = self.read(option.get("options", []), given.get("options"))
            return {"type": kind, "name": name, "options": inner}
        shaped: Json = {"type": kind, "name": name}
        if given.get("focused") and self._partial:
            # What is being typed is sent as it stands, and need not be valid yet.
            shaped |= {"value": given.get("value", ""), "focused": True}
            return shaped
        shaped["value"] = self._value(option, given.get("value"))
        return shaped

    def _value(self, option: Json, value: Any) -> Any:
        name, kind = option["name"], option["type"]
        if kind == STRING:
            value = _text(option, value)
        elif kind in (INTEGER, NUMBER):
            value = _number(option, value)
        elif kind == BOOLEAN:
            if not isinstance(value, bool):
                raise BadOptions(f"{name} must be true or false, not {value!r}.")
        elif kind == ATTACHMENT:
            value = self.keep_file(name, value)
        else:
            value = self._reference(option, value)
        choices = option.get("choices")
        if choices and value not in [choice["value"] for choice in choices]:
            listed = ", ".join(repr(choice["value"]) for choice in choices)
            raise BadOptions(f"{name} must be one of {listed}, not {value!r}.")
        return value

    def keep_file(self, name: str, value: Any) -> str:
        """Keep the file that was given; answers the id under which it is resolved. Raises BadOptions."""
        attachment = read_file(self._world, value)
        if attachment is None:
            raise BadOptions(
                f"{name} must be a file: {{filename, content: base64, content_type?}}."
            )
        attachment.ephemeral = True
        self._world.uploads[attachment.id] = attachment
        shaped = attachment_json(attachment, self._channel.id, self._world.base_url)
        self.resolved.setdefault("attachments", {})[str(attachment.id)] = shaped
        return str(attachment.id)

    def _reference(self, option: Json, value: Any) -> str:
        found = parse_snowflake(value)
        kinds = {
            USER: ("users",),
            ROLE: ("roles",),
            CHANNEL: ("channels",),
            MENTIONABLE: ("users", "roles"),
        }[option["type"]]
        if found is None or not any(self.resolve(kind, found) for kind in kinds):
            raise BadOptions(f"{option['name']} names nothing there is: {value!r}.")
        allowed = option.get("channel_types")
        if allowed and self.resolved["channels"][str(found)]["type"] not in allowed:
            raise BadOptions(f"{option['name']} must be a channel of type {allowed}.")
        return str(found)

    def resolve(self, kind: str, found: int) -> bool:
        """Add what an id stands for to `resolved`; False when it stands for none of the kind."""
        guild = self._guild
        if kind == "users":
            user = self._world.users.get(found)
            if user is None:
                return False
            self.resolved.setdefault("users", {})[str(found)] = user_json(user)
            if guild is not None and found in guild.members:
                member = partial_member_json(guild.members[found])
                member["permissions"] = "0"
                self.resolved.setdefault("members", {})[str(found)] = member
            return True
        if guild is None:
            return False
        if kind == "roles" and found in guild.roles:
            self.resolved.setdefault("roles", {})[str(found)] = role_json(guild.roles[found])
            return True
        if kind == "channels" and found in guild.channels:
            shaped = {**channel_json(guild.channels[found]), "permissions": "0"}
            self.resolved.setdefault("channels", {})[str(found)] = shaped
            return True
        return False


def read_file(world: World, value: Any) -> Attachment | None:
    """The file that a member gave, or None where it is none."""
    given = value if isinstance(value, dict) else {}
    name, content, kind = (given.get(key) for key in ("filename", "content", "content_type"))
    if not isinstance(name, str) or not name or not isinstance(content, str):
        return None
    try:
        data = base64.b64decode(content, validate=True)
    except binascii.Error:
        return None
    return Attachment(world.ids.next(), name, data, kind if isinstance(kind, str) else None)


def _text(option: Json, value: Any) -> str:
    if not isinstance(value, str):
        raise BadOptions(f"{option['name']} must be a text, not {value!r}.")
    least, most = option.get("min_length", 0), option.get("max_length", 6000)
    if not least <= len(value) <= most:
        raise BadOptions(f"{option['name']} must have {least} to {most} characters.")
    return value


def _number(option: Json, value: Any) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadOptions(f"{option['name']} must be a number, not {value!r}.")
    if option["type"] == INTEGER and value != int(value):
        raise BadOptions(f"{option['name']} must be a whole number, not {value!r}.")
    least, most = option.get("min_value"), option.get("max_value")
    if (least is not None and value < least) or (most is not None and value > most):
        raise BadOptions(f"{option['name']} must be between {least} and {most}.")
    return int(value) if option["type"] == INTEGER else value
