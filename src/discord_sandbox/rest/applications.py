"""The application that a bot belongs to: what it says of itself, and its activities."""

from __future__ import annotations

from typing import Any

from discord_sandbox import activities
from discord_sandbox.errors import ApiError, invalid
from discord_sandbox.gateway.intents import LIMITED_FLAGS, privileged_bits
from discord_sandbox.model import Application, Json
from discord_sandbox.pictures import changed
from discord_sandbox.rest.routing import Call, Route
from discord_sandbox.shapes.users import application_json
from discord_sandbox.validate.applications import EDITED


def _own_application(call: Call) -> None:
    """A bot reads and changes no application but its own."""
    if call.params.get("application_id", "@me") != "@me" and (
        call.id("application_id") != call.app.id
    ):
        raise ApiError(20012)


def get(call: Call) -> Json:
    _own_application(call)
    world = call.world
    owner = world.users.get(call.app.owner_id, call.bot)
    users = sum(1 for user in world.users.values() if call.app.id in user.installed)
    guilds = len(world.guilds_of(call.bot.id))
    return application_json(call.app, call.bot, owner, guilds, users)


async def edit(call: Call) -> Json:
    _own_application(call)
    body, application = call.json(), call.app
    if "interactions_endpoint_url" in body:
        await _move_endpoint(call, body["interactions_endpoint_url"] or None)
    if body.get("description") is not None:
        application.description = body["description"]
    # Discord keeps both in one place.
    place = f"app-icons/{application.id}"
    application.icon = changed(call.world, place, body, "icon", application.icon)
    application.cover_image = changed(
        call.world, place, body, "cover_image", application.cover_image
    )
    if "tags" in body:
        application.tags = list(dict.fromkeys(body["tags"] or ()))
    if "custom_install_url" in body:
        application.custom_install_url = body["custom_install_url"] or None
    if "role_connections_verification_url" in body:
        application.role_connections_url = body["role_connections_verification_url"] or None
    if "install_params" in body:
        application.install_params = _install_params(body["install_params"])
    if body.get("integration_types_config") is not None:
        given = body["integration_types_config"]
        application.integration_types = {key: _config(given[key]) for key in sorted(given)}
    if body.get("flags") is not None:
        _set_limited_flags(application, body["flags"])
    return get(call)


async def _move_endpoint(call: Call, address: str | None) -> None:
    if await call.backend.endpoints.move(call.app, address) is not None:
        # What is wrong with it is in the record of requests: Discord does not say.
        raise invalid(
            ("interactions_endpoint_url",),
            "APPLICATION_INTERACTIONS_ENDPOINT_URL_INVALID",
            "The specified interactions endpoint url could not be verified.",
        )


def _config(given: Any) -> Json:
    params = _install_params((given or {}).get("oauth2_install_params"))
    return {} if params is None else {"oauth2_install_params": params}


def _install_params(given: Any) -> Json | None:
    if given is None:
        return None
    return {
        "scopes": list(dict.fromkeys(given.get("scopes") or ())),
        "permissions": str(given.get("permissions") or 0),
    }


def _set_limited_flags(application: Application, wanted: int) -> None:
    limited = sum(LIMITED_FLAGS)
    application.flags = application.flags & ~limited | wanted
    application.privileged_intents = privileged_bits(wanted)


def activity_instance(call: Call) -> Json:
    _own_application(call)
    found = activities.find(call.world, call.params["instance_id"])
    if found is None or found.application_id != call.app.id:
        raise ApiError(0, status=404, message="404: Not Found")
    return activities.activity_json(call.world, found)


ROUTES = (
    Route("GET", "/applications/@me", get),
    Route("PATCH", "/applications/@me", edit, takes=EDITED),
    Route("GET", "/applications/{application_id}", get),
    Route("PATCH", "/applications/{application_id}", edit, takes=EDITED),
    Route("GET", "/oauth2/applications/@me", get),
    Route(
        "GET",
        "/applications/{application_id}/activity-instances/{instance_id}",
        activity_instance,
    ),
)
