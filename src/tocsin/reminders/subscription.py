"""A member's choice in a server: categories or groups, and leads."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tocsin.reminders.lead import DEFAULT_LEADS, sorted_leads

ALL = "all"


@dataclass(frozen=True, slots=True)
class Subscription:
    """What one member asked for in one server.

    `choices` are keys of categories or groups, in no order; `leads` are seconds, longest first.
    `extra` keeps what an imported file said beside that, to be given back.
    """

    server_id: int
    member_id: int
    choices: frozenset[str]
    leads: tuple[int, ...]
    username: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def pairs(self) -> set[tuple[str, int]]:
        """Each (choice, lead) that this subscription asks for."""
        return {(choice, lead) for choice in self.choices for lead in self.leads}


def settle_choices(choices: Iterable[str]) -> frozenset[str]:
    """The choices without those that `all` already says."""
    chosen = frozenset(choices)
    return frozenset({ALL}) if ALL in chosen else chosen


def settle_leads(leads: Iterable[int]) -> tuple[int, ...]:
    """The leads in order, or the usual ones where none was chosen."""
    return sorted_leads(leads) or DEFAULT_LEADS
