"""What goes on of an application's activity."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Activity:
    """An instance of an activity in a channel. It is passing: no state file holds it."""

    instance_id: str
    launch_id: int
    application_id: int
    channel_id: int
    guild_id: int | None
    user_ids: dict[int, None] = field(default_factory=dict)
    """Who takes part, in the order in which they came."""
