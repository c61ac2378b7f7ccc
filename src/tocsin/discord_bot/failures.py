"""Answers to people when something went wrong: what happened, what it means, what to do."""

from contextlib import suppress

import aiohttp
import discord
from discord import app_commands

from tocsin.discord_bot.render.text import cut
from tocsin.discord_bot.services import Interaction, services_of
from tocsin.errors import TocsinError

LONGEST = 2_000
"""Characters of a message."""
UNEXPECTED = (
    "Sorry, something went wrong on my side and nothing was changed. Please try again in a minute; "
    "if it happens again, tell whoever runs this bot: `{reference}`."
)


def explain(error: BaseException, reference: str) -> str:
    """What the person is told."""
    match error:
        case app_commands.MissingPermissions():
            return "This needs the permission *Manage Server*. Ask an admin of the server to do it."
        case app_commands.TransformerError():
            return "I cannot see what you chose there. Choose something else, or let me see it."
        case app_commands.NoPrivateMessage():
            return "This works in a server only: use it in one of its channels."
        case app_commands.CommandNotFound() | app_commands.CommandSignatureMismatch():
            return "This command has just changed. Wait a minute, reload Discord, and use it again."
        case app_commands.CommandOnCooldown():
            return f"That was quick. Please try again in {error.retry_after:.0f} seconds."
        case TocsinError():
            return str(error)
        case _:
            return UNEXPECTED.format(reference=reference)


async def answer_failure(interaction: Interaction, error: BaseException) -> None:
    """Answer the interaction, whether or not it was answered before, and log what happened."""
    log = services_of(interaction).log
    cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
    fields = {"interaction": interaction.id, "server": interaction.guild_id}
    if isinstance(cause, TocsinError | app_commands.CheckFailure):
        log.info("interaction declined", reason=type(cause).__name__, **fields)
    else:
        log.error("interaction failed", exc_info=cause, **fields)
    await tell(interaction, explain(cause, str(interaction.id)))


async def tell(interaction: Interaction, text: str) -> None:
    """Say something that only the person sees; an interaction that is out of time is left alone."""
    text = cut(text, LONGEST)
    with suppress(discord.HTTPException, aiohttp.ClientError, OSError):
        if interaction.response.is_done():
            await interaction.followup.send(text, ephemeral=True)
        else:
            await interaction.response.send_message(text, ephemeral=True)
