"""Errors as Discord words them: a status, a code, a message, and nested `errors` for bad bodies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

_KNOWN: dict[int, tuple[int, str]] = {
    10001: (404, "Unknown account"),
    10002: (404, "Unknown Application"),
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10005: (404, "Unknown Integration"),
    10006: (404, "Unknown Invite"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10009: (404, "Unknown Overwrite"),
    10011: (404, "Unknown Role"),
    10013: (404, "Unknown User"),
    10014: (404, "Unknown Emoji"),
    10015: (404, "Unknown Webhook"),
    10026: (404, "Unknown Ban"),
    10027: (404, "Unknown SKU"),
    10029: (404, "Unknown entitlement"),
    10057: (404, "Unknown Guild Template"),
    10060: (404, "Unknown sticker"),
    10061: (404, "Unknown sticker pack"),
    10065: (404, "Unknown Voice State"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    10066: (404, "Unknown Application Command Permissions"),
    10067: (404, "Unknown Stage Instance"),
    10069: (404, "Unknown Guild Welcome Screen"),
    10070: (404, "Unknown Guild Scheduled Event"),
    10071: (404, "Unknown Guild Scheduled Event User"),
    10087: (404, "Unknown Tag"),
    10097: (404, "Unknown sound"),
    20001: (403, "Bots cannot use this endpoint"),
    20012: (403, "You are not authorized to perform this action on this application"),
    20016: (429, "This action cannot be performed due to slowmode rate limit"),
    20028: (
        429,
        "The write action you are performing on the channel has hit the write rate limit.",
    ),
    30003: (400, "Maximum number of pins reached (250)"),
    30007: (400, "Maximum number of webhooks reached (15)"),
    30008: (400, "Maximum number of emojis reached (50)"),
    30010: (400, "Maximum number of reactions reached (20)"),
    30031: (400, "Guild already has a template"),
    30016: (400, "Maximum number of invites reached (1000)"),
    30018: (400, "Maximum number of animated emojis reached (50)"),
    30032: (400, "Maximum number of application commands reached (100)"),
    30034: (429, "Max number of daily application command creates has been reached (200)"),
    30038: (400, "Maximum number of uncompleted guild scheduled events has been reached (100)"),
    30045: (400, "Maximum number of soundboard sounds reached"),
    30039: (400, "Maximum number of stickers reached (5)"),
    30047: (400, "Maximum number of pinned threads in a forum channel has been reached"),
    40003: (403, "You are opening direct messages too fast"),
    40005: (413, "Request entity too large"),
    40006: (403, "This feature has been temporarily disabled server-side"),
    40007: (403, "The user is banned from this guild"),
    40032: (400, "Target user is not connected to voice."),
    40033: (400, "This message was already crossposted"),
    40058: (400, "Cannot send a message in a forum channel"),
    40060: (400, "Interaction has already been acknowledged."),
    40061: (400, "Tag names must be unique"),
    40066: (400, "There are no tags available that can be set by non-moderators"),
    40067: (400, "A tag is required to create a forum post in this channel"),
    50001: (403, "Missing Access"),
    50003: (403, "Cannot execute action on a DM channel"),
    50004: (403, "Widget Disabled"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50008: (400, "Cannot send messages in a non-text channel"),
    50013: (403, "Missing Permissions"),
    50019: (403, "A message can only be pinned in the channel in which it was sent"),
    50021: (403, "Cannot execute action on a system message"),
    50024: (400, "Cannot execute action on this channel type"),
    50027: (401, "Invalid Webhook Token"),
    50033: (400, "Invalid Recipient(s)"),
    50034: (400, "A message provided was too old to bulk delete"),
    50035: (400, "Invalid Form Body"),
    50074: (400, "Cannot delete a channel required for Community guilds"),
    50045: (400, "File uploaded exceeds the maximum size"),
    50046: (400, "Invalid file uploaded"),
    50080: (400, "Cannot edit stickers within a message"),
    50081: (400, "Invalid sticker sent"),
    50083: (400, "Thread is archived"),
    50101: (403, "This server needs more boosts to perform this action"),
    50091: (
        400,
        "The entity type of the event is different from the entity you are trying to start it for",
    ),
    50159: (400, "Voice messages do not support additional content."),
    50160: (400, "Voice messages must have a single audio attachment."),
    50161: (400, "Voice messages must have supporting metadata."),
    50162: (400, "Voice messages cannot be edited."),
    50167: (
        400,
        "Cannot send voice effect when user is server muted, deafened, or suppressed",
    ),
    50173: (403, "You cannot send voice messages in this channel."),
    40094: (400, "This interaction has hit the maximum number of follow up messages"),
    50234: (400, "Invalid Activity Launch, application is not EMBEDDED"),
    50240: (
        400,
        "You cannot remove this app's Entry Point command in a bulk update operation. "
        "Please include the Entry Point command in your update request or delete it separately.",
    ),
    50109: (400, "The request body contains invalid JSON."),
    50068: (400, "Invalid message type"),
    160009: (403, "Cannot reference a message without permission to read message history"),
    160014: (403, "You cannot forward a message whose content you cannot read"),
    520000: (403, "Poll voting blocked"),
    520001: (400, "Poll expired"),
    520003: (400, "Cannot edit a poll message"),
    520006: (400, "Cannot expire a non-poll message"),
    200000: (400, "Message was blocked by automatic moderation"),
    200001: (400, "Title was blocked by automatic moderation"),
    350000: (400, "Cannot enable onboarding, requirements are not met"),
    350001: (400, "Cannot update onboarding while below requirements"),
    500000: (400, "Failed to ban users"),
    50278: (403, "Cannot send messages to this user due to having no mutual guilds"),
    150006: (400, "The Stage is already open"),
    160004: (400, "A thread has already been created for this message"),
    160005: (403, "Thread is locked"),
    170001: (400, "Invalid JSON for uploaded Lottie file"),
    170002: (400, "Uploaded Lotties cannot contain rasterized images such as PNG or JPEG"),
    170004: (400, "Sticker frame count exceeds maximum of 1000 frames"),
    170005: (400, "Lottie animation maximum dimensions exceeded"),
    170006: (400, "Sticker frame rate is either too small or too large"),
    170007: (400, "Sticker animation duration exceeds maximum of 5 seconds"),
    220001: (400, "Webhooks posted to forum channels must have a thread_name or thread_id"),
    220002: (400, "Webhooks posted to forum channels cannot have both a thread_name and thread_id"),
    220003: (400, "Webhooks can only create threads in forum channels"),
    220004: (400, "Webhook services cannot be used in forum channels"),
}


class ApiError(Exception):
    """The request is refused with one of Discord's error bodies."""

    def __init__(
        self,
        code: int,
        *,
        status: int | None = None,
        message: str | None = None,
        errors: Json | None = None,
    ) -> None:
        known_status, known_message = _KNOWN.get(code, (400, "Error"))
        self.status = status or known_status
        self.code = code
        self.message = message or known_message
        self.errors = errors
        super().__init__(f"{self.status} {self.code}: {self.message}")

    def below(self, key: str) -> ApiError:
        """The same error of a body that stands at `key` of the one that was sent."""
        if self.errors is None:
            return self
        return ApiError(
            self.code, status=self.status, message=self.message, errors={key: self.errors}
        )

    def body(self) -> Json:
        body: Json = {"message": self.message, "code": self.code}
        if self.errors is not None:
            body["errors"] = self.errors
        return body


class TooFast(ApiError):
    """A limit of Discord's that is none of the buckets: when to come back is in the body."""

    def __init__(self, code: int, retry_after: float, scope: str | None = None) -> None:
        self.retry_after = retry_after
        self.scope = scope
        super().__init__(code)

    def body(self) -> Json:
        return {**super().body(), "retry_after": round(self.retry_after, 3), "global": False}


def problems_in_words(error: ApiError) -> str:
    """An error and what is nested in it, in one line."""
    listed = [f"{'.'.join(path)}: {text}" for path, text in _nested(error.errors or {})]
    return "; ".join(listed) or error.message


def _nested(node: Json, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    for key, inner in node.items():
        if key == "_errors":
            yield from ((path, str(one["message"])) for one in inner)
        else:
            yield from _nested(inner, (*path, key))


class NotImplementedBySandbox(ApiError):
    """Discord has this; the sandbox does not, and says so instead of pretending."""

    def __init__(self, what: str) -> None:
        super().__init__(0, status=501, message=f"{what} is not implemented by the sandbox")


class Problems:
    """Collects what is wrong with a body, in the nested form that code 50035 has."""

    __slots__ = ("_tree",)

    def __init__(self) -> None:
        self._tree: Json = {}

    def add(self, path: tuple[str | int, ...], code: str, message: str) -> None:
        """Note a problem at `path`, such as `("embeds", 0, "title")`."""
        node = self._tree
        for key in path:
            node = node.setdefault(str(key), {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def __bool__(self) -> bool:
        return bool(self._tree)

    def raise_if_any(self) -> None:
        """Raises ApiError 50035 when a problem was noted."""
        if self._tree:
            raise ApiError(50035, errors=self._tree)


def invalid(path: tuple[str | int, ...], code: str, message: str) -> ApiError:
    """The 50035 error for a body with one problem."""
    problems = Problems()
    problems.add(path, code, message)
    return ApiError(50035, errors=problems._tree)
