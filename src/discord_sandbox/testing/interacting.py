"""What a member starts of a bot's: commands, presses, choices, modals and activities."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any

from discord_sandbox.testing.control import Json
from discord_sandbox.testing.exchange import Activity, Exchange
from discord_sandbox.testing.messages import File, Message, Modal
from discord_sandbox.testing.places import Application, Channel
from discord_sandbox.testing.stream import Stream

Place = Channel | Message | int
"""Where something is done: a channel, the channel of a message, or a channel's id."""

_ENTRY_POINT = 4


def channel_id_of(place: Place) -> int:
    if isinstance(place, int):
        return place
    return place.channel_id if isinstance(place, Message) else place.id


def _as_json(value: Any) -> Any:
    if isinstance(value, list):
        return [_as_json(one) for one in value]
    return value.json() if isinstance(value, File) else value


def _subcommands(name: str, options: list[Json]) -> tuple[str, list[Json]]:
    """`"remind add"` is the subcommand `add` of `remind`, which carries the options."""
    first, *rest = name.split(" ")
    for word in reversed(rest):
        options = [{"name": word, "options": options}]
    return first, options


class Interacting(ABC):
    """The part of a member that starts interactions; a Member is one."""

    id: int
    name: str

    @abstractmethod
    async def stream(self) -> Stream:
        """What the member sees happen."""

    @abstractmethod
    async def commands(self, place: Place) -> list[Json]:
        """The application commands the member can use in a channel."""

    @abstractmethod
    async def _do(self, what: str, body: Json) -> Any:
        """Have the control API do something as the member."""

    async def command(self, place: Place, name: str, **options: Any) -> Exchange:
        """Run a slash command; a subcommand is named after a space: `"remind add"`.

        An option that is a file is given as a File.
        """
        given = [{"name": key, "value": _as_json(value)} for key, value in options.items()]
        first, nested = _subcommands(name, given)
        body = {"channel_id": str(channel_id_of(place)), "name": first, "options": nested}
        return await self._start("command", body)

    async def context_menu(self, place: Place, name: str, target_id: int) -> Exchange:
        """Run a user or message command on a user or a message."""
        body = {"channel_id": str(channel_id_of(place)), "name": name, "target_id": str(target_id)}
        return await self._start("command", body)

    async def autocomplete(
        self, place: Place, name: str, option: str, typed: str, **others: Any
    ) -> list[Json]:
        """The choices that the bot offers for what is typed into an option."""
        given: list[Json] = [{"name": key, "value": value} for key, value in others.items()]
        given.append({"name": option, "value": typed, "focused": True})
        first, nested = _subcommands(name, given)
        body = {"channel_id": str(channel_id_of(place)), "name": first, "options": nested}
        answer = await self._do("autocomplete", body)
        choices: list[Json] = answer["choices"]
        return choices

    async def press(self, message: Message, label_or_custom_id: str) -> Exchange:
        """Press a button. Raises LookupError where the message has no such button."""
        part = message.button(label_or_custom_id)
        return await self._use(message, part, None)

    async def choose(
        self,
        message: Message,
        placeholder_or_custom_id: str | None,
        values: Iterable[str | int],
    ) -> Exchange:
        """Choose values, or options by their labels, in a select. Raises LookupError."""
        part = message.select(placeholder_or_custom_id)
        by_label = {option["label"]: option["value"] for option in part.get("options", ())}
        chosen = [by_label.get(str(value), str(value)) for value in values]
        return await self._use(message, part, chosen)

    async def submit(self, modal: Modal, fields: dict[str, Any]) -> Exchange:
        """Fill in a modal's fields, by label or custom_id, and send it off.

        A field of several values, and an upload, is given a list; files are given as File.
        """
        components = [
            {
                "custom_id": modal.field(name),
                "values" if isinstance(value, list) else "value": _as_json(value),
            }
            for name, value in fields.items()
        ]
        body = {"interaction_id": str(modal.interaction_id), "components": components}
        message_id = modal.data.get("message_id")
        return await self._start("modal", body, int(message_id) if message_id else None)

    async def _use(self, message: Message, part: Json, values: list[str] | None) -> Exchange:
        body: Json = {
            "channel_id": str(message.channel_id),
            "message_id": str(message.id),
            "custom_id": part["custom_id"],
        }
        if values is not None:
            body["values"] = values
        return await self._start("component", body, message.id)

    async def _start(self, what: str, body: Json, message_id: int | None = None) -> Exchange:
        stream = await self.stream()
        since = stream.position
        started = await self._do(what, body)
        return Exchange(stream, since, int(started["interaction_id"]), message_id)

    # --- installing, and activities ----------------------------------------------------------

    async def install(self, application: Application) -> None:
        """Install an application for oneself: its commands then are there in every channel."""
        await self._do("install", {"application_id": str(application.id)})

    async def uninstall(self, application: Application) -> None:
        await self._do("uninstall", {"application_id": str(application.id)})

    async def launch(self, place: Place, application: Application) -> Exchange:
        """Run an application's entry point, which is in the App Launcher and not behind a slash.

        Raises LookupError where it offers the member none there.
        """
        for command in await self.commands(place):
            if command["type"] == _ENTRY_POINT and command["application_id"] == str(application.id):
                body = {"channel_id": str(channel_id_of(place)), "command_id": command["id"]}
                return await self._start("command", body)
        raise LookupError(f"{application.name} offers {self.name} no entry point there.")

    async def join_activity(self, activity: Activity) -> None:
        """Take part in an activity that another member has launched."""
        await self._do("join-activity", {"instance_id": activity.id})

    async def leave_activity(self, activity: Activity) -> None:
        """Take part no more; an activity ends with the last who does."""
        await self._do("leave-activity", {"instance_id": activity.id})
