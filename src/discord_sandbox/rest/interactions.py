"""Answers to interactions, and what a webhook route does with an interaction's token."""

from __future__ import annotations

from typing import Any

from discord_sandbox.errors import ApiError
from discord_sandbox.interactions import MESSAGE, UPDATE
from discord_sandbox.model import EPHEMERAL, LOADING, Interaction, Json
from discord_sandbox.rest.routing import Call, Reply, Route


def callback(call: Call) -> Reply:
    interaction, shaped = call.backend.interactions.respond(
        call.id("interaction_id"), call.params["interaction_token"], call.body, call.uploads
    )
    if not call.flag("with_response"):
        return Reply(204)
    return Reply(200, _callback_json(interaction, shaped))


def _callback_json(interaction: Interaction, shaped: Json | None) -> Json:
    about: Json = {"id": str(interaction.id), "type": interaction.type}
    answer: Json = {"interaction": about}
    kind = interaction.response_type
    if shaped is not None:
        about["response_message_id"] = shaped["id"]
        about["response_message_loading"] = bool(shaped["flags"] & LOADING)
        about["response_message_ephemeral"] = bool(shaped["flags"] & EPHEMERAL)
        about["channel_id"] = shaped["channel_id"]
        if interaction.guild_id is not None:
            about["guild_id"] = str(interaction.guild_id)
    if interaction.activity_id is not None:
        about["activity_instance_id"] = interaction.activity_id
        answer["resource"] = {"type": kind, "activity_instance": {"id": interaction.activity_id}}
    if kind in (MESSAGE, UPDATE):
        answer["resource"] = {"type": kind, "message": shaped}
    return answer


def live_interaction(call: Call) -> Interaction | None:
    """The interaction that a webhook's id and token stand for, if they do."""
    application_id = call.id("webhook_id")
    return call.backend.interactions.live(application_id, call.params["webhook_token"])


def target(call: Call, interaction: Interaction) -> int:
    """The id of the message that the path names. Raises ApiError 10008."""
    name = call.params.get("message_id", "@original")
    if name != "@original":
        return call.id("message_id")
    if interaction.original_id is None:
        raise ApiError(10008)
    return interaction.original_id


def follow_up(call: Call, interaction: Interaction) -> Any:
    return call.backend.interactions.messages.follow_up(interaction, call.body, call.uploads)


def get(call: Call, interaction: Interaction) -> Json:
    message = call.backend.interactions.messages.find(interaction, target(call, interaction))
    return call.world.message_json(message, message.author.id)


def edit(call: Call, interaction: Interaction) -> Json:
    return call.backend.interactions.messages.edit(
        interaction, target(call, interaction), call.body, call.uploads
    )


def delete(call: Call, interaction: Interaction) -> None:
    call.backend.interactions.messages.delete(interaction, target(call, interaction))


ROUTES = (
    Route(
        "POST",
        "/interactions/{interaction_id}/{interaction_token}/callback",
        callback,
        public=True,
        exempt=True,
        bucketed=False,
    ),
)
