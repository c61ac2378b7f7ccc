"""Applications as a seed and the control API make them."""

from __future__ import annotations

from typing import Any

from discord_sandbox.activities import enable
from discord_sandbox.endpoint_client import address_problem
from discord_sandbox.gateway.intents import application_flags, privileged
from discord_sandbox.model import GUILD_INSTALL, USER_INSTALL, Application, Json
from discord_sandbox.signing import parse_signing_key
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.world import World


def create_application(world: World, name: str, given: Json) -> Application:
    """Make an application with the settings that are `given`. Raises ValueError for a wrong one."""
    bits = privileged(given.get("intents") or [])
    address, signing_key = _endpoint(given)
    integration_types = _integration_types(given.get("integration_types"))
    made = world.create_application(
        name,
        token=given.get("token"),
        application_id=parse_snowflake(given.get("id")),
        owner_id=parse_snowflake(given.get("owner_id")),
        privileged_intents=bits,
        flags=application_flags(bits),
        interactions_endpoint_url=address,
        signing_key=signing_key,
    )
    if integration_types:
        made.integration_types = integration_types
    if given.get("activity"):
        enable(world, made)
    return made


def _endpoint(given: Json) -> tuple[str | None, bytes | None]:
    """The address and the private key with which an application begins, where they are given.

    The endpoint is not checked: its bot can only answer once it has what is made here.
    Raises ValueError.
    """
    address, key = given.get("interactions_endpoint_url"), given.get("signing_key")
    if address is not None:
        problem = address_problem(address)
        if problem is not None:
            raise ValueError(f"the endpoint {address!r} {problem}")
    return address, None if key is None else parse_signing_key(key)


def _integration_types(given: Any) -> dict[str, Json]:
    """How it can be installed, of 0 in servers and 1 by users. Raises ValueError."""
    kinds = [str(kind) for kind in given] if isinstance(given, list) else []
    if given is not None and (not kinds or not {GUILD_INSTALL, USER_INSTALL}.issuperset(kinds)):
        raise ValueError(f"`integration_types` must be a list of 0 and 1, not {given!r}")
    return {kind: {} for kind in sorted(kinds)}
