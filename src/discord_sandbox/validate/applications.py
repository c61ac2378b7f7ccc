"""What an application may be told of itself."""

from __future__ import annotations

from typing import Any

from discord_sandbox.errors import Problems
from discord_sandbox.gateway.intents import LIMITED_FLAGS
from discord_sandbox.model import GUILD_INSTALL, USER_INSTALL
from discord_sandbox.validate import fields, members
from discord_sandbox.validate.fields import Path
from discord_sandbox.validate.pictures import picture

SCOPES = ("applications.commands", "bot")
MOST_TAGS = 5


def _address(problems: Problems, path: Path, value: Any) -> object:
    # An empty text takes it away, as null does.
    return value == "" or fields.web_address(problems, path, value)


def _limited_flags(problems: Problems, path: Path, value: Any) -> None:
    """Only the flags of privileged intents are an application's own to set."""
    flags = fields.integer(problems, path, value, least=0, most=2**53)
    if flags is not None and flags & ~sum(LIMITED_FLAGS):
        problems.add(
            path,
            "APPLICATION_FLAGS_INVALID",
            "Only limited intent flags (GATEWAY_PRESENCE_LIMITED, GATEWAY_GUILD_MEMBERS_LIMITED, "
            "and GATEWAY_MESSAGE_CONTENT_LIMITED) can be updated via the API.",
        )


_INSTALL_PARAMS: members.Takes = {
    "scopes": members.many(members.word(SCOPES), len(SCOPES), 1),
    "permissions": members.permission_bits,
}


def _integration_types(problems: Problems, path: Path, value: Any) -> None:
    """By key, "0" for servers and "1" for users, what an installation asks for."""
    given = fields.mapping(problems, path, value)
    if given is None:
        return
    if not 1 <= len(given) <= 2:
        problems.add(path, "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 2 in length.")
    for key, config in given.items():
        if key not in (GUILD_INSTALL, USER_INSTALL):
            problems.add((*path, key), "BASE_TYPE_CHOICES", "Value must be one of {0, 1}.")
        elif config is not None:
            inner = {"oauth2_install_params": members.nested(_INSTALL_PARAMS)}
            members.nested(inner)(problems, (*path, key), config)


EDITED: members.Takes = {
    "description": members.text(400),
    "icon": picture(),
    "cover_image": picture(),
    "tags": members.many(members.text(20), MOST_TAGS),
    "custom_install_url": _address,
    "interactions_endpoint_url": _address,
    "role_connections_verification_url": _address,
    "install_params": members.nested(_INSTALL_PARAMS),
    "integration_types_config": _integration_types,
    "flags": _limited_flags,
}
