"""A member whose DMs were suspended did something: perhaps DMs arrive again."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import discord

from tocsin.discord_bot.custom_ids import FORM
from tocsin.discord_bot.direct import Letter, send_direct
from tocsin.discord_bot.services import Interaction, Services, services_of
from tocsin.store.dm_channels import find_dm

PAUSE = timedelta(minutes=10)
"""How long to wait before trying the same member again: every refusal counts towards Discord's ban."""

TEST = "🧪 This is a test: your direct messages arrive again, and so will your reminders."
TEST_MORE = "For a while Discord refused my messages to you, so I had stopped sending them."


async def resume_direct_messages(interaction: Interaction) -> None:
    """Send a test DM to a member whose DMs are suspended; if it arrives, reminders go on.

    Nothing is said where it does not: the member was told when they subscribed.
    """
    if interaction.type is discord.InteractionType.autocomplete or _in_a_form(interaction):
        return
    await try_again(interaction.client, services_of(interaction), interaction.user.id)


async def try_again(client: discord.Client, services: Services, member_id: int) -> None:
    """If the member's DMs are suspended, send a test; tried once in ten minutes."""
    known = await services.store.read(find_dm, member_id)
    if known is None or known.suspended_because is None:
        return
    now = services.clock.now()
    last = services.resumed_at.get(member_id)
    if last is not None and now - last < PAUSE:
        return
    services.resumed_at[member_id] = now
    outcome = await send_direct(client, services, member_id, _test)
    services.log.info("direct messages tried", member=member_id, outcome=type(outcome).__name__)


def _in_a_form(interaction: Interaction) -> bool:
    # Save sends a welcome of its own, which is as good a test.
    data: Mapping[str, Any] = interaction.data or {}
    return FORM.fullmatch(str(data.get("custom_id", ""))) is not None


def _test() -> Letter:
    return TEST, discord.Embed(description=TEST_MORE, colour=0x5865F2), ()
