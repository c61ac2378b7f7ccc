"""All gateway sessions: who may identify, what READY says, and faults that strike connections."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from discord_sandbox.events import Event
from discord_sandbox.faults import Fault, Faults
from discord_sandbox.gateway import intents as bits
from discord_sandbox.gateway.connection import (
    AUTHENTICATION_FAILED,
    DECODE_ERROR,
    INVALID_SESSION,
    RECONNECT,
    Close,
    Connection,
)
from discord_sandbox.gateway.session import LARGE, Session
from discord_sandbox.gateway.voice import leave_voice, update_voice_state
from discord_sandbox.guilds import activity_json, guild_create_json, presence_json
from discord_sandbox.model import Application, Guild, Json
from discord_sandbox.ratelimit import RateLimits
from discord_sandbox.shapes.guilds import member_json
from discord_sandbox.shapes.users import own_user_json
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.soundboard import sounds_json
from discord_sandbox.wire import encode
from discord_sandbox.world import World

INVALID_SEQ, INVALID_SHARD, INVALID_INTENTS, DISALLOWED_INTENTS = 4007, 4010, 4013, 4014
KEPT_FOR_S = 180.0


def _threshold(value: Any) -> int:
    """From how many members on a server counts as large. Raises Close for no such number."""
    if isinstance(value, bool) or not isinstance(value, int) or not 50 <= value <= 250:
        raise Close(DECODE_ERROR, "large_threshold must be a number from 50 to 250.")
    return value


class Hub:
    """Sessions by id, and the connection that carries each."""

    def __init__(self, world: World, limits: RateLimits, faults: Faults) -> None:
        self._world = world
        self._limits = limits
        self._faults = faults
        self._sessions: dict[str, Session] = {}
        self._connections: dict[str, Connection] = {}
        self.gateway_url = "ws://127.0.0.1/gateway"

    # --- identify and resume ---------------------------------------------------------------

    def identify(self, body: Any) -> Session | None:
        """Begin a session; None where the bot began another one too recently.

        Raises Close for what Discord would not let in.
        """
        if not isinstance(body, dict):
            raise Close(DECODE_ERROR, "Identify needs an object.")
        application = self._application(body.get("token"))
        intents = body.get("intents")
        if isinstance(intents, bool) or not isinstance(intents, int) or intents & ~bits.KNOWN:
            raise Close(INVALID_INTENTS, "Invalid intent(s).")
        privileged = sum(bits.PRIVILEGED.values())
        if intents & privileged & ~application.privileged_intents:
            raise Close(DISALLOWED_INTENTS, "Disallowed intent(s).")
        shard = self._shard(body.get("shard"))
        now_ms = self._world.clock.now_ms()
        refused = self._limits.begin_session(application.id, shard[0], now_ms)
        if refused == "none left":
            raise Close(AUTHENTICATION_FAILED, "There are no session starts left.")
        if refused is not None:
            return None
        threshold = body.get("large_threshold", LARGE)
        session = Session(self._world, application, intents, shard, large=_threshold(threshold))
        session.passing = partial(self._passing, session)
        self._forget_lost()
        self._sessions[session.id] = session
        self._world.bus.listen(session.offer)
        if isinstance(body.get("presence"), dict):
            self.set_presence(session, body["presence"])
        return session

    def _application(self, token: Any) -> Application:
        name = token.removeprefix("Bot ") if isinstance(token, str) else ""
        application = self._world.tokens.get(name)
        if application is None:
            raise Close(AUTHENTICATION_FAILED, "Authentication failed.")
        return application

    @staticmethod
    def _shard(value: Any) -> tuple[int, int]:
        if value is None:
            return 0, 1
        if (
            isinstance(value, list)
            and len(value) == 2
            and all(isinstance(part, int) for part in value)
            and 0 <= value[0] < value[1]
        ):
            return value[0], value[1]
        raise Close(INVALID_SHARD, "Invalid shard.")

    def resume(self, body: Any) -> Session | None:
        """The session to go on with, or None where it must be begun anew."""
        if not isinstance(body, dict):
            raise Close(DECODE_ERROR, "Resume needs an object.")
        application = self._application(body.get("token"))
        self._forget_lost()
        session = self._sessions.get(str(body.get("session_id")))
        seq = body.get("seq")
        if session is None or session.application is not application:
            return None
        if not isinstance(seq, int) or seq > session.seq:
            raise Close(INVALID_SEQ, "Invalid seq.")
        if not session.can_resume(seq):
            return None
        carried = self._connections.pop(session.id, None)
        if carried is not None:
            carried.end(4000, "The session was resumed elsewhere.")
        return session

    def send_ready(self, session: Session) -> None:
        """READY, and every server of the shard after it."""
        guilds = self._guilds(session)
        ready = {
            "v": 10,
            "user": own_user_json(self._world.users[session.bot_id]),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": self.gateway_url,
            "session_type": "normal",
            "shard": list(session.shard),
            "application": {
                "id": str(session.application.id),
                "flags": session.application.flags,
            },
            "private_channels": [],
            "relationships": [],
            "presences": [],
            "user_settings": {},
            "geo_ordered_rtc_regions": [],
            "guild_join_requests": [],
            "_trace": ['["sandbox"]'],
        }
        session.dispatch("READY", encode(ready))
        if not session.intents & bits.GUILDS:
            return
        for guild in guilds:
            whole = guild_create_json(self._world, guild, session.bot_id)
            session.dispatch("GUILD_CREATE", encode(session.trim_guild(whole)))

    def _guilds(self, session: Session) -> list[Guild]:
        shard_id, count = session.shard
        return [
            guild
            for guild in self._world.guilds_of(session.bot_id)
            if (guild.id >> 22) % count == shard_id
        ]

    # --- connections -------------------------------------------------------------------------

    def connected(self, session: Session, connection: Connection) -> None:
        self._connections[session.id] = connection
        self._show_status(session, session.status)
        told = {"application_id": str(session.application.id), "session_id": session.id}
        self._world.bus.publish(Event("BOT_CONNECTED", told, only=frozenset(), bots=False))

    def disconnected(
        self, session: Session, connection: Connection, *, for_good: bool = False
    ) -> None:
        """The session goes on collecting for a while, in case it is resumed.

        `for_good` says that the client closed it so that it cannot be, at Discord.
        """
        if for_good:
            leave_voice(self._world, session)
        if self._connections.get(session.id) is connection:
            del self._connections[session.id]
            session.disconnect(asyncio.get_running_loop().time())
            if not self.is_connected(session.application.id):
                self._show_status(session, "offline")

    def is_connected(self, application_id: int) -> bool:
        return any(
            self._sessions[session_id].application.id == application_id
            for session_id in self._connections
            if session_id in self._sessions
        )

    def _forget_lost(self) -> None:
        now = asyncio.get_running_loop().time()
        for session in list(self._sessions.values()):
            if session.lost_at is not None and now - session.lost_at > KEPT_FOR_S:
                self._forget(session)

    def _forget(self, session: Session) -> None:
        self._sessions.pop(session.id, None)
        leave_voice(self._world, session)
        self._world.bus.unlisten(session.offer)

    # --- what clients ask for ------------------------------------------------------------------

    def set_presence(self, session: Session, body: Any) -> None:
        """Show the bot as it wants to be seen."""
        status = body.get("status") if isinstance(body, dict) else None
        if status not in ("online", "idle", "dnd", "invisible", "offline"):
            return
        session.status = "offline" if status == "invisible" else status
        listed = body.get("activities")
        session.activities = [one for one in map(activity_json, listed or ()) if one is not None]
        self._show_status(session, session.status)

    def set_voice(self, session: Session, body: Any) -> None:
        """Let the bot be in voice where it wants to be."""
        update_voice_state(self._world, session, body)

    def _show_status(self, session: Session, status: str) -> None:
        user = self._world.users.get(session.bot_id)
        activities = session.activities if status != "offline" else []
        if user is None or (user.status, user.activities) == (status, activities):
            return
        user.status, user.activities = status, activities
        for guild in self._world.guilds_of(user.id):
            shaped = presence_json(guild, user)
            self._world.bus.publish(Event("PRESENCE_UPDATE", shaped, guild=guild))

    def send_members(self, session: Session, body: Any) -> None:
        """Answer a request for members, in chunks of a thousand."""
        guild_id = parse_snowflake(body.get("guild_id")) if isinstance(body, dict) else None
        guild = self._world.guilds.get(guild_id or 0)
        if guild is None or session.bot_id not in guild.members:
            return
        wanted = body.get("user_ids")
        query, limit = body.get("query"), body.get("limit", 0)
        not_found: list[str] = []
        if wanted is not None:
            listed = wanted if isinstance(wanted, list) else [wanted]
            ids = [parse_snowflake(one) or 0 for one in listed[:100]]
            found = [guild.members[one] for one in ids if one in guild.members]
            not_found = [str(one) for one in ids if one not in guild.members]
        elif not query and not limit:
            if not session.intents & bits.GUILD_MEMBERS:
                raise Close(DISALLOWED_INTENTS, "Disallowed intent(s).")
            found = list(guild.members.values())
        else:
            start = str(query or "").lower()
            found = [
                member
                for member in guild.members.values()
                if (member.nick or member.user.username).lower().startswith(start)
                or member.user.username.lower().startswith(start)
            ][: min(limit or 100, 100)]
        chunks = [found[at : at + 1000] for at in range(0, len(found), 1000)] or [[]]
        for index, chunk in enumerate(chunks):
            data: Json = {
                "guild_id": str(guild.id),
                "members": [member_json(member) for member in chunk],
                "chunk_index": index,
                "chunk_count": len(chunks),
                "not_found": not_found,
            }
            if body.get("presences") and session.intents & bits.GUILD_PRESENCES:
                data["presences"] = [
                    presence_json(guild, member.user)
                    for member in chunk
                    if member.user.status != "offline"
                ]
            if body.get("nonce") is not None:
                data["nonce"] = body["nonce"]
            session.dispatch("GUILD_MEMBERS_CHUNK", encode(data))

    def send_sounds(self, session: Session, body: Any) -> None:
        """Answer a request for the sounds of servers, of those that the bot is in."""
        given = body.get("guild_ids") if isinstance(body, dict) else None
        for one in given if isinstance(given, list) else ():
            guild = self._world.guilds.get(parse_snowflake(one) or 0)
            if guild is not None and session.bot_id in guild.members:
                data: Json = {"guild_id": str(guild.id)}
                data["soundboard_sounds"] = sounds_json(self._world, guild)
                session.dispatch("SOUNDBOARD_SOUNDS", encode(data))

    # --- faults --------------------------------------------------------------------------------

    def strike(self, fault: Fault) -> None:
        """Do at once what a gateway fault orders, to every connection or to one bot's."""
        for session_id in list(self._connections):
            session = self._sessions.get(session_id)
            if session is None or fault.user_id not in (None, session.bot_id):
                continue
            fault.struck += 1
            self._strike_session(fault, session)

    def _strike_session(self, fault: Fault, session: Session) -> None:
        connection = self._connections.get(session.id)
        if connection is None:
            return
        if fault.kind == "gateway_drop":
            connection.cut(fault)
        elif fault.kind == "gateway_reconnect":
            connection.say(RECONNECT, None)
        elif fault.kind == "gateway_invalid_session":
            if not fault.resumable:
                self._forget(session)
            connection.say(INVALID_SESSION, fault.resumable)

    def _passing(self, session: Session, event_type: str) -> None:
        """An event is on its way: kept to be replayed, it is struck before it leaves."""
        if self._faults.on_gateway:
            fault = self._faults.strike_passing(event_type, session.bot_id)
            if fault is not None:
                self._strike_session(fault, session)

    def sent(self, name: str, token: object, session: Session | None) -> Fault | None:
        """The fault that strikes what a client sends: HEARTBEAT, IDENTIFY or RESUME."""
        if not self._faults.on_gateway:
            return None
        bot_id = session.bot_id if session else self._application(token).bot_user_id
        return self._faults.strike_passing(name, bot_id)

    def reset(self) -> None:
        """Cut every bot off and forget its session."""
        self.close()
        for session in list(self._sessions.values()):
            self._forget(session)

    def close(self) -> None:
        """The sandbox ends: tell every client to come back later."""
        for connection in list(self._connections.values()):
            connection.end(1001, "The sandbox was stopped.")
