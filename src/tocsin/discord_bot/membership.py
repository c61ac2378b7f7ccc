"""Which servers the bot is in, as the store knows them."""

from collections.abc import Iterable

import discord

from tocsin.calendar.presets import PLAIN
from tocsin.discord_bot.services import Services
from tocsin.store.servers import all_servers, bot_joined, bot_left, find_server


async def joined(services: Services, guild: discord.Guild) -> None:
    """The bot is in the server. Written only where that is news: Discord says it at every start."""
    known = await services.store.read(find_server, guild.id)
    if known is not None and known.name == guild.name and known.left_at is None:
        return
    new = await services.store.write(bot_joined, guild.id, guild.name, services.clock.now(), PLAIN)
    services.log.info("server joined", server=guild.id, new=new)
    services.dispatcher.wake()


async def left(services: Services, server_id: int) -> None:
    """The bot was removed from the server: its reminders stop, its data stay for a while."""
    await services.store.write(bot_left, server_id, services.clock.now())
    services.log.info("server left", server=server_id)


async def reconcile(services: Services, guilds: Iterable[discord.Guild]) -> None:
    """Find the servers from which the bot was removed while it was down."""
    present = {guild.id for guild in guilds}
    for server in await services.store.read(all_servers):
        # A server without a name came from an import and has not met the bot yet.
        if server.name and server.left_at is None and server.id not in present:
            await left(services, server.id)
