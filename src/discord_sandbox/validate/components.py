"""Message components: checked, given their ids, and brought into the form they are sent out in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from discord_sandbox.errors import Problems
from discord_sandbox.model import Json
from discord_sandbox.validate import fields, members
from discord_sandbox.validate.fields import Path
from discord_sandbox.validate.selects import check_choosable, check_named

ACTION_ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT = 5, 6, 7, 8
SECTION, TEXT_DISPLAY, THUMBNAIL, MEDIA_GALLERY, FILE, SEPARATOR = 9, 10, 11, 12, 13, 14
CONTAINER, LABEL, FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 17, 18, 19, 21, 22, 23
SELECTS = frozenset({STRING_SELECT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT})

_IN_CONTAINER = frozenset({ACTION_ROW, SECTION, TEXT_DISPLAY, MEDIA_GALLERY, FILE, SEPARATOR})
_V2_TOP = _IN_CONTAINER | {CONTAINER}
_LINK, _PREMIUM = 5, 6
_TAKES: members.Takes = {
    **dict.fromkeys(("disabled", "required", "spoiler", "divider"), members.flag),
    "id": members.number(0, 2**31 - 1),
}
_TAKES_EMOJI: members.Takes = {
    "name": members.text(100),
    "id": members.snowflake,
    "animated": members.flag,
}
MOST_V2 = 40
MOST_V2_TEXT = 4000


class ComponentCheck:
    """One walk over a message's or modal's components."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.count = 0
        self.text_length = 0
        self._custom_ids: set[str] = set()
        self._taken: set[int] = set()
        self._last_id = 0

    def message(self, value: Any, *, v2: bool) -> list[Json]:
        """The components of a message, as they will be sent out."""
        path: Path = ("components",)
        given = fields.listing(self.problems, path, value, most=MOST_V2 if v2 else 5)
        self._note_ids(given)
        allowed = _V2_TOP if v2 else frozenset({ACTION_ROW})
        shaped = [self.one((*path, at), part, allowed) for at, part in enumerate(given)]
        if v2 and self.count > MOST_V2:
            self.problems.add(
                path,
                "BASE_TYPE_BAD_LENGTH",
                f"The total number of components cannot exceed {MOST_V2}.",
            )
        if v2 and self.text_length > MOST_V2_TEXT:
            self.problems.add(
                path,
                "COMPONENT_MAX_TEXT_SIZE_EXCEEDED",
                f"Component displayable text size exceeds maximum size of {MOST_V2_TEXT}",
            )
        return [part for part in shaped if part is not None]

    def one(self, path: Path, part: Any, allowed: frozenset[int]) -> Json | None:
        """One component with what is in it, or None where it was refused."""
        if fields.mapping(self.problems, path, part) is None:
            return None
        kind = part.get("type")
        if not isinstance(kind, int) or isinstance(kind, bool) or kind not in allowed:
            listed = ", ".join(str(found) for found in sorted(allowed))
            self.problems.add(
                (*path, "type"),
                "UNION_TYPE_CHOICES",
                f'Value of field "type" must be one of ({listed}).',
            )
            return None
        self.count += 1
        members.note_members(self.problems, path, _TAKES, part)
        shaped: Json = {"type": kind, "id": self._id(part.get("id"))}
        _CHECKS[kind](self, path, part, shaped)
        return shaped

    def parts(self, path: Path, value: Any, allowed: frozenset[int], most: int) -> list[Json]:
        """The components within another."""
        given = fields.listing(self.problems, path, value, most=most, least=1)
        shaped = (self.one((*path, at), part, allowed) for at, part in enumerate(given))
        return [part for part in shaped if part is not None]

    def custom_id(self, path: Path, part: Json, shaped: Json) -> None:
        """Every control has a custom_id of 1 to 100 characters, and no two the same."""
        path = (*path, "custom_id")
        found = fields.text(
            self.problems, path, part.get("custom_id"), longest=100, shortest=1, needed=True
        )
        if found in self._custom_ids:
            self.problems.add(
                path,
                "COMPONENT_CUSTOM_ID_DUPLICATED",
                "Component custom id cannot be duplicated",
            )
        elif found is not None:
            self._custom_ids.add(found)
        shaped["custom_id"] = found

    def optional_text(self, path: Path, part: Json, shaped: Json, name: str, longest: int) -> None:
        found = fields.text(self.problems, (*path, name), part.get(name), longest=longest)
        if found:
            shaped[name] = found

    def media(self, path: Path, value: Any) -> Json:
        """A picture or file named by address, or as `attachment://NAME`."""
        url = None
        if fields.mapping(self.problems, path, value) is not None:
            url = fields.web_address(
                self.problems, (*path, "url"), value.get("url"), also=("attachment",)
            )
        return {"url": url}

    def emoji(self, path: Path, value: Any) -> Json | None:
        """An emoji: a character as its name, or the id of one of a server's own."""
        given = fields.mapping(self.problems, path, value)
        if given is None:
            return None
        members.note_members(self.problems, path, _TAKES_EMOJI, given)
        return emoji_json(given)

    def _note_ids(self, given: list[Any]) -> None:
        for part in given:
            if not isinstance(part, dict):
                continue
            if isinstance(part.get("id"), int):
                self._taken.add(part["id"])
            inner = part.get("components")
            self._note_ids(inner if isinstance(inner, list) else [])
            self._note_ids([part.get("accessory"), part.get("component")])

    def _id(self, given: Any) -> int:
        if isinstance(given, int) and given > 0:
            return given
        self._last_id += 1
        while self._last_id in self._taken:
            self._last_id += 1
        return self._last_id


def _action_row(check: ComponentCheck, path: Path, part: Json, shaped: Json) -> None:
    inner = check.parts((*path, "components"), part.get("components"), SELECTS | {BUTTON}, 5)
    shaped["components"] = inner
    if len(inner) > 1 and any(found["type"] != BUTTON for found in inner):
        check.problems.add(
            (*path, "components"),
            "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
            "A select takes a whole row: it cannot share one with other components.",
        )


def _button(check: ComponentCheck, path: Path, part: Json, shaped: Json) -> None:
    style = fields.one_of(check.problems, (*path, "style"), part.get("style"), range(1, 7))
    shaped["style"] = style
    check.optional_text(path, part, shaped, "label", 80)
    if part.get("emoji"):
        shaped["emoji"] = check.emoji((*path, "emoji"), part["emoji"])
    if part.get("disabled"):
        shaped["disabled"] = True
    if style == _LINK:
        shaped["url"] = fields.web_address(
            check.problems, (*path, "url"), part.get("url"), also=("discord",), longest=512
        )
        if part.get("custom_id"):
            check.problems.add(
                (*path, "custom_id"),
                "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
                "A custom id and url cannot both be specified",
            )
    elif style == _PREMIUM:
        shaped["sku_id"] = part.get("sku_id")
        if part.get("sku_id") is None:
            fields.required(check.problems, (*path, "sku_id"))
        else:
            fields.snowflake(check.problems, (*path, "sku_id"), part["sku_id"])
    else:
        check.custom_id(path, part, shaped)
    if style != _PREMIUM and not part.get("label") and not part.get("emoji"):
        fields.required(check.problems, (*path, "label"))


def _select(check: ComponentCheck, path: Path, part: Json, shaped: Json) -> None:
    check.custom_id(path, part, shaped)
    check.optional_text(path, part, shaped, "placeholder", 150)
    limits(check, path, part, shaped)
    if part.get("disabled"):
        shaped["disabled"] = True
    if "required" in part:
        shaped["required"] = bool(part["required"])
    if shaped["type"] == STRING_SELECT:
        shaped["options"] = options(check, (*path, "options"), part.get("options"))
        check_choosable(check.problems, path, shaped)
    else:
        check_named(check.problems, path, part, shaped)


def limits(
    check: ComponentCheck, path: Path, part: Json, shaped: Json, *, most: int = 25, usual: int = 1
) -> None:
    """How many values are chosen; `usual` is the most where the part does not say."""
    for name, least, default in (("min_values", 0, 1), ("max_values", 1, usual)):
        shaped[name] = fields.integer(
            check.problems, (*path, name), part.get(name), least=least, most=most, default=default
        )
    low, high = shaped["min_values"], shaped["max_values"]
    if low is not None and high is not None and low > high:
        check.problems.add(
            (*path, "min_values"), "BASE_TYPE_MAX", "min_values must not exceed max_values."
        )


def options(
    check: ComponentCheck, path: Path, value: Any, *, most: int = 25, least: int = 1
) -> list[Json]:
    """What can be chosen, each with a label and a value of its own."""
    shaped = []
    values: set[str] = set()
    for at, option in enumerate(
        fields.listing(check.problems, path, value, most=most, least=least)
    ):
        here = (*path, at)
        if fields.mapping(check.problems, here, option) is None:
            continue
        one: Json = {}
        for name in ("label", "value"):
            one[name] = fields.text(
                check.problems,
                (*here, name),
                option.get(name),
                longest=100,
                shortest=1,
                needed=True,
            )
        if one["value"] in values:
            check.problems.add(
                (*here, "value"),
                "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
                "The specified option value is already used",
            )
        values.add(one["value"])
        check.optional_text(here, option, one, "description", 100)
        if option.get("emoji"):
            one["emoji"] = check.emoji((*here, "emoji"), option["emoji"])
        if option.get("default") is not None:
            fields.boolean(check.problems, (*here, "default"), option["default"])
            one |= {"default": True} if option["default"] else {}
        shaped.append(one)
    return shaped


def _text_input(check: ComponentCheck, path: Path, part: Json, shaped: Json) -> None:
    check.custom_id(path, part, shaped)
    shaped["style"] = fields.one_of(check.problems, (*path, "style"), part.get("style"), (1, 2))
    label = part.get("label")
    # Within a label component the text input has none of its own.
    shaped["label"] = fields.text(
        check.problems,
        (*path, "label"),
        label,
        longest=45,
        shortest=1,
        needed="component" not in path,
    )
    for name, least in (("min_length", 0), ("max_length", 1)):
        shaped[name] = fields.integer(
            check.problems, (*path, name), part.get(name), least=least, most=4000
        )
    shaped["required"] = bool(part.get("required", True))
    check.optional_text(path, part, shaped, "value", 4000)
    check.optional_text(path, part, shaped, "placeholder", 100)


def _section(check: ComponentCheck, path: Path, part: Json, shaped: Json) -> None:
    shaped["components"] = check.parts(
        (*path, "components"), part.get("components"), frozenset({TEXT_DISPLAY}), 3
    )
    if part.get("accessory") is None:
        fields.required(check.problems, (*path, "accessory"))
        return
    shaped["accessory"] = check.one(
        (*path, "accessory"), part.get("accessory"), frozenset({BUTTON, THUMBNAIL})
    )


def _text_display(check: ComponentCheck, path: Path, part: Json, shaped: Json) -> None:
    content = fields.text(
        check.problems,
        (*path, "content"),
        part.get("content"),
        longest=MOST_V2_TEXT,
        shortest=1,
        needed=True,
    )
    shaped["content"] = content
    check.text_length += len(content or "")


def _thumbnail(check: ComponentCheck, path: Path, part: Json, shaped: Json) -> None:
    shaped["media"] = check.media((*path, "media"), part.get("media"))
    shaped["description"] = fields.text(
        check.problems, (*path, "description"), part.get("description"), longest=1024
    )
    shaped["spoiler"] = bool(part.get("spoiler", False))


def _media_gallery(check: ComponentCheck, path: Path, part: Json, shaped: Json) -> None:
    path = (*path, "items")
    shaped["items"] = []
    given = fields.listing(check.problems, path, part.get("items"), most=10, least=1)
    for at, item in enumerate(given):
        if fields.mapping(check.problems, (*path, at), item) is not None:
            one: Json = {}
            _thumbnail(check, (*path, at), item, one)
            shaped["items"].append(one)


def _file(check: ComponentCheck, path: Path, part: Json, shaped: Json) -> None:
    shaped["file"] = check.media((*path, "file"), part.get("file"))
    shaped["name"] = (shaped["file"]["url"] or "").rpartition("/")[2]
    shaped["size"] = None
    shaped["spoiler"] = bool(part.get("spoiler", False))


def _separator(check: ComponentCheck, path: Path, part: Json, shaped: Json) -> None:
    shaped["divider"] = bool(part.get("divider", True))
    shaped["spacing"] = fields.one_of(
        check.problems, (*path, "spacing"), part.get("spacing", 1), (1, 2)
    )


def _container(check: ComponentCheck, path: Path, part: Json, shaped: Json) -> None:
    shaped["accent_color"] = fields.integer(
        check.problems, (*path, "accent_color"), part.get("accent_color"), least=0, most=0xFFFFFF
    )
    shaped["spoiler"] = bool(part.get("spoiler", False))
    shaped["components"] = check.parts(
        (*path, "components"), part.get("components"), _IN_CONTAINER, MOST_V2
    )


def emoji_json(emoji: Json) -> Json:
    """An emoji as components carry it."""
    shaped: Json = {"name": emoji.get("name") or ""}
    if emoji.get("id"):
        shaped["id"] = str(emoji["id"])
        shaped["animated"] = bool(emoji.get("animated", False))
    return shaped


Check = Callable[[ComponentCheck, Path, Json, Json], None]
_CHECKS: dict[int, Check] = {
    ACTION_ROW: _action_row,
    BUTTON: _button,
    **dict.fromkeys(SELECTS, _select),
    TEXT_INPUT: _text_input,
    SECTION: _section,
    TEXT_DISPLAY: _text_display,
    THUMBNAIL: _thumbnail,
    MEDIA_GALLERY: _media_gallery,
    FILE: _file,
    SEPARATOR: _separator,
    CONTAINER: _container,
}
