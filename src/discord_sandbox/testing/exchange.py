"""What a member started, and what the bot answers to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from discord_sandbox.testing.messages import Message, Modal
from discord_sandbox.testing.stream import DEFAULT_TIMEOUT_S, Frame, Stream

T = TypeVar("T")


class Unanswered(AssertionError):
    """The bot did not answer an interaction within Discord's three seconds."""


@dataclass(frozen=True)
class Activity:
    """An instance of an application's activity; the sandbox runs nothing in it."""

    id: str
    application_id: int
    channel_id: int


class Exchange:
    """An interaction on its way: a command run, a button pressed, a modal submitted."""

    def __init__(
        self, stream: Stream, since: int, interaction_id: int, message_id: int | None
    ) -> None:
        self.interaction_id = interaction_id
        self._stream = stream
        self._since = since
        self._message_id = message_id

    async def response(self, timeout: float = DEFAULT_TIMEOUT_S) -> Message:
        """The message that answers: new, or updated, or what came after the bot had deferred.

        Raises Unanswered, or WaitedInVain; TypeError when a modal was opened instead.
        """
        answer = await self.answer(timeout)
        if isinstance(answer, Modal):
            raise TypeError(f"The bot opened the modal {answer.title!r}, and sent no message.")
        return answer

    async def modal(self, timeout: float = DEFAULT_TIMEOUT_S) -> Modal:
        """The modal that the bot opens.

        Raises Unanswered, or WaitedInVain; TypeError when a message was sent instead.
        """
        answer = await self.answer(timeout)
        if isinstance(answer, Message):
            raise TypeError(f"The bot sent the message {answer.text!r}, and opened no modal.")
        return answer

    async def activity(self, timeout: float = DEFAULT_TIMEOUT_S) -> Activity:
        """The activity that the bot launches, or Discord for it. Raises Unanswered, or WaitedInVain."""

        def pick(frame: Frame) -> Activity | None:
            self._raise_if_failed(frame)
            if frame.type != "ACTIVITY_LAUNCHED" or not self._mine(frame):
                return None
            told = frame.data
            return Activity(
                told["instance_id"], int(told["application_id"]), int(told["channel_id"])
            )

        return await self._wait(pick, timeout, "the activity")

    async def done(self, timeout: float = DEFAULT_TIMEOUT_S) -> int:
        """Wait for the first answer of any kind; gives back its response type.

        Raises Unanswered, or WaitedInVain.
        """

        def pick(frame: Frame) -> int | None:
            self._raise_if_failed(frame)
            if frame.type == "INTERACTION_DONE" and self._mine(frame):
                return int(frame.data["response_type"])
            return None

        return await self._wait(pick, timeout, "the answer")

    async def followup(
        self,
        predicate: Callable[[Message], bool] = lambda _: True,
        timeout: float = DEFAULT_TIMEOUT_S,
    ) -> Message:
        """A further message of the same interaction. Raises WaitedInVain."""
        first = await self.response(timeout)

        def pick(frame: Frame) -> Message | None:
            message = self._message(frame)
            if message is None or message.id == first.id or not predicate(message):
                return None
            return message

        return await self._wait(pick, timeout, "a follow-up")

    async def answer(self, timeout: float = DEFAULT_TIMEOUT_S) -> Message | Modal:
        """The message or the modal that answers, whichever it is.

        Raises Unanswered, or WaitedInVain.
        """

        def pick(frame: Frame) -> Message | Modal | None:
            self._raise_if_failed(frame)
            if frame.type == "MODAL_OPEN" and self._mine(frame):
                return Modal(frame.data)
            return self._message(frame)

        return await self._wait(pick, timeout, "the answer")

    async def _wait(self, pick: Callable[[Frame], T | None], timeout: float, what: str) -> T:
        named = f"{what} to interaction {self.interaction_id}"
        return await self._stream.wait_for(pick, since=self._since, timeout=timeout, what=named)

    def _mine(self, frame: Frame) -> bool:
        return int(frame.data.get("interaction_id", 0)) == self.interaction_id

    def _raise_if_failed(self, frame: Frame) -> None:
        if frame.type == "INTERACTION_FAILED" and self._mine(frame):
            raise Unanswered(frame.data["reason"])

    def _message(self, frame: Frame) -> Message | None:
        """The message of this interaction that an event shows, unless the bot still thinks."""
        if frame.type not in ("MESSAGE_CREATE", "MESSAGE_UPDATE"):
            return None
        message = Message(frame.data)
        about = frame.data.get("interaction_metadata", {})
        mine = int(about.get("id", 0)) == self.interaction_id
        updated = frame.type == "MESSAGE_UPDATE" and message.id == self._message_id
        return message if (mine or updated) and not message.loading else None
