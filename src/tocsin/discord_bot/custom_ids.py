"""The ids of controls: `tocsin:<verb>:<server>:<token>`, by which they work after a restart and are
found again.
"""

import re
from enum import StrEnum

LONGEST = 100
PREFIX = "tocsin"


class Verb(StrEnum):
    """What a control of a reminder does."""

    CHANGE = "change"
    STOP = "stop"
    TIME = "time"
    SNOOZE = "snooze"
    PAUSE = "pause"


def custom_id(verb: Verb, server_id: int, token: str, *more: int) -> str:
    """The id of a control. Raises ValueError past Discord's 100 characters."""
    text = ":".join((PREFIX, verb.value, str(server_id), token, *map(str, more)))
    if len(text) > LONGEST:
        raise ValueError(f"A control's id has {len(text)} characters; {LONGEST} are the most.")
    return text


def template(verb: Verb, more: str = "") -> str:
    """The regular expression that matches the ids of one verb; `more` matches what follows the
    token.
    """
    return rf"{PREFIX}:{verb.value}:(?P<server>\d+):(?P<token>[\w.-]+){more}"


def carries(identifier: str, token: str) -> bool:
    """Whether the id of a control belongs to the message with that token."""
    parts = identifier.split(":")
    return len(parts) >= 4 and parts[0] == PREFIX and parts[3] == token


FORM = re.compile(rf"{PREFIX}:form:(?P<form>[0-9a-f]+):\w+")
"""Controls of a form that lives only as long as this process: see `views.form`."""
