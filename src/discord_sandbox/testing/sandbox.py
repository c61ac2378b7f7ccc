"""The sandbox, from a test's side."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

from discord_sandbox.testing.bots import BotProcess, running
from discord_sandbox.testing.control import Control, Json
from discord_sandbox.testing.faults import Clock, Fault
from discord_sandbox.testing.members import Member
from discord_sandbox.testing.pictures import Emoji, data_uri, with_pictures
from discord_sandbox.testing.places import Application, Guild
from discord_sandbox.testing.process import SandboxProcess
from discord_sandbox.testing.stream import Stream


class Sandbox:
    """A running sandbox. `start` runs one of its own; `connect` uses one that runs."""

    def __init__(self, base_url: str) -> None:
        self.url = base_url.rstrip("/")
        self.control = Control(self.url)
        self.clock = Clock(self.control)
        self._streams: list[Stream] = []

    @classmethod
    @contextlib.asynccontextmanager
    async def start(
        cls, *, port: int = 0, seed: Json | None = None, options: Sequence[str] = ()
    ) -> AsyncIterator[Sandbox]:
        """Run a sandbox as a process for as long as the block lasts."""
        process = SandboxProcess(port=port, seed=seed, options=options)
        url = await asyncio.to_thread(process.start)
        try:
            async with cls.connect(url) as sandbox:
                yield sandbox
        finally:
            await asyncio.to_thread(process.stop)

    @classmethod
    @contextlib.asynccontextmanager
    async def connect(cls, url: str) -> AsyncIterator[Sandbox]:
        """Use the sandbox that listens at `url`."""
        sandbox = cls(url)
        try:
            yield sandbox
        finally:
            await sandbox.close()

    async def close(self) -> None:
        """Let go of the connections; the sandbox itself runs on."""
        for stream in self._streams:
            await stream.close()
        await self.control.close()

    def keep(self, stream: Stream) -> None:
        """Close this stream when the sandbox is closed."""
        self._streams.append(stream)

    @property
    def api_url(self) -> str:
        """Where a bot finds the REST API, version and all."""
        return f"{self.url}/api/v10"

    @property
    def gateway_url(self) -> str:
        """Where a bot finds the gateway."""
        return self.url.replace("http", "ws", 1) + "/gateway"

    @property
    def cdn_url(self) -> str:
        """Where pictures are, as they are at Discord's CDN."""
        return f"{self.url}/cdn"

    # --- making ------------------------------------------------------------------------------

    async def make_user(self, username: str, **more: Any) -> Member:
        """Make a person; `more` may give a global_name, an id, and an avatar or banner as bytes."""
        body = {"username": username, **with_pictures(more)}
        return Member(self, await self.control.post("/users", body))

    async def make_application(
        self, name: str, *, token: str | None = None, intents: Iterable[str] = (), **more: Any
    ) -> Application:
        """Make a bot; `intents` are the privileged ones it is allowed, by name.

        With `activity=True` it has an activity, and the entry point that comes with one. `more`
        may also give an id, an owner_id, a signing_key, and an interactions_endpoint_url, to
        which interactions are posted without a check: its bot needs what is made here.
        """
        body: Json = {"name": name, "intents": list(intents), **with_pictures(more)}
        if token is not None:
            body["token"] = token
        made = await self.control.post("/applications", body)
        about = made["application"]
        return Application(int(about["id"]), name, made["token"], about["verify_key"])

    async def make_sku(
        self, bot: Application, name: str, kind: int = 5, *, for_guild: bool = False
    ) -> int:
        """Let an application sell something, and answer its id.

        It is a subscription (5), or something that is kept (2) or used up (3); with `for_guild`
        a server has it.
        """
        body: Json = {"name": name, "type": kind, "for_guild": for_guild}
        made = await self.control.post(f"/applications/{bot.id}/skus", body)
        return int(made["id"])

    async def set_interactions_endpoint(self, bot: Application, url: str | None) -> None:
        """Do what the developer portal does: check the bot's endpoint, and send interactions there.

        None is the gateway again. Raises SandboxError, which says what is wrong with the endpoint.
        """
        path = f"/applications/{bot.id}/interactions-endpoint"
        await self.control.put(path, {"url": url})

    async def make_guild(
        self,
        name: str,
        *,
        owner: Member,
        channels: Sequence[str] = ("general",),
        members: Iterable[Member] = (),
        bots: Iterable[Application] = (),
        template: str | None = None,
        **more: Any,
    ) -> Guild:
        """Make a server with text channels of these names, and these in it.

        With `template`, a template's code, its channels and roles are those of the template.
        `more` may give it `features`, and as bytes its icon, banner, splash and discovery_splash.
        """
        body: Json = {
            **with_pictures(more),
            "name": name,
            "owner_id": str(owner.id),
            "channels": list(channels),
            "members": [str(member.id) for member in members],
            "bots": [str(bot.id) for bot in bots],
        }
        if template is not None:
            body["template"] = template
        return Guild(self, await self.control.post("/guilds", body), owner)

    async def make_application_emoji(
        self, application: Application, name: str, image: bytes
    ) -> Emoji:
        """Make an emoji that only this application can use."""
        body = {"name": name, "image": data_uri(image)}
        path = f"/applications/{application.id}/emojis"
        return Emoji.of(await self.control.post(path, body))

    async def picture(self, path: str) -> bytes | None:
        """A picture by its path on the CDN, such as `avatars/ID/HASH.png`; None where none is."""
        return await self.control.download(f"/cdn/{path}")

    def running(
        self,
        *command: str,
        application: Application,
        commands: bool = True,
        env: Mapping[str, str] | None = None,
        timeout: float = 30,
    ) -> contextlib.AbstractAsyncContextManager[BotProcess]:
        """Run a bot for as long as the block lasts: a program and its arguments.

        It finds DISCORD_TOKEN, DISCORD_APPLICATION_ID, DISCORD_PUBLIC_KEY, DISCORD_API_URL,
        DISCORD_GATEWAY_URL and DISCORD_CDN_URL in its environment, beside `env`. The block begins
        once it is connected, or has an interactions endpoint, and, with `commands`, has registered
        any.
        Raises BotEnded, or WaitedInVain with what the bot said.
        """
        return running(
            self, command, application, commands=commands, env=env or {}, timeout=timeout
        )

    async def sow(self, seed: Json) -> None:
        """Make all that a seed describes, which is faster than one by one."""
        await self.control.post("/seed", seed)

    # --- the world of a seed -----------------------------------------------------------------

    async def member(self, username: str) -> Member:
        """The person of this name. Raises LookupError."""
        world = await self.world()
        for user in world["users"]:
            if user["username"] == username:
                return Member(self, user)
        raise LookupError(f"There is no user {username!r} in the sandbox.")

    async def guild(self, name: str) -> Guild:
        """The server of this name. Raises LookupError."""
        world = await self.world()
        for found in world["guilds"]:
            if found["name"] == name:
                by_id = {user["id"]: user for user in world["users"]}
                owner = Member(self, by_id[found["owner_id"]])
                view = await owner.view()
                whole = next(one for one in view["guilds"] if one["id"] == found["id"])
                return Guild(self, whole, owner)
        raise LookupError(f"There is no guild {name!r} in the sandbox.")

    async def world(self) -> Json:
        """Users, applications and guilds there are, in brief."""
        world: Json = await self.control.get("/world")
        return world

    async def activities(self) -> list[Json]:
        """The activities that go on, as Discord describes an instance."""
        going_on: list[Json] = await self.control.get("/activities")
        return going_on

    # --- breaking ----------------------------------------------------------------------------

    async def fault(self, kind: str, **match: Any) -> Fault:
        """Order a fault: which kinds and matches there are says docs/sandbox-control-api.md.

        A Member may be given as `user_id`.
        """
        body = {name: value for name, value in match.items() if value is not None}
        if isinstance(body.get("user_id"), Member):
            body["user_id"] = body["user_id"].id
        if "user_id" in body:
            body["user_id"] = str(body["user_id"])
        made = await self.control.post("/faults", {"kind": kind, **body})
        return Fault(self.control, made["id"], kind)

    async def clear_faults(self) -> None:
        await self.control.delete("/faults")

    async def limits(self, **limits: int | bool | Json | None) -> Json:
        """Set rate limits; None or False switches one off. Answers all of them.

        `routes` gives a route's buckets a size:
        `{"POST /channels/{channel_id}/messages": {"limit": 1, "per_s": 5, "scope": "shared"}}`.
        """
        answer: Json = await self.control.put("/limits", dict(limits))
        return answer

    # --- the record --------------------------------------------------------------------------

    async def requests(self, after: int = 0, limit: int = 1_000_000) -> list[Json]:
        """The REST requests recorded, oldest first."""
        rows: list[Json] = await self.control.get("/requests", after=after, limit=limit)
        return rows

    async def seen(self, member: Member, after: int = 0) -> list[Json]:
        """Every message the member was ever shown: rows of n, at_ms, event, message."""
        return await member.seen(after)

    async def forget(self) -> None:
        """Forget the requests, and what was seen."""
        await self.control.delete("/record")

    async def reset(self) -> None:
        """Begin anew: an empty world, the usual limits, no faults, the machine's own time."""
        await self.control.post("/reset")

    async def events(self) -> Stream:
        """Everything that happens, from now on."""
        stream = await Stream.open(self.control, "/events")
        self.keep(stream)
        return stream
