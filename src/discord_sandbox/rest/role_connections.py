"""What an application can say of a user, for servers to give roles by."""

from __future__ import annotations

import re

from discord_sandbox.errors import ApiError, Problems, invalid
from discord_sandbox.model import Application, Json
from discord_sandbox.rest.routing import Call, Route
from discord_sandbox.validate import fields
from discord_sandbox.validate.localizations import localizations

_METADATA = "/applications/{application_id}/role-connections/metadata"
_KEY = re.compile(r"[a-z0-9_]{1,50}")
MOST = 5


def _own(call: Call) -> Application:
    if call.id("application_id") != call.app.id:
        raise ApiError(20012)
    return call.app


def get(call: Call) -> list[Json]:
    return _own(call).role_connections


def put(call: Call) -> list[Json]:
    application = _own(call)
    problems = Problems()
    given = call.body
    if given is not None and not isinstance(given, list):
        raise invalid((), "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    listed = given or []
    if len(listed) > MOST:
        raise invalid((), "BASE_TYPE_BAD_LENGTH", f"Must be between 0 and {MOST} in length.")
    shaped = [_record(problems, at, one) for at, one in enumerate(listed)]
    problems.raise_if_any()
    keys = [one["key"] for one in shaped]
    if len(set(keys)) < len(keys):
        raise invalid((), "APPLICATION_ROLE_CONNECTIONS_METADATA_DUPLICATE", "Keys must differ.")
    application.role_connections = shaped
    return shaped


def _record(problems: Problems, at: int, value: object) -> Json:
    path: fields.Path = (at,)
    given = fields.mapping(problems, path, value) or {}
    shaped: Json = {
        "type": fields.one_of(problems, (at, "type"), given.get("type"), range(1, 9)),
        "key": fields.text(
            problems, (at, "key"), given.get("key"), longest=50, shortest=1, needed=True
        ),
    }
    if shaped["key"] is not None and not _KEY.fullmatch(shaped["key"]):
        text = "A key is of a-z, 0-9 and _."
        problems.add((at, "key"), "STRING_TYPE_REGEX", text)
    for name, longest in (("name", 100), ("description", 200)):
        shaped[name] = fields.text(
            problems, (at, name), given.get(name), longest=longest, shortest=1, needed=True
        )
        _add_localizations(problems, at, f"{name}_localizations", longest, given, shaped)
    return shaped


def _add_localizations(
    problems: Problems, at: int, name: str, longest: int, given: Json, shaped: Json
) -> None:
    """The texts by locale, of which those that are null are left out."""

    def check(path: fields.Path, text: object) -> None:
        fields.text(problems, path, text, longest=longest, shortest=1)

    found = localizations(problems, (at, name), given.get(name), check)
    if found is not None:
        shaped[name] = {locale: text for locale, text in found.items() if text is not None}


ROUTES = (Route("GET", _METADATA, get), Route("PUT", _METADATA, put))
