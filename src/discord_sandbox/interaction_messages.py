"""The messages with which an application answers an interaction, in the name of its bot."""

from __future__ import annotations

from typing import Any

from discord_sandbox import messages
from discord_sandbox.errors import ApiError
from discord_sandbox.interaction_payload import metadata_json
from discord_sandbox.messages import Origin
from discord_sandbox.model import (
    COMMAND,
    EPHEMERAL,
    USER_INSTALL,
    Channel,
    Interaction,
    Json,
    Message,
)
from discord_sandbox.permissions import USE_EXTERNAL_APPS
from discord_sandbox.validate.message import Draft, Upload, check_message
from discord_sandbox.world import World

DEFAULT, CHAT_INPUT, CONTEXT_MENU = 0, 20, 23
"""Types of messages."""

MOST_FOLLOW_UPS = 5
"""Of an application that only the user has installed."""


class InteractionMessages:
    """Sending, editing and deleting what answers interactions."""

    def __init__(self, world: World) -> None:
        self._world = world

    def follow_up(self, interaction: Interaction, body: Any, uploads: list[Upload]) -> Json:
        """Another message; the first after a deferral takes the place of the waiting one.

        Raises ApiError 40094 for more of them than an application of the user's alone may send.
        """
        draft = check_message(body, uploads, ephemeral=True, voice=True)
        if interaction.state == "deferred" and interaction.original_id is not None:
            interaction.state = "answered"
            message = self.find(interaction, interaction.original_id)
            # Who can read it was settled by the deferral.
            draft.flags &= ~EPHEMERAL
            draft.given |= {"flags"}
            channel = self._channel(interaction)
            return messages.edit_and_show(self._world, channel, message, draft).data
        if _is_users_alone(interaction) and len(interaction.followup_ids) >= MOST_FOLLOW_UPS:
            raise ApiError(40094)
        message, shaped = self.send(interaction, draft, 0)
        interaction.followup_ids.append(message.id)
        return shaped

    def edit(
        self, interaction: Interaction, message_id: int, body: Any, uploads: list[Upload]
    ) -> Json:
        """Edit the original response or a follow-up. Raises ApiError 10008."""
        message = self.find(interaction, message_id)
        shaped = self.change(message, body, uploads)
        if interaction.state == "deferred" and message_id == interaction.original_id:
            interaction.state = "answered"
        return shaped

    def delete(self, interaction: Interaction, message_id: int) -> None:
        """Delete the original response or a follow-up. Raises ApiError 10008."""
        message = self.find(interaction, message_id)
        messages.delete(self._world, self._channel(interaction), message)

    def find(self, interaction: Interaction, message_id: int | None) -> Message:
        """A message this interaction made, or was started from. Raises ApiError 10008."""
        channel = self._channel(interaction)
        own = {interaction.original_id, *interaction.followup_ids}
        found = None
        if message_id is not None and message_id in own:
            found = channel.messages.get(message_id) or channel.ephemeral.get(message_id)
        if found is None:
            raise ApiError(10008)
        return found

    def send(
        self, interaction: Interaction, draft: Draft, flags: int, activity: Json | None = None
    ) -> tuple[Message, Json]:
        application = self._world.applications[interaction.application_id]
        if self._only_for_its_user(interaction):
            draft.flags |= EPHEMERAL
        ephemeral = bool(draft.flags & EPHEMERAL)
        origin = Origin(
            application_id=application.id,
            webhook_id=application.id,
            interaction=metadata_json(interaction),
            reader_id=interaction.user.id if ephemeral else None,
            type=_message_type(interaction),
            flags=flags,
            activity=activity,
        )
        bot = self._world.users[application.bot_user_id]
        channel = self._channel(interaction)
        message, shown = messages.create_and_show(self._world, bot, channel, draft, origin)
        return message, shown.data

    def _only_for_its_user(self, interaction: Interaction) -> bool:
        """Whether the server lets nobody else see what applications of its members answer."""
        channel = self._channel(interaction)
        if channel.guild_id is None or not _is_users_alone(interaction):
            return False
        return not self._world.permissions(interaction.user.id, channel) & USE_EXTERNAL_APPS

    def change(self, message: Message, body: Any, uploads: list[Upload]) -> Json:
        v2 = bool(message.flags & 1 << 15)
        draft = check_message(body, uploads, v2=v2)
        channel = self._world.channel(message.channel_id)
        if message.id not in channel.messages and message.id not in channel.ephemeral:
            raise ApiError(10008)
        if not draft.given and not uploads:
            return self._world.message_json(message, message.author.id)
        return messages.edit_and_show(self._world, channel, message, draft).data

    def _channel(self, interaction: Interaction) -> Channel:
        return self._world.channel(interaction.channel_id)


def _is_users_alone(interaction: Interaction) -> bool:
    """Whether the application is here by a user's installation only."""
    return set(interaction.owners) == {USER_INSTALL}


def _message_type(interaction: Interaction) -> int:
    if interaction.type != COMMAND:
        return DEFAULT
    return CONTEXT_MENU if "target_id" in interaction.data else CHAT_INPUT
