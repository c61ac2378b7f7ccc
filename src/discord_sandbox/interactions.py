"""Interactions: what members start, and what applications answer."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

from discord_sandbox import messages
from discord_sandbox.emojis import settle_in_components
from discord_sandbox.errors import ApiError, NotImplementedBySandbox, invalid
from discord_sandbox.events import Event
from discord_sandbox.interaction_payload import interaction_json, metadata_json
from discord_sandbox.messages import Origin
from discord_sandbox.model import (
    EPHEMERAL,
    LOADING,
    Application,
    Channel,
    Interaction,
    Json,
    Message,
    User,
)
from discord_sandbox.validate.command_options import check_choices
from discord_sandbox.validate.message import Draft, Upload, check_message
from discord_sandbox.validate.modals import check_modal
from discord_sandbox.world import World

PING, COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 1, 2, 3, 4, 5
MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
_ALLOWED = {
    COMMAND: {MESSAGE, DEFERRED, MODAL},
    COMPONENT: {MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, MODAL},
    AUTOCOMPLETE: {CHOICES},
    MODAL_SUBMIT: {MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE},
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
        self._waiting: dict[int, asyncio.Future[Interaction]] = {}

    def start(
        self,
        kind: int,
        application: Application,
        user: User,
        channel: Channel,
        data: Json,
        *,
        command_name: str | None = None,
        message: Message | None = None,
        parent: Interaction | None = None,
    ) -> Interaction:
        """Hand a member's act to the application, which has 3 s to answer."""
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
            command_name=command_name,
            source_message=message,
            parent=parent,
        )
        self._by_id[interaction.id] = interaction
        self._by_token[interaction.token] = interaction
        loop = asyncio.get_running_loop()
        self._timers[interaction.id] = loop.call_later(ANSWER_WITHIN_S, self._fail, interaction)
        self._tell(interaction, "INTERACTION_STARTED", {"name": command_name})
        payload = interaction_json(self._world, interaction)
        guild = None if channel.guild_id is None else self._world.guilds[channel.guild_id]
        only = frozenset({application.bot_user_id})
        self._world.bus.publish(Event("INTERACTION_CREATE", payload, guild=guild, only=only))
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
        if kind == 12:
            raise NotImplementedBySandbox("Launching an activity")
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
            shaped = self._edit(message, data, uploads)
            interaction.state = "answered"
        else:
            shaped = self._world.message_json(message, message.author.id)
            interaction.state = "deferred_update"
        interaction.original_id = message.id
        return shaped

    def _answer_message(
        self, interaction: Interaction, kind: int, data: Json, uploads: list[Upload]
    ) -> Json:
        draft = check_message(data, uploads, ephemeral=True)
        if kind == DEFERRED:
            draft = Draft(frozenset(), flags=draft.flags & EPHEMERAL)
        message, shaped = self._send(interaction, draft, LOADING if kind == DEFERRED else 0)
        interaction.original_id = message.id
        interaction.state = "deferred" if kind == DEFERRED else "answered"
        return shaped

    def follow_up(self, interaction: Interaction, body: Any, uploads: list[Upload]) -> Json:
        """Another message; the first after a deferral takes the place of the waiting one."""
        draft = check_message(body, uploads, ephemeral=True)
        if interaction.state == "deferred" and interaction.original_id is not None:
            interaction.state = "answered"
            message = self.message(interaction, interaction.original_id)
            # Who can read it was settled by the deferral.
            draft.flags &= ~EPHEMERAL
            draft.given |= {"flags"}
            channel = self._channel(interaction)
            return messages.edit_and_show(self._world, channel, message, draft).data
        message, shaped = self._send(interaction, draft, 0)
        interaction.followup_ids.append(message.id)
        return shaped

    def edit(
        self, interaction: Interaction, message_id: int, body: Any, uploads: list[Upload]
    ) -> Json:
        """Edit the original response or a follow-up. Raises ApiError 10008."""
        message = self.message(interaction, message_id)
        shaped = self._edit(message, body, uploads)
        if interaction.state == "deferred" and message_id == interaction.original_id:
            interaction.state = "answered"
        return shaped

    def delete(self, interaction: Interaction, message_id: int) -> None:
        """Delete the original response or a follow-up. Raises ApiError 10008."""
        message = self.message(interaction, message_id)
        messages.delete(self._world, self._channel(interaction), message)

    def message(self, interaction: Interaction, message_id: int | None) -> Message:
        """A message this interaction made, or was started from. Raises ApiError 10008."""
        channel = self._channel(interaction)
        own = {interaction.original_id, *interaction.followup_ids}
        found = None
        if message_id is not None and message_id in own:
            found = channel.messages.get(message_id) or channel.ephemeral.get(message_id)
        if found is None:
            raise ApiError(10008)
        return found

    def _send(self, interaction: Interaction, draft: Draft, flags: int) -> tuple[Message, Json]:
        application = self._world.applications[interaction.application_id]
        ephemeral = bool(draft.flags & EPHEMERAL)
        origin = Origin(
            application_id=application.id,
            webhook_id=application.id,
            interaction=metadata_json(interaction),
            reader_id=interaction.user.id if ephemeral else None,
            type=20 if interaction.type == COMMAND else 0,
            flags=flags,
        )
        bot = self._world.users[application.bot_user_id]
        channel = self._channel(interaction)
        message, shown = messages.create_and_show(self._world, bot, channel, draft, origin)
        return message, shown.data

    def _edit(self, message: Message, body: Any, uploads: list[Upload]) -> Json:
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

    def _settle(self, interaction: Interaction) -> None:
        timer = self._timers.pop(interaction.id, None)
        if timer is not None:
            timer.cancel()
        self._tell(interaction, "INTERACTION_DONE", {"response_type": interaction.response_type})
        self._wake(interaction)

    def _fail(self, interaction: Interaction) -> None:
        interaction.state = "failed"
        self._timers.pop(interaction.id, None)
        application = self._world.applications[interaction.application_id]
        reason = f"{application.name} did not answer within {ANSWER_WITHIN_S:g} seconds"
        self._tell(interaction, "INTERACTION_FAILED", {"reason": reason})
        self._wake(interaction)

    def _wake(self, interaction: Interaction) -> None:
        future = self._waiting.pop(interaction.id, None)
        if future is not None and not future.done():
            future.set_result(interaction)

    def _tell(self, interaction: Interaction, event_type: str, more: Json) -> None:
        if interaction.type == AUTOCOMPLETE:
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
