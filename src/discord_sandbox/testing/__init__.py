"""Test any Discord bot against a sandbox: start one, play its members, wait for what the bot does.

    async with Sandbox.start() as sandbox:
        ann = await sandbox.make_user("ann")
        bot = await sandbox.make_application("My bot")
        guild = await sandbox.make_guild("Home", owner=ann, bots=[bot])
        async with sandbox.running("python", "bot.py", application=bot):
            exchange = await ann.command(guild.channel("general"), "ping")
            assert (await exchange.response()).content == "pong"

Nothing here sleeps or polls: waits are on what the sandbox tells over its WebSocket, and one that
is in vain says what was seen instead.
"""

from discord_sandbox.testing.bots import BotEnded, BotProcess
from discord_sandbox.testing.control import SandboxError
from discord_sandbox.testing.exchange import Activity, Exchange, Unanswered
from discord_sandbox.testing.faults import Fault
from discord_sandbox.testing.members import Member
from discord_sandbox.testing.messages import File, Message, Modal
from discord_sandbox.testing.pictures import Emoji, data_uri
from discord_sandbox.testing.places import Application, Channel, Guild, Webhook
from discord_sandbox.testing.sandbox import Sandbox
from discord_sandbox.testing.stream import WaitedInVain

__all__ = [
    "Activity",
    "Application",
    "BotEnded",
    "BotProcess",
    "Channel",
    "Emoji",
    "Exchange",
    "Fault",
    "File",
    "Guild",
    "Member",
    "Message",
    "Modal",
    "Sandbox",
    "SandboxError",
    "Unanswered",
    "WaitedInVain",
    "Webhook",
    "data_uri",
]
