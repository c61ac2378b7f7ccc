"""What members start, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from discord_sandbox.model.messages import Message
from discord_sandbox.model.users import User
from discord_sandbox.model.wire import Json

PING, COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 1, 2, 3, 4, 5
ELIGIBILITY = 6
"""Whether the user may buy a SKU."""

InteractionState = Literal["waiting", "deferred", "deferred_update", "answered", "failed"]


@dataclass(slots=True)
class Interaction:
    """A member's use of a command, component or modal, and what became of it."""

    id: int
    type: int
    token: str
    application_id: int
    user: User
    channel_id: int
    guild_id: int | None
    at_ms: int
    data: Json
    owners: dict[str, str] = field(default_factory=dict)
    """`authorizing_integration_owners`: by which installations of the application it came."""
    context: int = 0
    """Where it was started: 0 in a server, 1 in a DM with the bot, 2 in another DM."""
    command_name: str | None = None
    source_message: Message | None = None
    parent: Interaction | None = None
    state: InteractionState = "waiting"
    response_type: int | None = None
    failure: str | None = None
    """Why it failed, where the application did answer, or could not be reached."""
    original_id: int | None = None
    """The message that `@original` stands for."""
    modal: Json | None = None
    choices: list[Json] | None = None
    eligibility: Json | None = None
    """What was answered to whether the user may buy a SKU."""
    activity_id: str | None = None
    """The instance of the activity that was launched or joined."""
    followup_ids: list[int] = field(default_factory=list)
