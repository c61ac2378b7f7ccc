"""Interactions: what members start, and what applications answer."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import Any

from discord_sandbox.activities import launch
from discord_sandbox.command_access import context_of, let_in_by_server
from discord_sandbox.emojis import settle_in_components
from discord_sandbox.errors import ApiError, invalid
from discord_sandbox.events import Event
from discord_sandbox.interaction_messages import InteractionMessages
from discord_sandbox.interaction_payload import interaction_json
from discord_sandbox.model import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    ELIGIBILITY,
    EPHEMERAL,
    LOADING,
    MODAL_SUBMIT,
    Activity,
    Application,
    Channel,
    Interaction,
    Json,
    Message,
    User,
)
from discord_sandbox.shapes.users import basic_application_json
from discord_sandbox.validate.command_options import check_choices
from discord_sandbox.validate.eligibility import check_eligibility
from discord_sandbox.validate.message import Draft, Upload, check_message
from discord_sandbox.validate.modals import check_modal
from discord_sandbox.world import World

MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
LAUNCH_ACTIVITY, SKU_ELIGIBILITY = 12, 13
JOIN = 1
"""What an invitation to an activity asks for."""
_ALLOWED = {
    COMMAND: {MESSAGE, DEFERRED, MODAL, LAUNCH_ACTIVITY},
    COMPONENT: {MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, MODAL, LAUNCH_ACTIVITY},
    AUTOCOMPLETE: {CHOICES},
    ELIGIBILITY: {SKU_ELIGIBILITY},
    MODAL_SUBMIT: {MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, LAUNCH_ACTIVITY},
}
ANSWER_WITHIN_S = 3.0
TOKEN_LIVES_MS = 15 * 60_000


class Interactions:
    """Every interaction whose token lives, and those waiting for their first answer."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._by_id: dict[int, Interaction] = {}
        self._by_token: dict[str, Interaction] = {}
        self._timers: dict[int, asyncio.TimerHandle] = {}
        self.messages = InteractionMessages(world)
        self._waiting: dict[int, asyncio.Future[Interaction]] = {}
        self.post: Callable[[Interaction, bytes], None]
        """Sends the payload to an application that has an endpoint; the backend sets it."""

    def start(
        self,
        kind: int,
        application: Application,
        user: User,
        channel: Channel,
        data: Json,
        *,
        owners: dict[str, str] | None = None,
        command_name: str | None = None,
        message: Message | None = None,
        parent: Interaction | None = None,
    ) -> Interaction:
        """Hand a member's act to the application, which has 3 s to answer.

        `owners` are who let the application in; without them it was the server.
        """
        interaction = self._begin(
            kind, application, user, channel, data, owners, command_name, message, parent
        )
        loop = asyncio.get_running_loop()
        self._timers[interaction.id] = loop.call_later(ANSWER_WITHIN_S, self.fail, interaction)
        payload = interaction_json(self._world, interaction)
        guild = None if channel.guild_id is None else self._world.guilds[channel.guild_id]
        only = frozenset({application.bot_user_id})
        over_http = application.interactions_endpoint_url is not None
        event = Event("INTERACTION_CREATE", payload, guild=guild, only=only, bots=not over_http)
        self._world.bus.publish(event)
        if over_http:
            self.post(interaction, event.written())
        return interaction

    def launch(
        self,
        application: Application,
        user: User,
        channel: Channel,
        data: Json,
        owners: dict[str, str],
    ) -> Interaction:
        """Do what Discord does of an entry point itself: launch the activity, and say so.

        Raises ApiError 50234.
        """
        interaction = self._begin(
            COMMAND, application, user, channel, data, owners, data["name"], None, None
        )
        activity = self._launch(interaction)
        bot = self._world.users[application.bot_user_id]
        invitation = {"type": JOIN, "party_id": activity.instance_id}
        shown = {"activity": invitation, "application": basic_application_json(application, bot)}
        self.messages.send(interaction, Draft(frozenset()), 0, shown)
        interaction.response_type = LAUNCH_ACTIVITY
        self._settle(interaction)
        return interaction

    def _begin(
        self,
        kind: int,
        application: Application,
        user: User,
        channel: Channel,
        data: Json,
        owners: dict[str, str] | None,
        command_name: str | None,
        message: Message | None,
        parent: Interaction | None,
    ) -> Interaction:
        self._prune()
        interaction = Interaction(
            id=self._world.ids.next(),
            type=kind,
            token=secrets.token_urlsafe(60),
            application_id=application.id,
            user=user,
            channel_id=channel.id,
            guild_id=channel.guild_id,
            at_ms=self._world.clock.now_ms(),
            data=data,
            owners=let_in_by_server(channel) if owners is None else owners,
            context=context_of(channel, application),
            command_name=command_name,
            source_message=message,
            parent=parent,
        )
        self._by_id[interaction.id] = interaction
        self._by_token[interaction.token] = interaction
        self._tell(interaction, "INTERACTION_STARTED", {"name": command_name})
        return interaction

    async def answered(self, interaction: Interaction) -> Interaction:
        """Wait until the interaction has been answered or has failed."""
        if interaction.state == "waiting":
            future = self._waiting.setdefault(
                interaction.id, asyncio.get_running_loop().create_future()
            )
            await asyncio.shield(future)
        return interaction

    def get(self, interaction_id: int) -> Interaction | None:
        return self._by_id.get(interaction_id)

    def by_token(self, token: str) -> Interaction | None:
        """The interaction whose token this is, also where it has expired."""
        return self._by_token.get(token)

    def live(self, application_id: int, token: str) -> Interaction | None:
        """The interaction that a webhook route means, where its token still lives."""
        interaction = self._by_token.get(token)
        if interaction is None or interaction.application_id != application_id:
            return None
        if self._world.clock.now_ms() - interaction.at_ms > TOKEN_LIVES_MS:
            raise ApiError(50027)
        if interaction.state in ("waiting", "failed"):
            raise ApiError(10015)
        return interaction

    def respond(
        self, interaction_id: int, token: str, body: Any, uploads: list[Upload]
    ) -> tuple[Interaction, Json | None]:
        """Take the first answer; gives back the message it made or changed.

        Raises ApiError 10062 when it is too late or unknown, 40060 when there was one before,
        50035 when the answer is not allowed here.
        """
        interaction = self._by_id.get(interaction_id)
        if interaction is None or interaction.token != token or interaction.state == "failed":
            raise ApiError(10062)
        if interaction.state != "waiting":
            raise ApiError(40060)
        given = body.get("type") if isinstance(body, dict) else None
        kind = self._check_kind(interaction, given)
        data = body.get("data") or {}
        if not isinstance(data, dict):
            raise invalid(
                ("data",), "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType"
            )
        shaped = self._answer(interaction, kind, data, uploads)
        interaction.response_type = kind
        self._settle(interaction)
        return interaction, shaped

    @staticmethod
    def _check_kind(interaction: Interaction, kind: object) -> int:
        allowed = _ALLOWED[interaction.type]
        if interaction.type == MODAL_SUBMIT and interaction.source_message is None:
            allowed = allowed - {DEFERRED_UPDATE, UPDATE}
        if not isinstance(kind, int) or kind not in allowed:
            listed = ", ".join(str(found) for found in sorted(allowed))
            raise invalid(("type",), "BASE_TYPE_CHOICES", f"Value must be one of {{{listed}}}.")
        return kind

    def _answer(
        self, interaction: Interaction, kind: int, data: Json, uploads: list[Upload]
    ) -> Json | None:
        if kind == MODAL:
            interaction.modal = self._check_modal(interaction, data)
            interaction.state = "answered"
            self._tell(interaction, "MODAL_OPEN", interaction.modal)
            return None
        if kind == LAUNCH_ACTIVITY:
            self._launch(interaction)
            return None
        if kind == SKU_ELIGIBILITY:
            interaction.eligibility = check_eligibility(data)
            interaction.state = "answered"
            return None
        if kind == CHOICES:
            interaction.choices = check_choices(data, _typed_kind(interaction.data))
            interaction.state = "answered"
            return None
        try:
            if kind in (DEFERRED_UPDATE, UPDATE):
                return self._answer_update(interaction, kind, data, uploads)
            return self._answer_message(interaction, kind, data, uploads)
        except ApiError as problem:
            raise problem.below("data") from None

    def _launch(self, interaction: Interaction) -> Activity:
        application = self._world.applications[interaction.application_id]
        channel = self._channel(interaction)
        activity = launch(self._world, application, interaction.user, channel)
        interaction.activity_id = activity.instance_id
        interaction.state = "answered"
        launched = {
            "application_id": str(application.id),
            "channel_id": str(channel.id),
            "instance_id": activity.instance_id,
        }
        self._tell(interaction, "ACTIVITY_LAUNCHED", launched)
        return activity

    def _check_modal(self, interaction: Interaction, data: Json) -> Json:
        modal = check_modal(data)
        application = self._world.applications[interaction.application_id]
        bot = self._world.users[application.bot_user_id]
        settle_in_components(self._world, bot, modal["components"], ("data", "components"))
        return modal

    def _answer_update(
        self, interaction: Interaction, kind: int, data: Json, uploads: list[Upload]
    ) -> Json:
        message = interaction.source_message
        assert message is not None
        if kind == UPDATE:
            shaped = self.messages.change(message, data, uploads)
            interaction.state = "answered"
        else:
            shaped = self._world.message_json(message, message.author.id)
            interaction.state = "deferred_update"
        interaction.original_id = message.id
        return shaped

    def _answer_message(
        self, interaction: Interaction, kind: int, data: Json, uploads: list[Upload]
    ) -> Json:
        draft = check_message(data, uploads, ephemeral=True, voice=True)
        if kind == DEFERRED:
            draft = Draft(frozenset(), flags=draft.flags & EPHEMERAL)
        message, shaped = self.messages.send(interaction, draft, LOADING if kind == DEFERRED else 0)
        interaction.original_id = message.id
        interaction.state = "deferred" if kind == DEFERRED else "answered"
        return shaped

    def _channel(self, interaction: Interaction) -> Channel:
        return self._world.channel(interaction.channel_id)

    def _settle(self, interaction: Interaction) -> None:
        timer = self._timers.pop(interaction.id, None)
        if timer is not None:
            timer.cancel()
        self._tell(interaction, "INTERACTION_DONE", {"response_type": interaction.response_type})
        self._wake(interaction)

    def fail(self, interaction: Interaction, why: str | None = None) -> None:
        """Give it up, because of time or because of what the application did."""
        interaction.state = "failed"
        interaction.failure = why
        timer = self._timers.pop(interaction.id, None)
        if timer is not None:
            timer.cancel()
        application = self._world.applications[interaction.application_id]
        late = f"{application.name} did not answer within {ANSWER_WITHIN_S:g} seconds"
        self._tell(interaction, "INTERACTION_FAILED", {"reason": why or late})
        self._wake(interaction)

    def _wake(self, interaction: Interaction) -> None:
        future = self._waiting.pop(interaction.id, None)
        if future is not None and not future.done():
            future.set_result(interaction)

    def _tell(self, interaction: Interaction, event_type: str, more: Json) -> None:
        if interaction.type in (AUTOCOMPLETE, ELIGIBILITY):
            return
        data: Json = {"interaction_id": str(interaction.id), **more}
        if interaction.source_message is not None:
            data["message_id"] = str(interaction.source_message.id)
        only = frozenset({interaction.user.id})
        self._world.bus.publish(Event(event_type, data, only=only, bots=False))

    def _prune(self) -> None:
        oldest = self._world.clock.now_ms() - 2 * TOKEN_LIVES_MS
        while self._by_id:
            first = next(iter(self._by_id.values()))
            if first.at_ms > oldest:
                return
            del self._by_id[first.id]
            del self._by_token[first.token]

    def reset(self) -> None:
        """Forget every interaction; whoever waits for one is told that it failed."""
        for interaction in list(self._by_id.values()):
            if interaction.state == "waiting":
                interaction.state = "failed"
                self._wake(interaction)
        self.close()
        self._by_id.clear()
        self._by_token.clear()

    def close(self) -> None:
        """Let go of the timers."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()


def _typed_kind(data: Json) -> int:
    """The type of the option that is being typed."""
    for option in data.get("options", ()):
        if option.get("focused"):
            return int(option["type"])
        inner = _typed_kind(option)
        if inner:
            return inner
    return 0
