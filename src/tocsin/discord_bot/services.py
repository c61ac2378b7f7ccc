"""What commands, views and the messenger are given by the composition root."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeAlias

import discord

from tocsin.clock import Clock
from tocsin.dispatch.opening import OpeningGate
from tocsin.settings import Settings
from tocsin.store.engine import Store

Interaction: TypeAlias = discord.Interaction[Any]
"""An interaction; its client is always a TocsinClient, which `services_of` relies on."""


class Dispatcher(Protocol):
    """What the Discord layer asks of the loop that sends reminders."""

    def wake(self) -> None:
        """Look again: something was committed that may bring work forward."""

    def revoke(self, server_id: int, member_id: int) -> Awaitable[int]:
        """Wait up to 2 s for the member's requests in flight; return how many may still arrive."""


class Pacer(Protocol):
    """The one budget, taken where a request really leaves."""

    async def leaving(self, method: str, path: str) -> None:
        """Wait for the budget. Raises Withheld when the request must not leave."""

    def answered(self, method: str, path: str, status: int, headers: Mapping[str, str]) -> None:
        """Take note of an answer."""


class Skew(Protocol):
    """Compares Discord's time with the clock."""

    def leaving(self) -> datetime:
        """What the clock shows as a request leaves."""

    def answered(self, date: str | None, left: datetime) -> None:
        """Take note of the `Date` of the answer to a request that left then."""


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a command needs.

    `gate` is before every opening of a DM channel; `log` is a structlog logger; `open_forms` are the
    ids of the forms that somebody may still use; `resumed_at` says when a member's suspended DMs were last tried.
    """

    store: Store
    clock: Clock
    settings: Settings
    dispatcher: Dispatcher
    pacer: Pacer
    skew: Skew
    gate: OpeningGate
    log: Any
    open_forms: set[str] = field(default_factory=set)
    resumed_at: dict[int, datetime] = field(default_factory=dict)


def services_of(interaction: Interaction) -> Services:
    """The services of the client that received the interaction."""
    services: Services = interaction.client.services
    return services
