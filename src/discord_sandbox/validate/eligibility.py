"""Whether a user may buy a SKU, as an application answers it."""

from __future__ import annotations

from discord_sandbox.errors import Problems
from discord_sandbox.model import Json
from discord_sandbox.validate import fields, members

OTHER, OWNED, PLATFORM = 0, 1, 2
_TAKES: members.Takes = {
    "eligible": members.flag,
    "ineligible_reason": members.choice(OTHER, OWNED, PLATFORM),
    "ineligible_reason_description": members.text(255),
}


def check_eligibility(data: Json) -> Json:
    """The members of the answer that are known. Raises ApiError 50035."""
    problems = Problems()
    if data.get("eligible") is None:
        fields.required(problems, ("data", "eligible"))
    members.note_members(problems, ("data",), _TAKES, data)
    problems.raise_if_any()
    return {name: data.get(name) for name in _TAKES}
