"""The check against Discord's API description finds what is wrong, and knows what contradicts it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.requirements import skip_unless
from tests.sandbox import openapi

MESSAGES = "/channels/1/messages"


@pytest.fixture(autouse=True)
def _document() -> None:
    skip_unless(openapi.DOCUMENT.exists(), f"no API description at {openapi.DOCUMENT}")


@pytest.mark.parametrize(
    ("query", "body", "said"),
    [
        ({}, {"content": 7}, "is not of type 'string'"),
        ({}, {"content": "x", "flags": "4"}, "is not of type 'integer'"),
        ({"wait": ["true"]}, {"content": "x"}, "there is no .wait="),
        ({}, None, "needs a body"),
    ],
)
def test_a_wrong_request_is_found(query: Any, body: Any, said: str) -> None:
    """Types, unknown parameters and missing bodies are named."""
    with pytest.raises(AssertionError, match=said):
        openapi.check_request("POST", MESSAGES, query, body)
    openapi.check_request("POST", MESSAGES, {}, {"content": "x", "nonce": 1})


def test_a_wrong_answer_is_found() -> None:
    """What is missing from an answer is named, and a status that the operation has not."""
    with pytest.raises(AssertionError, match="'code' is a required property"):
        openapi.check_answer("GET", "/users/1", 404, {"message": "Unknown User"})
    with pytest.raises(AssertionError, match="201 is not among the statuses"):
        openapi.check_answer("GET", "/users/1", 201, {})


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/channels/1/permissions/2", {"type": 1, "allow": "1024", "deny": "0"}),
        (
            "POST",
            "/applications/1/commands",
            {"name": "x", "description": "x", "default_member_permissions": "0"},
        ),
        ("PATCH", "/applications/1", {"description": "Rings"}),
        ("POST", "/guilds/1/channels", {"name": "pictures", "type": 16}),
        ("POST", MESSAGES, {"message_reference": {"type": 1, "message_id": "1"}}),
    ],
)
def test_what_contradicts_is_still_contradicted(
    method: str, path: str, body: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the list these would fail: what Discord mends in its description leaves the list."""
    openapi.check_request(method, path, {}, body)
    monkeypatch.setattr(openapi, "BODY_CONTRADICTIONS", [])
    monkeypatch.setattr(openapi, "VALUES_CONTRADICTIONS", [])
    with pytest.raises(AssertionError):
        openapi.check_request(method, path, {}, body)


def test_a_transcript_is_checked_line_by_line(tmp_path: Path) -> None:
    """Only what was accepted has to be valid; the half line of a killed sandbox is passed over.

    A text may have separators of Unicode's: the line goes on.
    """
    row = {
        "method": "POST",
        "path": f"/api/v10{MESSAGES}",
        "query": {},
        "body": {"content": 7, "nonce": "one\u2028line"},
        "files": [],
        "status": 400,
        "answer": {"message": "Invalid Form Body", "code": 50035},
        "fault": None,
    }
    accepted = {**row, "status": 204, "answer": None}
    lines = [json.dumps(one, ensure_ascii=False) for one in (row, accepted, accepted)]
    (tmp_path / "1.jsonl").write_text("\n".join([*lines, lines[0][:40]]), "utf-8")
    count, problems = openapi.problems_of(tmp_path)
    assert count == 4
    assert [problem for problem in problems if "204 is not among" in problem]
