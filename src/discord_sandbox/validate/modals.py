"""Modals: checked, and brought into the form in which the member's client gets them."""

from __future__ import annotations

from typing import Any

from discord_sandbox.errors import Problems
from discord_sandbox.model import Json
from discord_sandbox.validate import components as parts
from discord_sandbox.validate import fields
from discord_sandbox.validate.components import ComponentCheck
from discord_sandbox.validate.fields import Path

_ONLY_IN_LABEL = frozenset(
    {parts.RADIO_GROUP, parts.CHECKBOX_GROUP, parts.FILE_UPLOAD, parts.CHECKBOX}
)
_IN_LABEL = parts.SELECTS | {parts.TEXT_INPUT} | _ONLY_IN_LABEL
MOST_CHOSEN = 10
"""Options in a group, and files in an upload."""
_TOP = frozenset({parts.ACTION_ROW, parts.TEXT_DISPLAY, parts.LABEL})


def check_modal(data: Any) -> Json:
    """The modal with its components' ids given. Raises ApiError 50035."""
    problems = Problems()
    given = fields.mapping(problems, ("data",), data) or {}
    modal: Json = {
        "custom_id": fields.text(
            problems,
            ("data", "custom_id"),
            given.get("custom_id"),
            longest=100,
            shortest=1,
            needed=True,
        ),
        "title": fields.text(
            problems, ("data", "title"), given.get("title"), longest=45, shortest=1, needed=True
        ),
    }
    check = _ModalCheck(problems)
    path: Path = ("data", "components")
    listed = fields.listing(problems, path, given.get("components"), most=5, least=1)
    check._note_ids(listed)
    shaped = [check.top((*path, at), part) for at, part in enumerate(listed)]
    modal["components"] = [part for part in shaped if part is not None]
    problems.raise_if_any()
    return modal


class _ModalCheck(ComponentCheck):
    def top(self, path: Path, part: Any) -> Json | None:
        kind = part.get("type") if isinstance(part, dict) else None
        if kind == parts.ACTION_ROW:
            return {
                "type": kind,
                "id": self._id(part.get("id")),
                "components": self.parts(
                    (*path, "components"),
                    part.get("components"),
                    frozenset({parts.TEXT_INPUT}),
                    1,
                ),
            }
        if kind == parts.LABEL:
            return self._label(path, part)
        return self.one(path, part, _TOP)

    def _label(self, path: Path, part: Json) -> Json:
        shaped: Json = {"type": parts.LABEL, "id": self._id(part.get("id"))}
        shaped["label"] = fields.text(
            self.problems, (*path, "label"), part.get("label"), longest=45, shortest=1, needed=True
        )
        self.optional_text(path, part, shaped, "description", 100)
        inner = part.get("component")
        path = (*path, "component")
        if isinstance(inner, dict) and inner.get("type") in sorted(_ONLY_IN_LABEL):
            shaped["component"] = self._only_in_label(path, inner)
        else:
            shaped["component"] = self.one(path, inner, _IN_LABEL)
        return shaped

    def _only_in_label(self, path: Path, part: Json) -> Json:
        kind = part["type"]
        shaped: Json = {"type": kind, "id": self._id(part.get("id"))}
        self.custom_id(path, part, shaped)
        if kind == parts.CHECKBOX:
            shaped["default"] = bool(part.get("default", False))
            return shaped
        shaped["required"] = bool(part.get("required", True))
        usual = 1
        if kind != parts.FILE_UPLOAD:
            shaped["options"] = parts.options(
                self,
                (*path, "options"),
                part.get("options"),
                most=MOST_CHOSEN,
                least=2 if kind == parts.RADIO_GROUP else 1,
            )
            usual = max(1, len(shaped["options"]))
        if kind != parts.RADIO_GROUP:
            parts.limits(self, path, part, shaped, most=MOST_CHOSEN, usual=usual)
        return shaped
