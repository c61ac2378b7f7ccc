"""Reading what a member may choose in a server, and why they may not yet."""

from datetime import timedelta

from tocsin.discord_bot.render.subscription import Offer
from tocsin.discord_bot.services import Services
from tocsin.errors import TocsinError
from tocsin.reminders.subscription import Subscription
from tocsin.store.calendar_view import Listed, upcoming
from tocsin.store.servers import categories_of, find_server, groups_of
from tocsin.store.subscriptions import find_subscription

LOOK_AHEAD = timedelta(days=60)
_LOOK_AT = 200


NOT_SET_UP = (
    "I am not set up in this server yet. Somebody with the permission *Manage Server* has to use "
    "/setup once; after that, this command works for everybody."
)
NOT_HERE = (
    "I am no longer in that server, so I send no reminders from it. "
    "Once an admin invites me again, they go on."
)


async def read_offer(services: Services, server_id: int, member_id: int) -> Offer:
    """What the server offers the member; raises TocsinError before /setup, or once it is left."""
    server = await services.store.read(find_server, server_id)
    if server is None or server.set_up_at is None:
        raise TocsinError(NOT_SET_UP)
    if server.left_at is not None:
        raise TocsinError(NOT_HERE)
    return Offer(
        server_id=server_id,
        server_name=server.name,
        categories=await services.store.read(categories_of, server_id),
        groups=await services.store.read(groups_of, server_id),
        subscription=await services.store.read(find_subscription, server_id, member_id),
    )


async def next_for(services: Services, offer: Offer, subscription: Subscription) -> Listed | None:
    """The next occurrence that the subscription will remind of, or None."""
    now = services.clock.now()
    listed = await services.store.read(upcoming, offer.server_id, now, now + LOOK_AHEAD, _LOOK_AT)
    return next((each for each in listed if offer.matches(subscription.choices, each)), None)
