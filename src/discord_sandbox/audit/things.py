"""What the audit log tells of invites, webhooks, stickers, stages, scheduled events and commands."""

from __future__ import annotations

from collections.abc import Hashable

from discord_sandbox.audit.kinds import Kind, Looks, Scope
from discord_sandbox.model import Json
from discord_sandbox.shapes.guilds import event_exception_json
from discord_sandbox.shapes.stickers import sticker_json


def _look_at_invites(scope: Scope) -> Looks:
    return {
        invite.code: {
            "code": invite.code,
            "channel_id": str(invite.channel_id),
            "inviter_id": str(invite.inviter_id),
            "max_age": invite.max_age_s,
            "max_uses": invite.max_uses,
            "uses": invite.uses,
            "temporary": invite.temporary,
        }
        for invite in scope.guild.invites.values()
    }


def _look_at_webhooks(scope: Scope) -> Looks:
    return {
        webhook.id: {
            "name": webhook.name,
            "type": webhook.type,
            "channel_id": str(webhook.channel_id),
        }
        for webhook in scope.world.webhooks.values()
        if webhook.guild_id == scope.guild.id
    }


def _look_at_stickers(scope: Scope) -> Looks:
    return {
        sticker.id: {name: one for name, one in sticker_json(sticker).items() if name != "id"}
        for sticker in scope.guild.stickers.values()
    }


def _look_at_stages(scope: Scope) -> Looks:
    return {
        stage.id: {
            "topic": stage.topic,
            "privacy_level": stage.privacy_level,
            "_channel": str(stage.channel_id),
        }
        for stage in scope.guild.stage_instances.values()
    }


def _on_channel(_scope: Scope, before: Json, after: Json) -> Json:
    return {"channel_id": (after or before)["_channel"]}


def _look_at_events(scope: Scope) -> Looks:
    looks: Looks = {}
    for event in scope.guild.scheduled_events.values():
        place = event.data["entity_metadata"] or {}
        kept = {name: one for name, one in event.data.items() if name != "entity_metadata"}
        looks[event.id] = {**kept, "location": place.get("location")}
    return looks


def _look_at_exceptions(scope: Scope) -> Looks:
    return {
        (event.id, one.id): {**event_exception_json(event, one), "_id": str(one.id)}
        for event in scope.guild.scheduled_events.values()
        for one in event.exceptions.values()
    }


def _event_of(key: Hashable, _look: Json) -> int | None:
    return key[0] if isinstance(key, tuple) else None


def _which_date(_scope: Scope, before: Json, after: Json) -> Json:
    return {"event_exception_id": (after or before)["_id"]}


def _look_at_permissions(scope: Scope) -> Looks:
    return {
        target: {"_of": str(application.id), **{one["id"]: one for one in listed}}
        for application in scope.world.applications.values()
        for (guild_id, target), listed in application.command_permissions.items()
        if guild_id == scope.guild.id
    }


def _of_application(_scope: Scope, before: Json, after: Json) -> Json:
    return {"application_id": (after or before)["_of"]}


INVITE = Kind(_look_at_invites, created=40, deleted=42)
WEBHOOK = Kind(_look_at_webhooks, created=50, updated=51, deleted=52)
STICKER = Kind(_look_at_stickers, created=90, updated=91, deleted=92)
STAGE = Kind(_look_at_stages, created=83, updated=84, deleted=85, options=_on_channel)
EVENT = Kind(_look_at_events, created=100, updated=101, deleted=102)
EXCEPTION = Kind(
    _look_at_exceptions,
    created=200,
    updated=201,
    deleted=202,
    target=_event_of,
    options=_which_date,
)
COMMAND = Kind(_look_at_permissions, created=121, updated=121, options=_of_application)
