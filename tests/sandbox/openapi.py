"""Discord's own description of its API, held against what the sandbox answers."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import aiohttp
import jsonschema
from referencing import Registry
from referencing.jsonschema import DRAFT202012

DOCUMENT = Path(__file__).parents[2] / "../shared/data/discord/openapi.json"
_NAME = "urn:discord"

CONTRADICTIONS = {
    "errors": (
        "The description says that the code of a nested error is an integer; Discord's reference "
        "and Discord itself have names there, such as BASE_TYPE_REQUIRED."
    ),
}
"""Members of a body that are left out when it is checked, and why."""


@functools.cache
def _document() -> Any:
    return json.loads(DOCUMENT.read_text("utf-8"))


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


@functools.cache
def _validator(template: str, method: str, status: int) -> jsonschema.Draft202012Validator | str:
    """A validator for an answer's body; a text says why there can be none, or is empty."""
    document = _document()
    responses = document["paths"][template][method.lower()]["responses"]
    found = responses.get(str(status)) or responses.get(f"{status // 100}XX")
    if found is None:
        return f"status {status} is not among {list(responses)}"
    if "$ref" in found:
        found = document["components"]["responses"][found["$ref"].rpartition("/")[2]]
    content = found.get("content", {}).get("application/json")
    if content is None:
        return ""
    registry: Registry[Any] = Registry().with_resource(_NAME, DRAFT202012.create_resource(document))
    return jsonschema.Draft202012Validator(_absolute(content["schema"]), registry=registry)


def _absolute(node: Any) -> Any:
    if isinstance(node, dict):
        return {
            key: _NAME + value if key == "$ref" else _absolute(value) for key, value in node.items()
        }
    return [_absolute(one) for one in node] if isinstance(node, list) else node


class Checker:
    """Holds every answer that a client of aiohttp gets against the description."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.trace = aiohttp.TraceConfig()
        self.trace.on_request_end.append(self._ended)
        self.trace.on_response_chunk_received.append(self._read)

    async def _ended(self, _: Any, context: Any, ended: aiohttp.TraceRequestEndParams) -> None:
        context.status = ended.response.status

    async def _read(
        self, _: Any, context: Any, read: aiohttp.TraceResponseChunkReceivedParams
    ) -> None:
        api, path = read.url.path[:8], read.url.path[8:]
        if api != "/api/v10":
            return
        try:
            body = json.loads(read.chunk) if read.chunk else None
            check_answer(read.method, path, context.status, body)
        except (AssertionError, ValueError) as problem:
            self.problems.append(str(problem))


def check_answer(method: str, path: str, status: int, body: Any) -> None:
    """Fail where the description does not allow this answer. Without the document: nothing."""
    if not DOCUMENT.exists() or status >= 500:
        return
    template = template_of(path)
    if template is None or method.lower() not in _document()["paths"][template]:
        return
    validator = _validator(template, method, status)
    if isinstance(validator, str):
        assert not validator, f"{method} {template}: {validator}"
        assert body is None, f"{method} {template}: {status} has no body in the description"
        return
    if isinstance(body, dict):
        body = {name: value for name, value in body.items() if name not in CONTRADICTIONS}
    problem = jsonschema.exceptions.best_match(validator.iter_errors(body))
    if problem is not None:
        where = "/".join(str(part) for part in problem.absolute_path)
        raise AssertionError(f"{method} {template} {status}: at {where!r}: {problem.message}")
