"""Buying what applications sell, having it, and no longer having it. Nothing is ever paid."""

from __future__ import annotations

from typing import Literal

from discord_sandbox.errors import ApiError
from discord_sandbox.events import Event
from discord_sandbox.model import Application, Json
from discord_sandbox.model.premium import (
    ACTIVE,
    CONSUMABLE,
    ENDING,
    INACTIVE,
    SUBSCRIPTION,
    Entitlement,
    Sku,
    Subscription,
)
from discord_sandbox.shapes.premium import entitlement_json, subscription_json
from discord_sandbox.world import World

PERIOD_MS = 30 * 86_400_000
"""How long a subscription lasts before it is renewed; a month at Discord."""
What = Literal["CREATE", "UPDATE", "DELETE"]


def find_sku(world: World, sku_id: int) -> tuple[Application, Sku]:
    """The SKU and whose it is. Raises ApiError 10027."""
    for application in world.applications.values():
        if sku_id in application.store.skus:
            return application, application.store.skus[sku_id]
    raise ApiError(10027)


def find_entitlement(application: Application, entitlement_id: int) -> Entitlement:
    """Raises ApiError 10029."""
    found = application.store.entitlements.get(entitlement_id)
    if found is None:
        raise ApiError(10029)
    return found


def grant(
    world: World,
    application: Application,
    sku: Sku,
    user_id: int,
    guild_id: int | None = None,
    *,
    test: bool = False,
) -> Entitlement:
    """Let a user, or a server, have it. What an application gives for a test has no dates."""
    starts_ms = None if test else world.clock.now_ms()
    made = Entitlement(world.ids.next(), sku.id, user_id, guild_id, starts_ms, test=test)
    application.store.entitlements[made.id] = made
    _tell_entitlement(world, application, made, "CREATE")
    return made


def revoke(world: World, application: Application, entitlement: Entitlement) -> None:
    """A test's entitlement is taken away. Raises ApiError 50013 for one that was bought."""
    if not entitlement.test:
        raise ApiError(50013)
    if entitlement.deleted:
        raise ApiError(10029)
    entitlement.deleted = True
    _tell_entitlement(world, application, entitlement, "DELETE")


def consume(world: World, application: Application, entitlement: Entitlement) -> None:
    """It is used up. Raises ApiError 50035 for what cannot be, or was already."""
    sku = application.store.skus[entitlement.sku_id]
    if sku.type != CONSUMABLE or entitlement.consumed:
        raise ApiError(50035, message="This entitlement cannot be consumed.")
    entitlement.consumed = True
    _tell_entitlement(world, application, entitlement, "UPDATE")


def is_active(world: World, entitlement: Entitlement) -> bool:
    ended = entitlement.ends_ms is not None and entitlement.ends_ms <= world.clock.now_ms()
    return not (ended or entitlement.deleted or entitlement.consumed)


def entitlements_of(
    world: World, application: Application, user_id: int, guild_id: int | None
) -> list[Json]:
    """What an interaction says that the user, or the server that it is in, has."""
    return [
        entitlement_json(application, one)
        for one in application.store.entitlements.values()
        if is_active(world, one)
        and (one.user_id == user_id if one.guild_id is None else one.guild_id == guild_id)
    ]


def buy(
    world: World, application: Application, sku: Sku, user_id: int, guild_id: int | None
) -> Entitlement:
    """Have it from now on; a subscription is renewed until it is cancelled."""
    entitlement = grant(world, application, sku, user_id, guild_id)
    if sku.type == SUBSCRIPTION:
        now_ms = world.clock.now_ms()
        made = Subscription(
            world.ids.next(), user_id, sku.id, entitlement.id, now_ms, now_ms + PERIOD_MS
        )
        application.store.subscriptions[made.id] = made
        _tell_subscription(world, application, made, "CREATE")
        renew_when_due(world, application, made)
    return entitlement


def cancel(world: World, application: Application, subscription: Subscription) -> None:
    """It is not renewed again. Raises ApiError 50035 for one that was cancelled already."""
    if subscription.status != ACTIVE:
        raise ApiError(50035, message="This subscription was cancelled already.")
    subscription.status, subscription.canceled_ms = ENDING, world.clock.now_ms()
    _tell_subscription(world, application, subscription, "UPDATE")


def renew_when_due(world: World, application: Application, subscription: Subscription) -> None:
    """Have the subscription renewed, or ended, when its period is over."""
    if subscription.status == INACTIVE:
        return

    def look(due_ms: int) -> int | None:
        if world.applications.get(application.id) is not application:
            return None
        if subscription.status == ACTIVE:
            subscription.period_start_ms, subscription.period_end_ms = due_ms, due_ms + PERIOD_MS
            _tell_subscription(world, application, subscription, "UPDATE")
            return subscription.period_end_ms
        subscription.status = INACTIVE
        entitlement = application.store.entitlements[subscription.entitlement_id]
        entitlement.ends_ms = due_ms
        _tell_entitlement(world, application, entitlement, "UPDATE")
        _tell_subscription(world, application, subscription, "UPDATE")
        return None

    world.agenda.put(("subscription", subscription.id), subscription.period_end_ms, look)


def _tell_entitlement(
    world: World, application: Application, entitlement: Entitlement, what: What
) -> None:
    told = entitlement_json(application, entitlement)
    only = frozenset({application.bot_user_id})
    world.bus.publish(Event(f"ENTITLEMENT_{what}", told, only=only))


def _tell_subscription(
    world: World, application: Application, subscription: Subscription, what: What
) -> None:
    told = subscription_json(subscription)
    only = frozenset({application.bot_user_id})
    world.bus.publish(Event(f"SUBSCRIPTION_{what}", told, only=only))
