"""What GitHub tells of a repository, as the embeds that Discord makes of it.

Most of what can happen has no embed: then nothing is posted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from discord_sandbox.errors import ApiError, Problems
from discord_sandbox.model import Json
from discord_sandbox.validate import fields, members
from discord_sandbox.validate.fields import Path
from discord_sandbox.validate.members import Check, Takes, note_members
from discord_sandbox.webhook_services import github_events as events

NAME = "GitHub"
"""Under which these messages appear, whatever the webhook is called."""
LONGEST_TITLE = 256

_EMBEDS: dict[tuple[str, str | None], Callable[[Json], Json | None]] = {
    ("push", None): events.push,
    ("commit_comment", "created"): events.commit_comment,
    ("create", None): events.create,
    ("delete", None): events.delete,
    ("fork", None): events.fork,
    ("issues", "opened"): events.issue,
    ("issues", "closed"): events.issue,
    ("issues", "reopened"): events.issue,
    ("issue_comment", "created"): events.issue_comment,
    ("member", "added"): events.member,
    ("public", None): events.public,
    ("pull_request", "opened"): events.pull_request,
    ("pull_request", "closed"): events.pull_request,
    ("pull_request", "reopened"): events.pull_request,
    ("pull_request_review", "submitted"): events.review,
    ("pull_request_review_comment", "created"): events.review_comment,
    ("release", "published"): events.release,
    ("watch", "started"): events.star,
    ("check_run", "completed"): events.check_run,
    ("check_suite", "completed"): events.check_suite,
    ("discussion", "created"): events.discussion,
    ("discussion", "answered"): events.answer,
    ("discussion_comment", "created"): events.discussion_comment,
}
"""By the event and, where it has several, by the action."""

_TEXT = members.text(152_133)
_NUMBER = members.number(0, 2**63)
_ADDRESS = fields.web_address


def _part(needed: Takes, more: Takes | None = None) -> Check:
    """An object that has the needed members, and may have more."""

    def check(problems: Problems, path: Path, value: Any) -> None:
        given = fields.mapping(problems, path, value)
        if given is None:
            return
        note_members(problems, path, {**needed, **(more or {})}, given)
        for name in needed:
            if given.get(name) is None:
                fields.required(problems, (*path, name))

    return check


_USER = _part({"id": _NUMBER, "login": _TEXT, "html_url": _ADDRESS, "avatar_url": _ADDRESS})
_REPOSITORY = _part({"id": _NUMBER, "name": _TEXT, "full_name": _TEXT, "html_url": _ADDRESS})
_COMMENT = _part(
    {"id": _NUMBER, "html_url": _ADDRESS, "user": _USER, "body": _TEXT}, {"commit_id": _TEXT}
)
_ISSUE = _part(
    {"id": _NUMBER, "number": _NUMBER, "html_url": _ADDRESS, "user": _USER, "title": _TEXT},
    {"body": _TEXT},
)
_COMMIT = _part(
    {
        "id": _TEXT,
        "url": _ADDRESS,
        "message": _TEXT,
        "author": _part({"name": _TEXT}, {"username": _TEXT}),
    }
)
_PULLS = members.many(_part({"number": _NUMBER}), 1521)
_SUITE = _part(
    {"head_sha": _TEXT, "app": _part({"name": _TEXT})},
    {"conclusion": _TEXT, "head_branch": _TEXT, "pull_requests": _PULLS},
)
_RUN = _part(
    {"name": _TEXT, "html_url": _ADDRESS, "check_suite": _SUITE},
    {
        "conclusion": _TEXT,
        "details_url": _ADDRESS,
        "output": _part({}, {"title": _TEXT, "summary": _TEXT}),
        "pull_requests": _PULLS,
    },
)
_RELEASE = _part({"id": _NUMBER, "tag_name": _TEXT, "html_url": _ADDRESS, "author": _USER})
_REVIEW = _part({"user": _USER, "html_url": _ADDRESS, "state": _TEXT}, {"body": _TEXT})
_DISCUSSION = _part(
    {"title": _TEXT, "number": _NUMBER, "html_url": _ADDRESS, "user": _USER},
    {"body": _TEXT, "answer_html_url": _ADDRESS},
)
_PAYLOAD = _part(
    {"sender": _USER},
    {
        **dict.fromkeys(("action", "ref", "ref_type"), _TEXT),
        "compare": _ADDRESS,
        "forced": members.flag,
        "repository": _REPOSITORY,
        "forkee": _REPOSITORY,
        "comment": _COMMENT,
        "answer": _COMMENT,
        "issue": _ISSUE,
        "pull_request": _ISSUE,
        "member": _USER,
        "release": _RELEASE,
        "head_commit": _COMMIT,
        "commits": members.many(_COMMIT, 1521),
        "review": _REVIEW,
        "check_run": _RUN,
        "check_suite": _SUITE,
        "discussion": _DISCUSSION,
    },
)


def check(body: Any) -> Json:
    """The payload, in which every part that an embed is made of is whole.

    Raises ApiError 50109 or 50035.
    """
    if not isinstance(body, dict):
        raise ApiError(50109)
    problems = Problems()
    _PAYLOAD(problems, (), body)
    problems.raise_if_any()
    return body


def as_message(event: str, body: Json) -> Json | None:
    """The message that a checked payload makes; None where Discord posts nothing.

    Raises ApiError 50035 where the payload lacks a part that its event has.
    """
    made = _EMBEDS.get((event, None)) or _EMBEDS.get((event, body.get("action")))
    if made is None:
        return None
    problems = Problems()
    for name in events.NEEDED[event]:
        if body.get(name) is None:
            fields.required(problems, (name,))
    problems.raise_if_any()
    embed = made(body)
    if embed is None:
        return None
    embed["title"] = events.shortened(embed["title"], LONGEST_TITLE)
    return {"embeds": [embed]}
