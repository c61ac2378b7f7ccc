"""Voice messages: one sound and nothing else, with how long it is and what it looks like."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from discord_sandbox.errors import ApiError, Problems
from discord_sandbox.validate import fields
from discord_sandbox.validate.fields import Path

if TYPE_CHECKING:
    from discord_sandbox.validate.message import Draft

LONGEST_WAVEFORM = 400
_MOST_SECONDS = 2**31 - 1


def is_sound(content_type: str | None) -> bool:
    return (content_type or "").startswith("audio/")


def note_sound(problems: Problems, path: Path, named: Any) -> None:
    """Note what is wrong with what a file of `attachments` says of its sound."""
    if not isinstance(named, dict):
        return
    seconds, waveform = named.get("duration_secs"), named.get("waveform")
    if seconds is not None:
        where = (*path, "duration_secs")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            problems.add(where, "FLOAT_TYPE_COERCE", f'Value "{seconds}" is not float.')
        elif not 0 <= seconds <= _MOST_SECONDS:
            text = f"float value should be from 0 to {_MOST_SECONDS}."
            problems.add(where, "NUMBER_TYPE_MAX", text)
    if waveform is not None:
        where = (*path, "waveform")
        found = fields.text(problems, where, waveform, longest=LONGEST_WAVEFORM)
        if found is not None and not _is_base64(found):
            problems.add(where, "BASE64_TYPE_INVALID", "Must be valid base64.")


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def check_voice(draft: Draft) -> None:
    """Raises ApiError 50159 for anything beside the sound, 50160 for other than one sound, 50161
    where its length or its waveform lacks.
    """
    beside = draft.content or draft.embeds or draft.components or draft.poll
    if beside or draft.sticker_ids or draft.theme:
        raise ApiError(50159)
    if len(draft.uploads) != 1 or not is_sound(draft.uploads[0].content_type):
        raise ApiError(50160)
    (named,) = draft.attachments if len(draft.attachments) == 1 else ({},)
    if not isinstance(named, dict):
        raise ApiError(50161)
    if named.get("duration_secs") is None or not named.get("waveform"):
        raise ApiError(50161)
