"""Messages and modals as a member sees them, with what can be pressed, chosen and filled in."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass

from discord_sandbox.testing.control import Json

_BUTTON, _SELECTS, _TEXT_INPUT, _TEXT_DISPLAY = 2, frozenset({3, 5, 6, 7, 8}), 4, 10
_EPHEMERAL, _LOADING = 1 << 6, 1 << 7


def walk(components: list[Json]) -> Iterator[Json]:
    """Every component, with those inside others, in the order in which they are shown."""
    for part in components:
        yield part
        yield from walk(part.get("components", []))
        for name in ("component", "accessory"):
            if part.get(name):
                yield from walk([part[name]])


@dataclass(frozen=True)
class File:
    """A file that a member sends, or gives to a command's option."""

    filename: str
    content: bytes
    content_type: str | None = None

    def json(self) -> Json:
        shaped: Json = {
            "filename": self.filename,
            "content": base64.b64encode(self.content).decode("ascii"),
        }
        if self.content_type is not None:
            shaped["content_type"] = self.content_type
        return shaped


@dataclass(frozen=True)
class Message:
    """A message; `data` is Discord's own object."""

    data: Json

    @property
    def id(self) -> int:
        return int(self.data["id"])

    @property
    def channel_id(self) -> int:
        return int(self.data["channel_id"])

    @property
    def author_id(self) -> int:
        return int(self.data["author"]["id"])

    @property
    def content(self) -> str:
        return str(self.data["content"])

    @property
    def embeds(self) -> list[Json]:
        embeds: list[Json] = self.data["embeds"]
        return embeds

    @property
    def components(self) -> list[Json]:
        components: list[Json] = self.data["components"]
        return components

    @property
    def ephemeral(self) -> bool:
        return bool(self.data["flags"] & _EPHEMERAL)

    @property
    def loading(self) -> bool:
        """Whether the bot has deferred, and is still thinking."""
        return bool(self.data["flags"] & _LOADING)

    @property
    def text(self) -> str:
        """All that can be read: content, embeds, and the texts of components v2."""
        lines = [self.content]
        for embed in self.embeds:
            lines += [embed.get("title", ""), embed.get("description", "")]
            for field in embed.get("fields", ()):
                lines += [field["name"], field["value"]]
            lines.append(embed.get("footer", {}).get("text", ""))
        lines += [p["content"] for p in walk(self.components) if p["type"] == _TEXT_DISPLAY]
        return "\n".join(line for line in lines if line)

    @property
    def buttons(self) -> list[Json]:
        return [part for part in walk(self.components) if part["type"] == _BUTTON]

    @property
    def selects(self) -> list[Json]:
        return [part for part in walk(self.components) if part["type"] in _SELECTS]

    def button(self, label_or_custom_id: str) -> Json:
        """The button of this label or custom_id. Raises LookupError that names those there are."""
        for part in self.buttons:
            if label_or_custom_id in (part.get("label"), part.get("custom_id")):
                return part
        known = [part.get("label") or part.get("custom_id") for part in self.buttons]
        raise LookupError(f"The message has no button {label_or_custom_id!r}; it has {known}.")

    def select(self, placeholder_or_custom_id: str | None = None) -> Json:
        """The select of this placeholder or custom_id; without a name the only one.

        Raises LookupError that names those there are.
        """
        selects = self.selects
        if placeholder_or_custom_id is None and len(selects) == 1:
            return selects[0]
        for part in selects:
            if placeholder_or_custom_id in (part.get("placeholder"), part["custom_id"]):
                return part
        known = [part.get("placeholder") or part["custom_id"] for part in selects]
        raise LookupError(
            f"The message has no select {placeholder_or_custom_id!r}; it has {known}."
        )


@dataclass(frozen=True)
class Modal:
    """A modal that an interaction opened; `data` is what MODAL_OPEN told."""

    data: Json

    @property
    def interaction_id(self) -> int:
        return int(self.data["interaction_id"])

    @property
    def title(self) -> str:
        return str(self.data["title"])

    @property
    def custom_id(self) -> str:
        return str(self.data["custom_id"])

    @property
    def fields(self) -> dict[str, Json]:
        """What can be filled in, by custom_id."""
        return {
            part["custom_id"]: part for part in walk(self.data["components"]) if "custom_id" in part
        }

    @property
    def labels(self) -> dict[str, str]:
        """The custom_id of each field by its label."""
        found = {}
        for part in walk(self.data["components"]):
            if part.get("component"):
                found[part["label"]] = part["component"]["custom_id"]
            elif part["type"] == _TEXT_INPUT and part.get("label"):
                found[part["label"]] = part["custom_id"]
        return found

    def field(self, label_or_custom_id: str) -> str:
        """The custom_id of the field of this label or custom_id. Raises LookupError."""
        if label_or_custom_id in self.fields:
            return label_or_custom_id
        if label_or_custom_id in self.labels:
            return self.labels[label_or_custom_id]
        known = [*self.labels, *self.fields]
        raise LookupError(f"The modal has no field {label_or_custom_id!r}; it has {known}.")
