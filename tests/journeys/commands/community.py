"""A server in the sandbox, with the bot in it, and what its members do time and again."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.journeys.processes import Process

from discord_sandbox.testing import Application, Channel, Guild, Member, Message, Sandbox

PATIENCE = 25.0


def says(*parts: str) -> Callable[[Message], bool]:
    """Whether all of these stand in a message."""
    return lambda message: all(part in message.text for part in parts)


@dataclass
class Bot:
    """The bot's settings, which lead it to the sandbox, and the directory it keeps its data in.

    These settings are its only difference from a bot on Discord.
    """

    sandbox: Sandbox
    application: Application
    directory: Path
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """The settings as variables."""
        return {
            "TOCSIN_DISCORD__TOKEN": self.application.token,
            "TOCSIN_DISCORD__API_URL": self.sandbox.api_url,
            "TOCSIN_DATABASE__URL": f"sqlite:///{self.directory / 'tocsin.db'}",
            "TOCSIN_CLOCK__URL": f"{self.sandbox.url}/sandbox/clock",
            **self.extra,
        }

    async def start(self) -> Process:
        """Start `tocsin run` and wait until it serves its commands."""
        process = await Process.start("tocsin", "run", env=self.environment)
        await process.event("ready")
        await process.event("commands in place")
        return process

    async def tocsin(self, *arguments: str) -> str:
        """Run another of its commands to the end; returns what it printed."""
        command = await Process.start("tocsin", *arguments, env=self.environment)
        code = await command.wait()
        assert code == 0, command.output()
        return command.output()


@dataclass
class Room:
    """A channel in which members use the bot's commands."""

    channel: Channel

    async def answer(self, person: Member, command: str, **options: Any) -> Message:
        """Use a command in the channel and wait for its answer."""
        exchange = await person.command(self.channel, command, **options)
        return await exchange.response(PATIENCE)

    async def form(self, person: Member, command: str = "subscribe") -> Message:
        """Open the form."""
        form = await self.answer(person, command)
        assert form.ephemeral
        assert "Choose what you want" in form.text, form.text
        return form

    async def subscribe(self, person: Member, *types: str, leads: tuple[int, ...] = ()) -> Message:
        """Choose types and lead times, save; returns the form's last word."""
        form = await self.form(person)
        form = await self.choose(person, form, "Types of events", *types)
        if leads:
            form = await self.choose(person, form, "Lead times", *map(str, leads))
        return await self.save(person, form)

    async def choose(
        self, person: Member, form: Message, placeholder: str, *values: str
    ) -> Message:
        """Choose in the menu whose placeholder begins so."""
        menu = next(each for each in form.selects if each["placeholder"].startswith(placeholder))
        exchange = await person.choose(form, menu["custom_id"], values)
        return await exchange.response(PATIENCE)

    async def save(self, person: Member, form: Message) -> Message:
        """Press Save and wait for what comes of it."""
        exchange = await person.press(form, "Save")
        await exchange.response(PATIENCE)
        return await person.wait_for_update(
            form, lambda m: "aving…" not in m.text and not m.buttons
        )

    async def stop(self, person: Member, question: Message) -> Message:
        """Press Stop in the question whether to, and wait for the last word."""
        await (await person.press(question, "Stop")).response(PATIENCE)
        return await person.wait_for_update(question, says("Stopped"), PATIENCE)

    async def press(self, person: Member, message: Message, label: str) -> Message:
        """Press a button and wait for the answer."""
        return await (await person.press(message, label)).response(PATIENCE)


@dataclass
class Community(Room):
    """A server with an owner and two members."""

    sandbox: Sandbox
    bot: Bot
    guild: Guild
    owner: Member
    ann: Member
    bob: Member

    @classmethod
    async def found(cls, sandbox: Sandbox, bot: Bot) -> "Community":
        """Make one in the sandbox, and invite the bot."""
        owner, ann, bob = [await sandbox.make_user(name) for name in ("owner", "ann", "bob")]
        guild = await sandbox.make_guild(
            "Kingdom 98",
            owner=owner,
            channels=["calls"],
            members=[ann, bob],
            bots=[bot.application],
        )
        for person in (owner, ann, bob):
            await person.stream()
        return cls(guild.channel("calls"), sandbox, bot, guild, owner, ann, bob)

    async def set_up(self, **options: Any) -> Message:
        """The owner runs /setup."""
        answer = await self.answer(self.owner, "setup", **options)
        assert "is set up" in answer.text, answer.text
        return answer
