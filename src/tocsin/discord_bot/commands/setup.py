"""/setup: where and when the channel is told, which types there are, and in which zone the server
lives.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import available_timezones

import discord
from discord import app_commands

from tocsin.calendar.presets import PLAIN, PRESETS
from tocsin.calendar.zones import known_zone
from tocsin.discord_bot.render.setup import (
    GREETING,
    MENTIONS_GREETING,
    NO_POST,
    UNKNOWN_ZONE,
    done,
    missing_in,
    missing_text,
)
from tocsin.discord_bot.services import Interaction, Services, services_of
from tocsin.errors import UsageError
from tocsin.reminders.lead import DEFAULT_LEADS, parse_lead, sorted_leads
from tocsin.store.dm_channels import subscribers
from tocsin.store.servers import Server, find_server
from tocsin.store.setting_up import set_up

MOST_WINDOWS = 10
MOST_SUGGESTIONS = 25
SEND_LATE, LEAVE_OUT = "send", "leave out"
COMMON_ZONES = (
    "UTC", "Europe/London", "Europe/Berlin", "Europe/Helsinki", "Europe/Istanbul",
    "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles",
    "America/Sao_Paulo", "Asia/Kolkata", "Asia/Shanghai", "Asia/Tokyo", "Australia/Sydney",
    "Pacific/Auckland",
)  # fmt: skip


@app_commands.command(description="Choose the channel and the times for reminders on this server.")
@app_commands.describe(
    channel="Where reminders are posted; left out: where they are now, else this channel",
    preset="The types of events to start with; types that are there stay",
    windows="When the channel is told, like: 24h, 1h, now",
    zone="The server's time zone, like Europe/Berlin",
    mentions="Where members whose DMs are closed are mentioned instead, together",
    no_mentions="Mention nobody any more",
    late="What to do about a reminder that could not be sent in time",
)
@app_commands.choices(
    preset=[app_commands.Choice(name=preset.label, value=key) for key, preset in PRESETS.items()],
    late=[
        app_commands.Choice(name="Send it late, while it is of use", value=SEND_LATE),
        app_commands.Choice(name="Leave it out", value=LEAVE_OUT),
    ],
)
@app_commands.guild_only()
@app_commands.default_permissions(manage_guild=True)
async def setup(
    interaction: Interaction,
    channel: discord.TextChannel | None = None,
    preset: str | None = None,
    windows: str | None = None,
    zone: str | None = None,
    mentions: discord.TextChannel | None = None,
    no_mentions: bool = False,
    late: str | None = None,
) -> None:
    """Set the server up, or change what is given and leave the rest."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    guild = interaction.guild
    assert guild is not None
    services = services_of(interaction)
    before = await services.store.read(find_server, guild.id)
    chosen = Choice(
        channel=channel or _present_channel(guild, before) or _here(interaction),
        preset=preset or (before.preset if before else PLAIN.key),
        windows=_windows(windows, before),
        zone=_zone(zone, before, services),
        mentions=None if no_mentions else mentions or _present_mentions(guild, before),
        drop_late=late == LEAVE_OUT if late else before is not None and before.drop_late,
    )
    me = guild.me or await guild.fetch_member(interaction.application_id)
    for each in chosen.channels:
        lacking = missing_in(each.permissions_for(me))
        if lacking:
            await _say(interaction, missing_text(each.mention, lacking))
            return
    await _keep(interaction, services, chosen, before)


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to hold from now on."""

    channel: discord.TextChannel
    preset: str
    windows: tuple[int, ...]
    zone: str
    mentions: discord.TextChannel | None
    drop_late: bool

    @property
    def channels(self) -> tuple[discord.TextChannel, ...]:
        """Every channel in which something will be posted."""
        return (self.channel,) if self.mentions is None else (self.channel, self.mentions)


async def _keep(
    interaction: Interaction, services: Services, chosen: Choice, before: Server | None
) -> None:
    guild = chosen.channel.guild
    try:
        anchor = await _greet(chosen.channel, GREETING, _known_channel(before))
        mentions = await _greet_mentions(chosen, anchor, before)
    except (discord.Forbidden, discord.NotFound) as error:
        where = " / ".join(each.mention for each in chosen.channels)
        await _say(interaction, NO_POST.format(channel=where, reason=error.text))
        return
    reminders = services.settings.reminders
    server = await services.store.write(
        set_up,
        guild.id,
        services.clock.now(),
        name=guild.name,
        channel_id=chosen.channel.id,
        anchor_id=anchor,
        preset=PRESETS.get(chosen.preset, PLAIN),
        windows=chosen.windows,
        zone=chosen.zone,
        actor=str(interaction.user.id),
        mentions=mentions,
        drop_late=chosen.drop_late,
        horizon=timedelta(days=reminders.horizon_days),
        all_day_at=reminders.all_day_at,
    )
    services.dispatcher.wake()
    services.log.info("server set up", server=guild.id, channel=chosen.channel.id)
    reach = await services.store.read(subscribers, guild.id)
    await _say(interaction, done(server, chosen.channel.mention, reach))


Known = tuple[int | None, int | None, str | None]
"""A channel, the last message known in it, and why Discord refuses posts there."""


def _known_channel(before: Server | None) -> Known:
    if before is None:
        return None, None, None
    return before.channel_id, before.channel_anchor_id, before.channel_refused


async def _greet(channel: discord.TextChannel, text: str, known: Known) -> int:
    """Post the greeting, from which on the channel's history can be read; once for each channel.

    Returns its id, or that of the last message known there. Raises Forbidden and NotFound.
    """
    channel_id, anchor_id, refused = known
    if channel_id == channel.id and anchor_id is not None and refused is None:
        return anchor_id
    message = await channel.send(text, allowed_mentions=discord.AllowedMentions.none())
    return message.id


async def _greet_mentions(
    chosen: Choice, anchor_id: int, before: Server | None
) -> tuple[int, int] | None:
    """The channel for mentions and the last message known there. Raises Forbidden and NotFound."""
    if chosen.mentions is None:
        return None
    if chosen.mentions.id == chosen.channel.id:
        return chosen.channel.id, anchor_id
    known: Known = (None, None, None)
    if before is not None:
        known = (before.mention_channel_id, before.mention_anchor_id, before.mention_refused)
    return chosen.mentions.id, await _greet(chosen.mentions, MENTIONS_GREETING, known)


def _present_mentions(guild: discord.Guild, before: Server | None) -> discord.TextChannel | None:
    if before is None or before.mention_channel_id is None:
        return None
    channel = guild.get_channel(before.mention_channel_id)
    return channel if isinstance(channel, discord.TextChannel) else None


def _present_channel(guild: discord.Guild, before: Server | None) -> discord.TextChannel | None:
    channel = guild.get_channel(before.channel_id) if before and before.channel_id else None
    return channel if isinstance(channel, discord.TextChannel) else None


def _here(interaction: Interaction) -> discord.TextChannel:
    if isinstance(interaction.channel, discord.TextChannel):
        return interaction.channel
    raise UsageError(
        "I can post in text channels only: choose one with the option `channel`. "
        "Nothing was changed."
    )


def _windows(text: str | None, before: Server | None) -> tuple[int, ...]:
    if text is None:
        return before.windows if before else DEFAULT_LEADS
    chosen = sorted_leads(parse_lead(word) for word in re.split(r"[\s,;]+", text.strip()) if word)
    if not chosen or len(chosen) > MOST_WINDOWS:
        raise UsageError(
            f"Give between one and {MOST_WINDOWS} times, like: 24h, 1h, now. Nothing was changed."
        )
    return chosen


def _zone(text: str | None, before: Server | None, services: Services) -> str:
    if text is None:
        return before.zone if before else services.settings.reminders.default_zone
    found = known_zone(text)
    if found is None:
        raise UsageError(UNKNOWN_ZONE.format(zone=text[:60]))
    return found


@setup.autocomplete("zone")
async def suggest_zones(_interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Zones whose name holds what was typed; the common ones while nothing is."""
    typed = current.strip().casefold().replace(" ", "_")
    names = COMMON_ZONES if not typed else sorted(available_timezones())
    fitting = [name for name in names if typed in name.casefold()]
    return [app_commands.Choice(name=name, value=name) for name in fitting[:MOST_SUGGESTIONS]]


async def _say(interaction: Interaction, text: str) -> None:
    await interaction.edit_original_response(content=text)
