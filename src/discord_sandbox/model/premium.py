"""What an application sells, and who has it."""

from __future__ import annotations

from dataclasses import dataclass, field

DURABLE, CONSUMABLE, SUBSCRIPTION = 2, 3, 5
SKU_TYPES = (DURABLE, CONSUMABLE, SUBSCRIPTION)
AVAILABLE, GUILD_SUBSCRIPTION, USER_SUBSCRIPTION = 1 << 2, 1 << 7, 1 << 8
ACTIVE, ENDING, INACTIVE = 0, 1, 2
"""How it stands with a subscription: an ending one is not renewed."""


@dataclass(slots=True)
class Sku:
    """Something that can be bought. `for_guild`: it is a server that has it then."""

    id: int
    name: str
    type: int
    for_guild: bool = False


@dataclass(slots=True)
class Entitlement:
    """That a user or a server has what a SKU stands for."""

    id: int
    sku_id: int
    user_id: int
    guild_id: int | None = None
    starts_ms: int | None = None
    ends_ms: int | None = None
    deleted: bool = False
    consumed: bool = False
    test: bool = False
    """Whether the application gave it itself."""


@dataclass(slots=True)
class Subscription:
    id: int
    user_id: int
    sku_id: int
    entitlement_id: int
    period_start_ms: int
    period_end_ms: int
    status: int = ACTIVE
    canceled_ms: int | None = None


@dataclass(slots=True)
class Store:
    """What belongs to an application of this."""

    skus: dict[int, Sku] = field(default_factory=dict)
    entitlements: dict[int, Entitlement] = field(default_factory=dict)
    subscriptions: dict[int, Subscription] = field(default_factory=dict)
