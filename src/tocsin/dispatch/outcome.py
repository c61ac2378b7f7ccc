"""What came of an attempt, as a value; and the one function that decides it from Discord's answer.

`trace` is the traceback of what failed, kept for tests only.

The facts behind the table are Discord's documentation of its JSON error codes and the observations of
discord.py's users; what has no published meaning is treated as transient, never as delivered.
"""

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """What a refusal for good speaks of."""

    MEMBER = "member"
    """DMs to this member: closed, blocked, or no such user."""
    CHANNEL = "channel"
    """This server's channel: permission or the channel itself is missing."""
    DM_CHANNEL = "dm channel"
    """The stored DM channel, not the member: it is opened anew once."""
    CONTENT = "content"
    """This rendering of the message."""
    OPENING = "opening"
    """The opening of DM channels, for every member, for some minutes."""
    BOT = "bot"
    """The token: nothing can be sent at all."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """Discord has the message."""

    message_id: int
    channel_id: int


@dataclass(frozen=True, slots=True)
class RetryAt:
    """It did not arrive, and may be tried again after `after` seconds (None: the usual backoff)."""

    reason: str
    after: float | None = None
    status: int | None = None
    code: int | None = None
    trace: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """It did not arrive, and the same request never will."""

    reason: str
    scope: Scope
    status: int | None = None
    code: int | None = None
    trace: str | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody knows whether it arrived: a time-out, a dropped connection, a lost answer."""

    reason: str
    status: int | None = None
    code: int | None = None
    trace: str | None = None


@dataclass(frozen=True, slots=True)
class NotSent:
    """The request never left this process."""

    reason: str
    trace: str | None = None


Outcome = Accepted | RetryAt | Refused | Unknown | NotSent

_CLOSED = {
    50007: "the member does not accept direct messages from this bot",
    50278: "the bot shares no server with the member, or the member closed direct messages there",
    10013: "there is no such user",
}
_CHANNEL_GONE = {
    10003: "the channel does not exist",
    50001: "the bot has no access to the channel",
}
_FORBIDDEN_IN_CHANNEL = {
    50013: "the bot may not post in the channel",
    50083: "the thread is archived",
    160005: "the thread is locked",
}
_OPENING = {
    40003: "direct messages were opened too fast",
    20026: "Discord has put the bot in quarantine",
}
_CONTENT = {
    50035: "Discord does not accept the message's form",
    50006: "the message would be empty",
    50109: "the request was no valid JSON",
    20009: "Discord refused the content as explicit",
    200000: "AutoMod blocked the message",
    240000: "the content holds a harmful link",
}
_TRANSIENT = {
    20016: "slow mode",
    20028: "a write rate limit of the channel",
    20029: "a write rate limit of the server",
    40004: "sending is switched off for now",
    40062: "Discord limits the resource",
    130000: "the service is overloaded",
}


def outcome_of(
    status: int,
    code: int = 0,
    *,
    in_dm: bool,
    is_json: bool = True,
    retry_after: float | None = None,
    message: str = "",
) -> Outcome:
    """The outcome of a send that was answered with an error.

    `status` is the HTTP status (400 to 599), `code` Discord's own code (0 where it gave none), `retry_after`
    seconds. `is_json` is whether the body was Discord's JSON: an answer from a proxy in between proves nothing
    about the destination.
    """
    told = f"HTTP {status}" + (f", code {code}" if code else "")
    if status == 401 or code == 40001:
        return Refused(f"the token is invalid ({told})", Scope.BOT, status, code)
    if status == 429:
        return RetryAt(f"rate limited ({told})", retry_after, status, code)
    if code in _TRANSIENT:
        return RetryAt(f"{_TRANSIENT[code]} ({told})", retry_after, status, code)
    if status >= 500:
        # A gateway may answer for a server that has carried the request out.
        return Unknown(f"Discord had an error of its own ({told})", status, code)
    if not is_json:
        return RetryAt(f"an answer that is not Discord's ({told})", retry_after, status, code)
    return _refusal(status, code, told, message, in_dm=in_dm)


def _refusal(status: int, code: int, told: str, message: str, *, in_dm: bool) -> Outcome:
    if code in _CLOSED:
        return Refused(f"{_CLOSED[code]} ({told})", Scope.MEMBER, status, code)
    if code in _OPENING:
        return Refused(f"{_OPENING[code]} ({told})", Scope.OPENING, status, code)
    if code in _CHANNEL_GONE:
        scope = Scope.DM_CHANNEL if in_dm else Scope.CHANNEL
        return Refused(f"{_CHANNEL_GONE[code]} ({told})", scope, status, code)
    if code in _FORBIDDEN_IN_CHANNEL:
        scope = Scope.MEMBER if in_dm else Scope.CHANNEL
        return Refused(f"{_FORBIDDEN_IN_CHANNEL[code]} ({told})", scope, status, code)
    if code in _CONTENT:
        return Refused(f"{_CONTENT[code]} ({told})", Scope.CONTENT, status, code)
    if code == 10008:
        # The nonce was known and its message has been deleted since, or something else is odd: history decides.
        return Unknown(f"Discord names a message that is gone ({told})", status, code)
    if status == 403:
        scope = Scope.MEMBER if in_dm else Scope.CHANNEL
        return Refused(
            f"Discord refuses it: {message or 'no reason given'} ({told})", scope, status, code
        )
    if status == 404:
        scope = Scope.DM_CHANNEL if in_dm else Scope.CHANNEL
        return Refused(f"the destination is gone ({told})", scope, status, code)
    return Refused(
        f"Discord refuses it: {message or 'no reason given'} ({told})", Scope.CONTENT, status, code
    )
