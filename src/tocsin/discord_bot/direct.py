"""Direct messages that a person's own action brings about: the welcome, and the test when DMs come
back.
"""

from collections.abc import Callable

import discord

from tocsin.discord_bot.flight import flight
from tocsin.discord_bot.messenger import DiscordMessenger, outcome_of_error
from tocsin.discord_bot.render.reminder import Controls
from tocsin.discord_bot.services import Services
from tocsin.dispatch.outcome import Accepted, Outcome, Refused, Scope
from tocsin.store.dm_channels import dm_refused, dm_worked, find_dm

Letter = tuple[str, discord.Embed, Controls]


async def send_direct(
    client: discord.Client, services: Services, member_id: int, letter: Callable[[], Letter]
) -> Outcome:
    """Send a DM, opening the channel where there is none, and keep what it showed about the
    member's DMs.

    This is the moment to open a channel: Discord wants it to follow from something the person did.
    """
    known = await services.store.read(find_dm, member_id)
    channel_id = before = known.channel_id if known is not None else None
    outcome: Outcome | None = None
    if channel_id is not None:
        outcome = await _send(client, services, channel_id, letter())
    if outcome is None or (isinstance(outcome, Refused) and outcome.scope is Scope.DM_CHANNEL):
        channel_id = None
        messenger = DiscordMessenger(client, services.clock)
        opened = await services.gate.open(messenger, member_id)
        if isinstance(opened, int):
            channel_id = opened
            outcome = await _send(client, services, channel_id, letter())
        else:
            outcome = opened
    await _remember(services, member_id, channel_id, outcome, opened=channel_id != before)
    return outcome


async def _send(
    client: discord.Client, services: Services, channel_id: int, letter: Letter
) -> Outcome:
    content, embed, controls = letter
    view = discord.ui.View(timeout=None)
    for control in controls:
        view.add_item(control)
    view.stop()
    with flight() as tries:
        try:
            channel = client.get_partial_messageable(channel_id)
            sent = await channel.send(
                content,
                embed=embed,
                view=view,
                allowed_mentions=discord.AllowedMentions.none(),
            )
        # Whatever it is, the person is told what is known.
        except Exception as error:  # noqa: BLE001
            outcome = outcome_of_error(error, tries, in_dm=True)
            await services.gate.note(outcome)
            return outcome
    return Accepted(sent.id, channel_id)


async def _remember(
    services: Services, member_id: int, channel_id: int | None, outcome: Outcome, *, opened: bool
) -> None:
    now = services.clock.now()
    match outcome:
        case Accepted(message_id, sent_to):
            await services.store.write(dm_worked, member_id, sent_to, message_id, now)
            services.dispatcher.wake()
        case Refused(reason, Scope.MEMBER):
            await services.store.write(dm_refused, member_id, channel_id, reason, now)
            services.log.info("direct messages refused", member=member_id, reason=reason)
        case _ if channel_id is not None and opened:
            # The channel is open, though this message has not arrived: reminders can use it.
            services.log.info("direct message not sent", member=member_id, outcome=str(outcome))
            await services.store.write(dm_worked, member_id, channel_id, None, now)
        case _:
            services.log.info("direct message put off", member=member_id, outcome=str(outcome))
