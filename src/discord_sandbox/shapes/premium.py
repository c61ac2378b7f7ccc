"""SKUs, entitlements and subscriptions in JSON."""

from __future__ import annotations

from discord_sandbox.clock import iso
from discord_sandbox.model import Application, Json
from discord_sandbox.model.premium import (
    AVAILABLE,
    CONSUMABLE,
    GUILD_SUBSCRIPTION,
    SUBSCRIPTION,
    USER_SUBSCRIPTION,
    Entitlement,
    Sku,
    Subscription,
)

APPLICATION_SUBSCRIPTION = 8
"""The type of an entitlement: of those in Discord's description the one that applications have."""


def sku_json(application: Application, sku: Sku) -> Json:
    flags = AVAILABLE
    if sku.type == SUBSCRIPTION:
        flags |= GUILD_SUBSCRIPTION if sku.for_guild else USER_SUBSCRIPTION
    return {
        "id": str(sku.id),
        "type": sku.type,
        "application_id": str(application.id),
        "name": sku.name,
        "slug": sku.name.lower().replace(" ", "-"),
        "flags": flags,
    }


def entitlement_json(application: Application, entitlement: Entitlement) -> Json:
    shaped: Json = {
        "id": str(entitlement.id),
        "sku_id": str(entitlement.sku_id),
        "application_id": str(application.id),
        "user_id": str(entitlement.user_id),
        "type": APPLICATION_SUBSCRIPTION,
        "deleted": entitlement.deleted,
        "starts_at": None if entitlement.starts_ms is None else iso(entitlement.starts_ms),
        "ends_at": None if entitlement.ends_ms is None else iso(entitlement.ends_ms),
    }
    if entitlement.guild_id is not None:
        shaped["guild_id"] = str(entitlement.guild_id)
    if application.store.skus[entitlement.sku_id].type == CONSUMABLE:
        shaped["consumed"] = entitlement.consumed
    return shaped


def subscription_json(subscription: Subscription) -> Json:
    canceled_ms = subscription.canceled_ms
    return {
        "id": str(subscription.id),
        "user_id": str(subscription.user_id),
        "sku_ids": [str(subscription.sku_id)],
        "renewal_sku_ids": None,
        "entitlement_ids": [str(subscription.entitlement_id)],
        "current_period_start": iso(subscription.period_start_ms),
        "current_period_end": iso(subscription.period_end_ms),
        "status": subscription.status,
        "canceled_at": None if canceled_ms is None else iso(canceled_ms),
    }
