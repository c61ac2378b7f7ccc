"""Discord's own description of its API, held against what the sandbox accepts and answers."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
from referencing import Registry
from referencing.jsonschema import DRAFT202012

DOCUMENT = Path(__file__).parents[2] / "../shared/data/discord/openapi.json"
API = "/api/v10"
_NAME = "urn:discord"

ANSWER_CONTRADICTIONS = {
    "errors": (
        "The description says that the code of a nested error is an integer; Discord's reference "
        "and Discord itself have names there, such as BASE_TYPE_REQUIRED."
    ),
}
"""Members of an answer that are left out when it is checked, and why."""


VALUES_CONTRADICTIONS: list[tuple[str, int, int, str]] = [
    (
        "",
        16,
        15,
        "The description knows no media channel (16); the reference has it beside the forum (15).",
    ),
    (
        "message_reference",
        1,
        0,
        "The description knows replies (0) only; the reference has forwards (1), and their snapshots.",
    ),
]
"""(member, `type` in it, what the description has instead, why), for bodies and answers."""


@functools.cache
def _document() -> Any:
    return json.loads(DOCUMENT.read_text("utf-8"))


@functools.cache
def _registry() -> Registry[Any]:
    resource = DRAFT202012.create_resource(_document())
    registry: Registry[Any] = Registry().with_resource(_NAME, resource)
    return registry


@functools.cache
def _templates() -> dict[int, list[tuple[list[str], str]]]:
    by_length: dict[int, list[tuple[list[str], str]]] = {}
    for template in _document()["paths"]:
        segments = template.strip("/").split("/")
        by_length.setdefault(len(segments), []).append((segments, template))
    for templates in by_length.values():
        templates.sort(key=lambda one: sum(part.startswith("{") for part in one[0]))
    return by_length


def template_of(path: str) -> str | None:
    """The path of the description that a request's path falls under."""
    given = path.partition("?")[0].strip("/").split("/")
    for segments, template in _templates().get(len(given), []):
        if all(
            part.startswith("{") or part == found
            for part, found in zip(segments, given, strict=True)
        ):
            return template
    return None


def _operation(method: str, path: str) -> tuple[str, Any] | None:
    template = template_of(path)
    if template is None:
        return None
    found = _document()["paths"][template].get(method.lower())
    return None if found is None else (f"{method} {template}", found)


def _absolute(node: Any) -> Any:
    if isinstance(node, dict):
        return {
            key: _NAME + value if key == "$ref" else _absolute(value) for key, value in node.items()
        }
    return [_absolute(one) for one in node] if isinstance(node, list) else node


@functools.cache
def _validator(where: str) -> jsonschema.Draft202012Validator:
    """A validator for the schema at a JSON pointer of the document."""
    node = _document()
    for part in where.split("\n"):
        node = node[int(part) if isinstance(node, list) else part]
    return jsonschema.Draft202012Validator(_absolute(node), registry=_registry())


def _check(named: str, where: list[str], value: Any) -> None:
    problem = jsonschema.exceptions.best_match(_validator("\n".join(where)).iter_errors(value))
    if problem is not None:
        at = "/".join(str(part) for part in problem.absolute_path)
        raise AssertionError(f"{named}: at {at!r}: {problem.message[:500]}")


def check_answer(method: str, path: str, status: int, body: Any) -> None:
    """Fail where the description does not allow this answer. Without the document: nothing."""
    if not DOCUMENT.exists() or status >= 500:
        return
    found = _operation(method, path)
    if found is None:
        return
    named, operation = found
    key = str(status) if str(status) in operation["responses"] else f"{status // 100}XX"
    assert key in operation["responses"], f"{named}: {status} is not among the statuses"
    where = ["paths", named.partition(" ")[2], method.lower(), "responses", key]
    answer = operation["responses"][key]
    if "$ref" in answer:
        where = answer["$ref"].removeprefix("#/").split("/")
        answer = _document()["components"]["responses"][where[-1]]
    if "application/json" not in answer.get("content", {}):
        assert body is None, f"{named}: {status} has no body in the description"
        return
    if isinstance(body, dict):
        body = {name: value for name, value in body.items() if name not in ANSWER_CONTRADICTIONS}
    body = _as_described(body)
    _check(f"{named} answered {status}", [*where, "content", "application/json", "schema"], body)


def check_request(
    method: str,
    path: str,
    query: dict[str, list[str]],
    body: Any,
    *,
    files: bool = False,
) -> None:
    """Fail where the description does not allow a request that was accepted."""
    found = _operation(method, path) if DOCUMENT.exists() else None
    if found is None:
        return
    named, operation = found
    where = ["paths", named.partition(" ")[2], method.lower()]
    for name, values in query.items():
        _check_parameter(named, operation, where, name, values)
    content = operation.get("requestBody", {}).get("content")
    if content is None:
        empty = body in (None, {})
        assert empty, f"{named}: a request has no body in the description, but was sent {body!r}"
        return
    if body is None:
        needed = operation["requestBody"].get("required", False)
        assert not needed or named in BODY_LEFT_OUT, f"{named}: the request needs a body"
        return
    kind = next((one for one in _kinds(files) if one in content), None)
    assert kind is not None, f"{named}: a request of {list(content)} was sent otherwise"
    value = without_contradictions(named, body)
    if files and "file" in content[kind]["schema"].get("properties", {}):
        # Of a form's file the record has the name only.
        value["file"] = ""
    _check(f"{named} accepted", [*where, "requestBody", "content", kind, "schema"], value)


def _kinds(files: bool) -> tuple[str, ...]:
    return ("multipart/form-data",) if files else ("application/json", "multipart/form-data")


def _check_parameter(
    named: str, operation: Any, where: list[str], name: str, values: list[str]
) -> None:
    for at, parameter in enumerate(operation.get("parameters", [])):
        if parameter.get("name") == name and parameter["in"] == "query":
            pointer = [*where, "parameters", str(at), "schema"]
            _check(f"{named}?{name}", pointer, _read(parameter["schema"], values))
            return
    assert (named, name) in QUERY_CONTRADICTIONS, f"{named}: there is no ?{name}="


def _read(schema: Any, values: list[str]) -> Any:
    """A value of the query as the type that the description gives it."""
    if "$ref" in schema:
        schema = _document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    kinds = schema.get("type", [])
    if "array" in kinds or len(values) > 1:
        return values
    (text,) = values
    if "integer" in kinds and text.lstrip("-").isdigit():
        return int(text)
    if "boolean" in kinds and text.lower() in ("true", "false", "1", "0"):
        return text.lower() in ("true", "1")
    return text


QUERY_CONTRADICTIONS: dict[tuple[str, str], str] = {
    ("POST /channels/{channel_id}/threads", "use_nested_fields"): (
        "discord.py gives it with the post of a forum; what it once chose is all that there is now."
    ),
    ("PUT /guilds/{guild_id}/bans/{user_id}", "delete_message_seconds"): (
        "discord.py gives it here; the description has it in the body."
    ),
}
"""Parameters that clients give and the description lacks, by operation and name, and why."""

BODY_CONTRADICTIONS: list[tuple[str, str, str]] = [
    (
        "(POST|PUT|PATCH) /applications/.*/commands.*",
        "**/default_member_permissions",
        "The description has an integer; the reference has a string, as permissions are elsewhere.",
    ),
    (
        "(PUT|POST|PATCH) .*/(permissions/{overwrite_id}|channels|channels/{channel_id})",
        "**/allow",
        "The description has an integer; the reference has a string, as permissions are elsewhere.",
    ),
    (
        "(PUT|POST|PATCH) .*/(permissions/{overwrite_id}|channels|channels/{channel_id})",
        "**/deny",
        "The same as `allow`.",
    ),
    (
        "(POST|PATCH) /guilds/{guild_id}/roles(/{role_id})?",
        "permissions",
        "The description has an integer; the reference has a string, as permissions are elsewhere.",
    ),
    (
        "PATCH /applications/({application_id}|@me)",
        "description",
        "The description has an object; the reference has a string, and so has the answer.",
    ),
    (
        "POST /webhooks/{webhook_id}/{webhook_token}/slack",
        "attachments/*/color",
        "The description has digits only; Slack's good, warning and danger are taken, too.",
    ),
    (
        "PATCH /applications/({application_id}|@me)",
        "**/permissions",
        "The description has an integer; the reference has a string, as permissions are elsewhere.",
    ),
]
"""(operation, member, why): what clients send and Discord takes, against the description.

The operation is a regular expression, the member a path in which * stands for every index and
** for any way down.
"""

BODY_LEFT_OUT = {
    "PUT /guilds/{guild_id}/bans/{user_id}": "Nothing in the body is required; clients send none.",
    "DELETE /guilds/{guild_id}/bans/{user_id}": "The body is an empty object; clients send none.",
}
"""Operations whose body is required by the description and left out by clients, and why."""

NUMBERED = (
    "Snowflakes are strings in the description. Discord's reference says that they are accepted "
    "as integers too, and discord.py sends some so; and an upload's id in `attachments` is the n "
    "of its files[n], an integer."
)


def without_contradictions(named: str, body: Any) -> Any:
    """A copy of the body without the members that are known to contradict the description."""
    copied = _as_described(_with_textual_ids(json.loads(json.dumps(body))))
    for operation, member, _ in BODY_CONTRADICTIONS:
        if re.fullmatch(operation, named):
            for holder, name in _members(copied, member.split("/")):
                holder.pop(name, None)
    return copied


def _with_textual_ids(node: Any, *, upload: bool = False) -> Any:
    """For the reasons of NUMBERED. What else is a number (a component's id) stays one."""
    if isinstance(node, dict):
        return {
            key: str(value)
            if upload and key == "id"
            else _with_textual_ids(value, upload=key == "attachments")
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [_with_textual_ids(one, upload=upload) for one in node]
    is_id = isinstance(node, int) and node > 1 << 42
    return str(node) if is_id else node


def _as_described(node: Any, member: str = "") -> Any:
    """A copy in which what the description does not know has the value that it knows instead."""
    if isinstance(node, list):
        return [_as_described(one, member) for one in node]
    if not isinstance(node, dict):
        return node
    copied = {name: _as_described(value, name) for name, value in node.items()}
    for named, unknown, known, _ in VALUES_CONTRADICTIONS:
        if named in ("", member) and copied.get("type") == unknown:
            copied["type"] = known
    return copied


def _members(node: Any, path: list[str]) -> Iterator[tuple[dict[str, Any], str]]:
    first, *rest = path
    if first == "**":
        yield from _members(node, rest)
        inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        for one in list(inner):
            yield from _members(one, path)
    elif first == "*":
        for one in node if isinstance(node, list) else ():
            yield from _members(one, rest)
    elif isinstance(node, dict):
        if rest:
            yield from _members(node.get(first), rest)
        elif first in node:
            yield node, first


# --- the whole test run ------------------------------------------------------------------------


def problems_of(transcripts: Path) -> tuple[int, list[str]]:
    """How many exchanges there were in a folder of transcripts, and what was wrong with them.

    Of those that no schema could tell from one another, one is checked.
    """
    count = 0
    seen: set[str] = set()
    problems: dict[str, None] = {}
    for file in sorted(transcripts.glob("*.jsonl")):
        # Not `splitlines`, which also ends a line where a text has a separator of Unicode's.
        for line in file.read_text("utf-8").removesuffix("\n").split("\n"):
            count += 1
            signature = _signature(line)
            if signature in seen:
                continue
            seen.add(signature)
            try:
                check_exchange(json.loads(line))
            except AssertionError as problem:
                problems[str(problem)] = None
            except ValueError:
                continue  # The last line of a sandbox that was killed amid it.
    return count, list(problems)


_DIGITS = re.compile(r"\d{15,20}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+")
_TOKEN = re.compile(r"/(?:webhooks|interactions)/\d+/[^/\"]+")


def _signature(line: str) -> str:
    """The line with ids, instants and tokens made the same: they differ, and weigh the same."""
    line = _TOKEN.sub("/token", _INSTANT.sub("instant", line))
    return _DIGITS.sub("id", line)


def check_exchange(row: dict[str, Any]) -> None:
    """Fail where the description does not allow what was accepted, or what was answered."""
    if (
        not row["path"].startswith(API)
        or row["status"] in (0, 501)
        or isinstance(row["answer"], str)
    ):
        return
    path = row["path"].removeprefix(API)
    check_answer(row["method"], path, row["status"], row["answer"])
    if row["status"] < 300 and row["fault"] in (None, "slow", "hold", "slow_after_commit"):
        files = bool(row["files"])
        check_request(row["method"], path, row["query"], row["body"], files=files)
