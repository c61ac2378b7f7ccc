"""A poll in the body of a message: its question, its answers, and how long it is open."""

from __future__ import annotations

from typing import Any

from discord_sandbox.errors import Problems
from discord_sandbox.model import Json
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.validate import fields

LONGEST_QUESTION, LONGEST_ANSWER = 300, 55
MOST_ANSWERS = 10
USUAL_HOURS, MOST_HOURS = 24, 768


def check_poll(problems: Problems, value: Any) -> Json | None:
    """The poll with what it does not name filled in, or None where it was refused."""
    path: fields.Path = ("poll",)
    given = fields.mapping(problems, path, value)
    if given is None:
        return None
    answers = []
    listed = fields.listing(
        problems, (*path, "answers"), given.get("answers"), least=1, most=MOST_ANSWERS
    )
    for at, one in enumerate(listed):
        where = (*path, "answers", at)
        answer = fields.mapping(problems, where, one) or {}
        media = answer.get("poll_media")
        answers.append(_media(problems, (*where, "poll_media"), media, LONGEST_ANSWER))
    layout = given.get("layout_type")
    if layout is not None:
        fields.one_of(problems, (*path, "layout_type"), layout, (1,))
    hours = given.get("duration")
    if isinstance(hours, float) and hours.is_integer():
        hours = int(hours)  # discord.py writes 24.0.
    hours = fields.integer(
        problems,
        (*path, "duration"),
        hours,
        least=1,
        most=MOST_HOURS,
        default=USUAL_HOURS,
    )
    question = _media(problems, (*path, "question"), given.get("question"), LONGEST_QUESTION)
    return {
        "question": {"text": question["text"]},
        "answers": answers,
        "duration": hours,
        "allow_multiselect": bool(given.get("allow_multiselect", False)),
        "layout_type": 1,
    }


def _media(problems: Problems, path: fields.Path, value: Any, longest: int) -> Json:
    """A text, and an emoji where there is one."""
    given = value if isinstance(value, dict) else {}
    shaped: Json = {
        "text": fields.text(
            problems, (*path, "text"), given.get("text"), longest=longest, shortest=1, needed=True
        )
    }
    if given.get("emoji") is not None:
        emoji = fields.mapping(problems, (*path, "emoji"), given["emoji"]) or {}
        name = fields.text(problems, (*path, "emoji", "name"), emoji.get("name"), longest=32)
        found = parse_snowflake(emoji.get("id"))
        shaped["emoji"] = {"id": None if found is None else str(found), "name": name}
        if found is None and not name:
            problems.add((*path, "emoji"), "BASE_TYPE_REQUIRED", "An emoji needs an id or a name")
    return shaped
