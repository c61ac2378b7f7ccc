"""Playing a community: a sandbox process, and people who do what people do, over its control API."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

PATIENCE = 20.0
"""How long anything may take before a test gives up waiting for it."""
EPHEMERAL = 64

Json = dict[str, Any]


class Sandbox:
    """The sandbox's control API at `base`, such as `http://127.0.0.1:8080`."""

    def __init__(self, base: str, session: aiohttp.ClientSession) -> None:
        self.base = base
        self.session = session

    async def ask(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """One request; raises AssertionError with the sandbox's own words where it is refused."""
        async with self.session.request(
            method, f"{self.base}/sandbox{path}", json=body, params=query
        ) as answer:
            text = await answer.text()
            assert answer.status < 400, f"{method} {path}: {answer.status} {text}"
            return json.loads(text) if text else None

    async def post(self, path: str, body: Any = None) -> Any:
        """A POST."""
        return await self.ask("POST", path, body or {})

    async def requests(self, method: str, part: str) -> list[Json]:
        """The REST requests that the bot has made, of one method and with `part` in their path."""
        rows = await self.ask("GET", "/requests", limit=1000)
        return [row for row in rows if row["method"] == method and part in row["path"]]

    async def step(self, seconds: float) -> None:
        """Let time jump, for the sandbox and the bot."""
        await self.post("/clock", {"step_ms": int(seconds * 1000)})

    async def now(self) -> float:
        """The sandbox's time, in seconds."""
        return float((await self.ask("GET", "/clock"))["now_ms"]) / 1000


@dataclass
class Person:
    """One member, as they see Discord: messages by id in the order in which they came."""

    sandbox: Sandbox
    id: str
    name: str
    messages: dict[str, Json] = field(default_factory=dict)
    failures: list[Json] = field(default_factory=list)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def watch(self, ready: asyncio.Event) -> None:
        """Follow what happens to this person, for ever."""
        url = f"{self.sandbox.base}/sandbox/members/{self.id}/events"
        async with self.sandbox.session.ws_connect(url) as socket:
            ready.set()
            async for frame in socket:
                event = json.loads(frame.data)
                await self._see(event["t"], event["d"])

    async def _see(self, kind: str, data: Json) -> None:
        async with self._changed:
            match kind:
                case "MESSAGE_CREATE" | "MESSAGE_UPDATE":
                    self.messages[data["id"]] = {**self.messages.get(data["id"], {}), **data}
                case "MESSAGE_DELETE":
                    self.messages.pop(data["id"], None)
                case "INTERACTION_FAILED":
                    self.failures.append(data)
            self._changed.notify_all()

    async def until(self, what: Callable[[], Any], reason: str) -> Any:
        """Wait until `what` gives something true, and return it."""
        try:
            async with self._changed, asyncio.timeout(PATIENCE):
                while not (found := what()):
                    await self._changed.wait()
                return found
        except TimeoutError:
            seen = "\n".join(said(each) for each in self.messages.values())
            message = f"{self.name} never saw {reason}; failures {self.failures}; saw:\n{seen}"
            raise AssertionError(message) from None

    async def message(self, text: str, *, in_dm: bool | None = None) -> Json:
        """The newest message in which `text` stands, once there is one."""

        def find() -> Json | None:
            for message in reversed(self.messages.values()):
                fits = in_dm is None or in_dm == ("guild_id" not in message)
                if fits and text in said(message):
                    return message
            return None

        found: Json = await self.until(find, f"“{text}”")
        return found

    async def command(self, channel: str, name: str, **options: Any) -> None:
        """Use a slash command."""
        given = [{"name": key, "value": value} for key, value in options.items()]
        await self._do("command", {"channel_id": channel, "name": name, "options": given})

    async def press(self, message: Json, label: str) -> None:
        """Press the button with that label."""
        button = control(message, lambda each: each.get("label") == label)
        await self._component(message, button, None)

    async def choose(self, message: Json, number: int, *values: str) -> None:
        """Choose values in the menu with that number, from 0."""
        menus = [each for each in controls(message) if each["type"] == 3]
        await self._component(message, menus[number], list(values))

    async def settings(self, **changes: Any) -> None:
        """Change the person's privacy settings."""
        await self._do("settings", changes)

    async def _component(self, message: Json, item: Json, values: list[str] | None) -> None:
        body = {
            "channel_id": message["channel_id"],
            "message_id": message["id"],
            "custom_id": item["custom_id"],
        }
        await self._do("component", body if values is None else {**body, "values": values})

    async def _do(self, path: str, body: Mapping[str, Any]) -> Any:
        return await self.sandbox.post(f"/members/{self.id}/{path}", body)


def controls(message: Json) -> list[Json]:
    """Every button and menu of a message, in order."""
    return [item for row in message.get("components", []) for item in row.get("components", [])]


def control(message: Json, fits: Callable[[Json], bool]) -> Json:
    """The one that fits."""
    found = [each for each in controls(message) if fits(each)]
    assert found, f"no such control among {controls(message)}"
    return found[0]


def said(message: Json) -> str:
    """All the words of a message."""
    parts = [message.get("content") or ""]
    for embed in message.get("embeds", []):
        parts += [embed.get("title") or "", embed.get("description") or ""]
        parts += [embed.get("footer", {}).get("text", ""), embed.get("author", {}).get("name", "")]
        parts += [f"{each['name']}: {each['value']}" for each in embed.get("fields", [])]
    return "\n".join(parts)


async def open_form(person: Person, channel: str, command: str = "subscribe") -> Json:
    """Use the command and wait for its form."""
    await person.command(channel, command)
    return await person.message("Choose what you want")


def form_now(person: Person, form: Json) -> Json:
    """The form as the person sees it now."""
    return person.messages[form["id"]]
