"""What an application sells, and who has it: SKUs, entitlements and subscriptions."""

from __future__ import annotations

from discord_sandbox.errors import ApiError, invalid
from discord_sandbox.model import Application, Json
from discord_sandbox.model.premium import Entitlement
from discord_sandbox.premium import (
    consume,
    find_entitlement,
    find_sku,
    grant,
    is_active,
    revoke,
)
from discord_sandbox.rest.routing import Call, Route
from discord_sandbox.shapes.premium import entitlement_json, sku_json, subscription_json
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.validate import members
from discord_sandbox.validate.members import Takes

_APPLICATION = "/applications/{application_id}"
_ENTITLEMENTS = _APPLICATION + "/entitlements"
_ENTITLEMENT = _ENTITLEMENTS + "/{entitlement_id}"
_SUBSCRIPTIONS = "/skus/{sku_id}/subscriptions"
OF_GUILD, OF_USER = 1, 2
_TAKES: Takes = {
    "sku_id": members.snowflake,
    "owner_id": members.snowflake,
    "owner_type": members.choice(OF_GUILD, OF_USER),
}


def _own(call: Call) -> Application:
    if call.id("application_id") != call.app.id:
        raise ApiError(20012)
    return call.app


def _found(call: Call) -> tuple[Application, Entitlement]:
    application = _own(call)
    return application, find_entitlement(application, call.id("entitlement_id"))


def _on(call: Call, name: str, *, default: bool = False) -> bool:
    return call.flag(name) if name in call.query else default


def skus(call: Call) -> list[Json]:
    application = _own(call)
    return [sku_json(application, sku) for sku in application.store.skus.values()]


def listed(call: Call) -> list[Json]:
    """The entitlements that fit the query, those which have ended among them, unless told not to."""
    application, world = _own(call), call.world
    limit = call.number("limit", default=100, least=1, most=100)
    user_id, guild_id = call.snowflake("user_id"), call.snowflake("guild_id")
    sku_ids = call.snowflakes("sku_ids", most=100)
    before, after = call.snowflake("before"), call.snowflake("after")
    exclude_deleted = _on(call, "exclude_deleted", default=True)
    exclude_ended = _on(call, "exclude_ended") or _on(call, "only_active")
    now_ms = world.clock.now_ms()
    found = [
        one
        for one in sorted(application.store.entitlements.values(), key=lambda one: one.id)
        if (user_id is None or one.user_id == user_id)
        and (guild_id is None or one.guild_id == guild_id)
        and (not sku_ids or one.sku_id in sku_ids)
        and not (exclude_deleted and one.deleted)
        and not (exclude_ended and one.ends_ms is not None and one.ends_ms <= now_ms)
        and (not call.flag("only_active") or is_active(world, one))
    ]
    page = _page([one.id for one in found], before, after, limit)
    return [entitlement_json(application, application.store.entitlements[one]) for one in page]


def _page(ids: list[int], before: int | None, after: int | None, limit: int) -> list[int]:
    """The last ones before an id, else the first ones after one."""
    if before is not None:
        return [one for one in ids if one < before][-limit:]
    return [one for one in ids if after is None or one > after][:limit]


def get(call: Call) -> Json:
    return entitlement_json(*_found(call))


def create(call: Call) -> Json:
    """Give a user or a server what a SKU stands for, to test with."""
    application, world, body = _own(call), call.world, call.json()
    for name in _TAKES:
        if body.get(name) is None:
            raise invalid((name,), "BASE_TYPE_REQUIRED", "This field is required")
    sku = application.store.skus.get(parse_snowflake(body["sku_id"]) or 0)
    if sku is None:
        raise ApiError(10027)
    owner_id = parse_snowflake(body["owner_id"]) or 0
    if body["owner_type"] == OF_GUILD:
        guild = world.guild(owner_id)
        made = grant(world, application, sku, guild.owner_id, guild.id, test=True)
    else:
        made = grant(world, application, sku, world.user(owner_id).id, test=True)
    return entitlement_json(application, made)


def delete(call: Call) -> None:
    revoke(call.world, *_found(call))


def use_up(call: Call) -> None:
    consume(call.world, *_found(call))


def subscriptions(call: Call) -> list[Json]:
    application, sku = _sku(call)
    user_id = call.snowflake("user_id")
    if user_id is None:
        raise invalid(("user_id",), "BASE_TYPE_REQUIRED", "This field is required")
    limit = call.number("limit", default=50, least=1, most=100)
    found = application.store.subscriptions
    ids = sorted(one.id for one in found.values() if one.sku_id == sku and one.user_id == user_id)
    page = _page(ids, call.snowflake("before"), call.snowflake("after"), limit)
    return [subscription_json(found[one]) for one in page]


def subscription(call: Call) -> Json:
    application, sku = _sku(call)
    found = application.store.subscriptions.get(call.id("subscription_id"))
    if found is None or found.sku_id != sku:
        raise ApiError(0, status=404, message="404: Not Found")
    return subscription_json(found)


def _sku(call: Call) -> tuple[Application, int]:
    """The path's SKU, which is of the bot's own application. Raises ApiError 10027."""
    application, sku = find_sku(call.world, call.id("sku_id"))
    if application is not call.app:
        raise ApiError(10027)
    return application, sku.id


ROUTES = (
    Route("GET", _APPLICATION + "/skus", skus),
    Route("GET", _ENTITLEMENTS, listed),
    Route("POST", _ENTITLEMENTS, create, takes=_TAKES),
    Route("GET", _ENTITLEMENT, get),
    Route("DELETE", _ENTITLEMENT, delete),
    Route("POST", _ENTITLEMENT + "/consume", use_up),
    Route("GET", _SUBSCRIPTIONS, subscriptions),
    Route("GET", _SUBSCRIPTIONS + "/{subscription_id}", subscription),
)
