"""Request bodies: JSON, or multipart with files beside `payload_json`."""

from __future__ import annotations

import json
import re
from typing import Any

from aiohttp import BodyPartReader, web

from discord_sandbox.errors import ApiError
from discord_sandbox.validate.message import Upload

_FILE = re.compile(r"^files\[(\d+)\]$")
_JSON = "application/json"
MOST_BYTES = 25 * 1024 * 1024


async def read_body(request: web.BaseRequest) -> tuple[Any, list[Upload]]:
    """The JSON of the request and the files that came with it.

    Raises ApiError 50109 for what is no JSON, 40005 for more than 25 MiB.
    """
    kind = request.headers.get("Content-Type", _JSON)
    if kind.startswith("multipart/form-data"):
        return await _multipart(request)
    data = await request.read()
    if not data:
        return None, []
    if not kind.startswith(_JSON):
        raise ApiError(
            50035,
            message='Expected "Content-Type" header to be one of {"application/json"}.',
        )
    return parse(data), []


def parse(data: bytes) -> Any:
    """Raises ApiError 50109."""
    try:
        return json.loads(data.decode())
    except ValueError:
        raise ApiError(50109) from None


async def _multipart(request: web.BaseRequest) -> tuple[Any, list[Upload]]:
    body: Any = {}
    uploads: list[Upload] = []
    total = 0
    async for part in await request.multipart():
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
            index = int(named.group(1)) if named else len(uploads)
            kind = part.headers.get("Content-Type")
            uploads.append(Upload(index, part.filename, data, kind))
        elif part.name and isinstance(body, dict):
            body.setdefault(part.name, data.decode(errors="replace"))
    return body, uploads
