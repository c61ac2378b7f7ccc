"""What a member fills into a modal, in the form in which the application gets it."""

from __future__ import annotations

from typing import Any

from discord_sandbox.choosing import choose
from discord_sandbox.interaction_commands import OptionReader
from discord_sandbox.model import Json
from discord_sandbox.validate import components as parts

_ONE_VALUE = frozenset({parts.TEXT_INPUT, parts.RADIO_GROUP, parts.CHECKBOX})


def modal_answers(modal: Json, given: Any, reader: OptionReader) -> list[Json]:
    """The submitted components, mirroring the modal's own.

    `given` is a list of {custom_id, value or values}; what the values name is added to what `reader`
    has resolved. Raises ValueError where the member's client would not have let it be sent.
    """
    values: Json = {
        str(one.get("custom_id")): one.get("values", one.get("value"))
        for one in given or ()
        if isinstance(one, dict)
    }
    known = list(_custom_ids(modal["components"]))
    unknown = [name for name in values if name not in known]
    if unknown:
        raise ValueError(f"The modal has no field {unknown[0]!r}; the fields are {known}.")
    return [_answer(part, values, reader) for part in modal["components"]]


def _custom_ids(components: list[Json]) -> list[str]:
    found = []
    for part in components:
        if "custom_id" in part:
            found.append(part["custom_id"])
        found += _custom_ids(part.get("components", []))
        if part.get("component"):
            found += _custom_ids([part["component"]])
    return found


def _answer(part: Json, values: Json, reader: OptionReader) -> Json:
    kind = part["type"]
    shaped: Json = {"type": kind, "id": part["id"]}
    if kind == parts.ACTION_ROW:
        shaped["components"] = [_answer(inner, values, reader) for inner in part["components"]]
    elif kind == parts.LABEL:
        shaped["component"] = _answer(part["component"], values, reader)
    elif "custom_id" in part:
        shaped["custom_id"] = part["custom_id"]
        key = "value" if kind in _ONE_VALUE else "values"
        shaped[key] = _checked(part, values.get(part["custom_id"]), reader)
    return shaped


def _checked(part: Json, value: Any, reader: OptionReader) -> Any:
    if part["type"] == parts.TEXT_INPUT:
        return _text(part, value)
    if part["type"] == parts.CHECKBOX:
        if not isinstance(value, bool | None):
            raise ValueError(f"The field {part['custom_id']!r} takes true or false.")
        return bool(part.get("default")) if value is None else value
    listed = value
    if part["type"] in _ONE_VALUE or value is None:
        listed = [] if value is None else [value]
    if not listed and part.get("required", True) and part.get("min_values", 1):
        raise ValueError(f"The field {part['custom_id']!r} is required.")
    chosen = choose(part, listed, reader)
    return next(iter(chosen), None) if part["type"] in _ONE_VALUE else chosen


def _text(part: Json, value: Any) -> str:
    name = part["custom_id"]
    text = part.get("value", "") if value is None else value
    if not isinstance(text, str):
        raise ValueError(f"The field {name!r} takes a text.")
    if not text and part.get("required", True):
        raise ValueError(f"The field {name!r} is required.")
    low, high = part.get("min_length") or 0, part.get("max_length") or 4000
    if text and not low <= len(text) <= high:
        raise ValueError(f"The field {name!r} takes {low} to {high} characters.")
    return text
