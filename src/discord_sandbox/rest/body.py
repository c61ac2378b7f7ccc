"""Request bodies: JSON, forms, and multipart with files beside `payload_json`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, MultipartReader, StreamReader, hdrs, web

from discord_sandbox.errors import ApiError
from discord_sandbox.validate.message import Upload
from discord_sandbox.wire import decode

_FILE = re.compile(r"^files\[(\d+)\]$")
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
MOST_BYTES = 25 * 1024 * 1024
"""What a request may have in all, its files included."""


async def read_body(
    request: web.BaseRequest, most_file_bytes: int | None = None
) -> tuple[Any, list[Upload]]:
    """The JSON of the request and the files that came with it.

    Raises ApiError 50109 for what is no JSON, 50035 for a form that cannot be read, 40005 for
    more than 25 MiB or a file of more than `most_file_bytes`.
    """
    kind = request.headers.get(hdrs.CONTENT_TYPE, JSON)
    content = request.content
    # What is there whole already, as small bodies are, need not be waited for.
    whole = content.is_eof()
    if not whole and (request.content_length or 0) > MOST_BYTES:
        raise ApiError(40005)
    if kind.startswith(MULTIPART):
        return await read_parts(request.headers, content, most_file_bytes)
    data = content.read_nowait() if whole else await request.read()
    if len(data) > MOST_BYTES:
        raise ApiError(40005)
    if not data:
        return None, []
    if kind.startswith(JSON):
        return parse(data), []
    if kind.startswith(FORM):
        return _form(data), []
    raise unexpected(JSON, FORM, MULTIPART)


def unexpected(*kinds: str) -> ApiError:
    """The error for a body that is of none of these kinds."""
    listed = ", ".join(f'"{one}"' for one in kinds)
    return ApiError(50035, message=f'Expected "Content-Type" header to be one of {{{listed}}}.')


def parse(data: bytes) -> Any:
    """Raises ApiError 50109."""
    try:
        return decode(data)
    except ValueError:
        raise ApiError(50109) from None


def _form(data: bytes) -> Any:
    """The fields of a form; libraries without files to send put all into `payload_json`."""
    try:
        given = dict(parse_qsl(data.decode("ascii"), keep_blank_values=True, strict_parsing=True))
    except ValueError:
        raise ApiError(50035, message="The form could not be read.") from None
    whole = given.pop("payload_json", None)
    return given if whole is None else parse(whole.encode())


class _TooLarge(ValueError):
    """A part has more than a whole body may have."""


async def read_parts(
    headers: Mapping[str, str], content: StreamReader, most_file_bytes: int | None = None
) -> tuple[Any, list[Upload]]:
    """The JSON and the files of a multipart body. Raises as `read_body` does."""
    try:
        parts = MultipartReader(
            headers, content, client_max_size=MOST_BYTES, max_size_error_cls=_TooLarge
        )
        return await _take_parts(parts, most_file_bytes)
    except _TooLarge:
        raise ApiError(40005) from None
    # aiohttp raises RuntimeError for an encoding of a part that it does not know.
    except (ValueError, RuntimeError):
        raise ApiError(50035, message="The form could not be read.") from None


async def _take_parts(
    parts: MultipartReader, most_file_bytes: int | None
) -> tuple[Any, list[Upload]]:
    body: Any = {}
    uploads: list[Upload] = []
    total = 0
    async for part in parts:
        if not isinstance(part, BodyPartReader):
            continue
        data = bytes(await part.read(decode=True))
        total += len(data)
        if total > MOST_BYTES:
            raise ApiError(40005)
        named = _FILE.match(part.name or "")
        if part.name == "payload_json":
            body = parse(data)
        elif part.filename is not None:
            check_file(len(data), most_file_bytes)
            index = int(named.group(1)) if named else len(uploads)
            kind = part.headers.get("Content-Type")
            uploads.append(Upload(index, part.filename, data, kind))
        elif part.name and isinstance(body, dict):
            body.setdefault(part.name, data.decode(errors="replace"))
    return body, uploads


def check_file(size: int, most_bytes: int | None) -> None:
    """Raises ApiError 40005 for a file that is larger than the server takes."""
    if most_bytes is not None and size > most_bytes:
        raise ApiError(40005)
