"""What applications sell: made by their developers, bought by members."""

from __future__ import annotations

from discord_sandbox.control.routing import Ask, Operation, Refused
from discord_sandbox.model import ELIGIBILITY, Json
from discord_sandbox.model.premium import SKU_TYPES, SUBSCRIPTION, Sku
from discord_sandbox.premium import buy, cancel, find_sku, is_active
from discord_sandbox.shapes.premium import entitlement_json, sku_json, subscription_json

_MEMBER = "/members/{user}"


def sku(ask: Ask) -> Json:
    """What the developer portal does."""
    application = ask.world.applications.get(ask.param("application"))
    if application is None:
        raise Refused(f"There is no application {ask.param('application')}.", 404)
    kind = ask.body.get("type", SUBSCRIPTION)
    if kind not in SKU_TYPES:
        raise Refused("`type` must be 2 (durable), 3 (consumable) or 5 (a subscription).")
    for_guild = bool(ask.body.get("for_guild", False))
    made = Sku(ask.world.ids.next(), ask.text("name"), kind, for_guild)
    application.store.skus[made.id] = made
    return sku_json(application, made)


def bought(ask: Ask) -> Json:
    user = ask.user()
    application, wanted = find_sku(ask.world, ask.given("sku_id"))
    guild_id = None
    if wanted.for_guild:
        guild = ask.find_guild(ask.given("guild_id"))
        ask.world.member(guild, user.id)
        guild_id = guild.id
    owned = [
        one
        for one in application.store.entitlements.values()
        if one.sku_id == wanted.id
        and is_active(ask.world, one)
        and (one.user_id if guild_id is None else one.guild_id) == (guild_id or user.id)
    ]
    if owned:
        raise Refused(f"{wanted.name} is there already: it cannot be bought twice at a time.", 409)
    return {
        **entitlement_json(application, buy(ask.world, application, wanted, user.id, guild_id)),
        "sku": sku_json(application, wanted),
    }


def cancelled(ask: Ask) -> Json:
    user = ask.user()
    application, wanted = find_sku(ask.world, ask.given("sku_id"))
    for one in reversed(application.store.subscriptions.values()):
        if (one.sku_id, one.user_id) == (wanted.id, user.id):
            cancel(ask.world, application, one)
            return subscription_json(one)
    raise Refused(f"{user.username} has not subscribed to {wanted.name}.", 404)


async def eligible(ask: Ask) -> Json:
    """Ask the application whether a member may buy something, and give back what it says."""
    user = ask.user()
    application, wanted = find_sku(ask.world, ask.given("sku_id"))
    started = ask.backend.interactions.start(
        ELIGIBILITY,
        application,
        user,
        ask.find_channel(ask.given("channel_id"), user),
        {"sku_id": str(wanted.id)},
    )
    answered = await ask.backend.interactions.answered(started)
    if answered.eligibility is None:
        raise Refused(f"{application.name} did not say within 3 seconds.", 504)
    return answered.eligibility


OPERATIONS = (
    Operation("POST", _MEMBER + "/may-buy", eligible),
    Operation("POST", "/applications/{application}/skus", sku),
    Operation("POST", _MEMBER + "/buy", bought),
    Operation("POST", _MEMBER + "/cancel-subscription", cancelled),
)
