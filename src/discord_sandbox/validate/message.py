"""The body of a message: what is allowed in it, and what will be made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

from msgspec import Struct

from discord_sandbox.errors import ApiError, NotImplementedBySandbox, Problems
from discord_sandbox.model import (
    EPHEMERAL,
    IS_COMPONENTS_V2,
    IS_VOICE_MESSAGE,
    SUPPRESS_EMBEDS,
    SUPPRESS_NOTIFICATIONS,
    Json,
)
from discord_sandbox.validate import fields, members
from discord_sandbox.validate.components import ComponentCheck
from discord_sandbox.validate.embeds import check_embeds
from discord_sandbox.validate.polls import check_poll
from discord_sandbox.validate.stickers import check_sticker_ids
from discord_sandbox.validate.themes import check_theme
from discord_sandbox.validate.voice import check_voice, note_sound

MOST_CONTENT = 2000
_SETTABLE = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | IS_COMPONENTS_V2
_OF_CHANNELS = frozenset({"sticker_ids", "shared_client_theme"})
"""What only messages have that are sent to a channel itself."""
_PLAIN = frozenset({"content", "tts"})
IN_MESSAGE = _PLAIN | {
    "nonce",
    "enforce_nonce",
    "allowed_mentions",
    "message_reference",
    "attachments",
    "embeds",
    "components",
    "flags",
    "poll",
}
"""What the body of a message may have."""
_REFERENCE: members.Takes = {
    "message_id": members.snowflake,
    "channel_id": members.snowflake,
    "guild_id": members.snowflake,
    "fail_if_not_exists": members.flag,
    "type": members.choice(0, 1),
}
_LEGACY_ERROR = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"


@dataclass(slots=True)
class Upload:
    """A file that came with a request; `index` is the n of its `files[n]`."""

    index: int
    filename: str
    content: bytes
    content_type: str | None


class Draft(Struct):
    """A message body that has been checked. What the body did not name is not in `given`.

    One that is `plain` has content and `tts`, and for certain nothing else.
    """

    given: frozenset[str]
    plain: bool = False
    content: str = ""
    embeds: tuple[Json, ...] = ()
    components: tuple[Json, ...] = ()
    attachments: tuple[Json, ...] = ()
    flags: int = 0
    tts: bool = False
    nonce: str | int | None = None
    enforce_nonce: bool = False
    allowed_mentions: Json | None = None
    reference: Json | None = None
    poll: Json | None = None
    sticker_ids: tuple[int, ...] = ()
    theme: Json | None = None
    uploads: Sequence[Upload] = ()

    @property
    def empty(self) -> bool:
        shown = self.embeds or self.components or self.uploads or self.sticker_ids
        said = self.content or shown or self.poll or self.theme
        forwards = self.reference is not None and self.reference.get("type") == 1
        return not (said or forwards)


def check_message(
    body: Any,
    uploads: Sequence[Upload] = (),
    *,
    v2: bool = False,
    ephemeral: bool = False,
    voice: bool = False,
    whole: bool = False,
) -> Draft:
    """Check the body of a message or of its edit.

    `v2` says that the message which is edited is one of components v2; `ephemeral` and `voice`
    that the flag is allowed; `whole` that stickers and a theme are, as in messages of a channel.
    Raises ApiError 50035, 50159, 50160 or 50161 for a voice message, or NotImplementedBySandbox
    for stickers elsewhere.
    """
    if not isinstance(body, dict):
        raise ApiError(50109)
    given, content = frozenset(body), body.get("content")
    plain = given <= _PLAIN and not (uploads or v2)
    if plain and body.get("tts", False) is False and _fits(content):
        # As most are; there is nothing else in it that could be wrong.
        return Draft(given, plain, content.strip())
    problems = Problems()
    draft = Draft(given, plain, uploads=uploads)
    if _fits(content):
        draft.content = content.strip()
    elif content is not None:
        fields.text(problems, ("content",), content, longest=MOST_CONTENT)
    if body.get("tts") is not None:
        draft.tts = bool(fields.boolean(problems, ("tts",), body["tts"]))
    if not plain:
        allowed = (EPHEMERAL if ephemeral else 0) | (IS_VOICE_MESSAGE if voice else 0)
        _check_more(problems, body, draft, v2=v2, allowed=allowed, whole=whole)
    problems.raise_if_any()
    if draft.flags & IS_VOICE_MESSAGE:
        check_voice(draft)
    return draft


def _fits(content: Any) -> TypeGuard[str]:
    return isinstance(content, str) and len(content) <= MOST_CONTENT


def _check_more(
    problems: Problems, body: Json, draft: Draft, *, v2: bool, allowed: int, whole: bool
) -> None:
    """Check what most messages have none of."""
    if not draft.given.isdisjoint(_OF_CHANNELS):
        _check_of_channels(problems, body, draft, whole=whole)
    draft.flags = _flags(problems, body.get("flags"), allowed)
    v2 = v2 or bool(draft.flags & IS_COMPONENTS_V2)
    if v2:
        _refuse_legacy(problems, body)
    if body.get("embeds") is not None:
        draft.embeds = tuple(check_embeds(problems, body["embeds"]))
    if body.get("components") is not None:
        draft.components = tuple(ComponentCheck(problems).message(body["components"], v2=v2))
    draft.nonce = _nonce(problems, body.get("nonce"))
    if body.get("enforce_nonce") is not None:
        draft.enforce_nonce = bool(
            fields.boolean(problems, ("enforce_nonce",), body["enforce_nonce"])
        )
    if body.get("allowed_mentions") is not None:
        draft.allowed_mentions = fields.mapping(
            problems, ("allowed_mentions",), body["allowed_mentions"]
        )
        _check_mentions(problems, draft.allowed_mentions or {})
    if body.get("message_reference") is not None:
        draft.reference = fields.mapping(
            problems, ("message_reference",), body["message_reference"]
        )
        _check_reference(problems, draft.reference)
    if body.get("poll") is not None:
        draft.poll = check_poll(problems, body["poll"])
    _check_files(problems, body, draft)


def _check_of_channels(problems: Problems, body: Json, draft: Draft, *, whole: bool) -> None:
    for name in draft.given & _OF_CHANNELS:
        if body[name] and not whole:
            raise NotImplementedBySandbox(f"`{name}` of this message")
    draft.sticker_ids = check_sticker_ids(problems, body.get("sticker_ids"))
    if body.get("shared_client_theme") is not None:
        draft.theme = check_theme(problems, body["shared_client_theme"])


def _flags(problems: Problems, value: Any, allowed: int) -> int:
    """Those of the flags that a message can be given; Discord passes over the others, too."""
    flags = fields.integer(problems, ("flags",), value, least=0, most=2**31 - 1) or 0
    return flags & (_SETTABLE | allowed)


def _check_reference(problems: Problems, reference: Json | None) -> None:
    if reference is None:
        return
    path = ("message_reference",)
    members.note_members(problems, path, _REFERENCE, reference)
    if reference.get("message_id") is None:
        fields.required(problems, (*path, "message_id"))


def _check_files(problems: Problems, body: Json, draft: Draft) -> None:
    if body.get("attachments") is not None:
        named = fields.listing(problems, ("attachments",), body["attachments"], most=10)
        draft.attachments = tuple(named)
        for at, one in enumerate(named):
            note_sound(problems, ("attachments", at), one)
    if len(draft.uploads) > 10:
        problems.add(("attachments",), "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")


def check_cleared(content: str, embeds: Sequence[Json]) -> None:
    """What an edit to components v2 must not leave. Raises ApiError 50035."""
    problems = Problems()
    _refuse_legacy(problems, {"content": content, "embeds": embeds})
    problems.raise_if_any()


def _refuse_legacy(problems: Problems, body: Json) -> None:
    for name in ("content", "embeds", "poll"):
        if body.get(name):
            problems.add(
                (name,),
                _LEGACY_ERROR,
                f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
            )


def _nonce(problems: Problems, value: Any) -> str | int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    return fields.text(problems, ("nonce",), value, longest=25)


def _check_mentions(problems: Problems, allowed: Json) -> None:
    path = ("allowed_mentions",)
    kinds = fields.listing(problems, (*path, "parse"), allowed.get("parse"), most=3)
    for at, kind in enumerate(kinds):
        if kind not in ("roles", "users", "everyone"):
            problems.add(
                (*path, "parse", at),
                "BASE_TYPE_CHOICES",
                "Value must be one of ('roles', 'users', 'everyone').",
            )
    for name in ("users", "roles"):
        listed = fields.listing(problems, (*path, name), allowed.get(name), most=100)
        for at, one in enumerate(listed):
            fields.snowflake(problems, (*path, name, at), one)
        if listed and name in kinds:
            problems.add(
                path,
                "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                f'parse:["{name}"] and {name}: [ids...] are mutually exclusive.',
            )
