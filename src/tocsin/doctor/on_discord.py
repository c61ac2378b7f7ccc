"""What Discord allows the bot: the token, the commands, the time, and the channels used."""

from datetime import timedelta

from tocsin.discord_bot.probe import DiscordSeen, PlaceSeen
from tocsin.doctor.case import MOST_PLACES, Case
from tocsin.doctor.check import Theme, Unseen, Verdict, ok, problem
from tocsin.doctor.symptom import Symptom
from tocsin.store.servers import Server

THEME = Theme("Discord")
TOLERABLE = timedelta(seconds=5)


@THEME.once(
    "token",
    "Does Discord accept the token?",
    "Copy the token anew from the developer portal, page “Bot”, into TOCSIN_DISCORD__TOKEN. If "
    "Discord cannot be reached, mend the network, or discord.api_url.",
    Symptom.NO_DMS,
)
def token(case: Case) -> Verdict:
    """Whether the bot can log in."""
    seen = case.ask_discord()
    if seen.trouble:
        said = "The token cannot be used." if seen.refused else "Discord cannot be reached."
        return problem(said, [seen.trouble])
    return ok("Discord accepts the token.", f"{seen.bot}, application {seen.application_id}")


@THEME.once(
    "intents",
    "Is the application allowed every privileged intent that the bot asks for?",
    "Switch them on in the developer portal, page “Bot”, under Privileged Gateway Intents.",
    Symptom.NO_DMS,
)
def intents(case: Case) -> Verdict:
    """Intents that the bot asks for and the application does not have; the gateway would refuse."""
    missing = _reached(case).intents_missing
    if missing:
        return problem("The application lacks an intent.", missing)
    return ok("The application has every intent that the bot asks for.", "none is missing")


@THEME.once(
    "commands",
    "Are the slash commands registered?",
    "Restart the bot: it registers its commands at its start. A new command can take a minute, and "
    "a reload of Discord, to show.",
)
def commands(case: Case) -> Verdict:
    """Whether Discord knows the commands that this program has."""
    seen = _reached(case)
    missing = sorted(seen.commands_wanted - seen.commands)
    if missing:
        return problem("Discord does not know all commands.", [f"/{name}" for name in missing])
    return ok(
        "Discord knows all commands.", ", ".join(f"/{each}" for each in sorted(seen.commands))
    )


@THEME.once(
    "clock",
    "Does this machine's clock agree with Discord's?",
    "Set the clock by NTP (`timedatectl set-ntp true`). Reminders are late or early by as much.",
    Symptom.NO_DMS,
    Symptom.UNEXPECTED_DMS,
)
def clock(case: Case) -> Verdict:
    """This machine's time against the `Date` of Discord's answers, to a second."""
    skew = _reached(case).skew
    if skew is None:
        raise Unseen("Discord's answers had no date")
    said = f"Discord's clock minus ours: {skew.total_seconds():+.1f} s"
    if abs(skew) > TOLERABLE:
        return problem("The clock is wrong.", [said])
    return ok("The clock agrees with Discord's.", said)


@THEME.for_each_server(
    "membership",
    "Is the bot in the server?",
    "Invite it again with the address that `tocsin invite` prints; everything kept goes on.",
    Symptom.NO_DMS,
)
def membership(case: Case, server: Server) -> Verdict:
    """Whether Discord shows the server to the bot."""
    absent = _place(case, server).absent
    if absent is not None:
        return problem("The bot is not in the server.", [f"Discord says: {absent}"])
    return ok("The bot is in the server.", server.name)


@THEME.for_each_server(
    "permissions",
    "May the bot do in the server's channel what it has to?",
    "Give the bot's role these permissions there (Edit Channel ▸ Permissions), or choose another "
    "channel with /setup.",
    Symptom.NO_DMS,
)
def permissions(case: Case, server: Server) -> Verdict:
    """View Channel, Send Messages, Embed Links, Read Message History."""
    if server.channel_id is None:
        raise Unseen("no channel is chosen")
    seen = _place(case, server)
    if seen.absent is not None:
        raise Unseen("the bot is not in the server")
    channel = f"channel {server.channel_id}"
    if seen.hidden is not None:
        return problem("The channel cannot be seen.", [f"{channel}: {seen.hidden}"])
    if seen.missing:
        return problem("Permissions are missing.", [f"{channel}: {', '.join(seen.missing)}"])
    return ok("The bot has every permission that it needs.", channel)


def _reached(case: Case) -> DiscordSeen:
    seen = case.ask_discord()
    if seen.trouble:
        raise Unseen(f"Discord was not asked: {seen.trouble}")
    return seen


def _place(case: Case, server: Server) -> PlaceSeen:
    if server.left_at is not None:
        return PlaceSeen(absent=f"the bot was removed on {server.left_at.date().isoformat()}")
    places = _reached(case).places
    if server.id not in places:
        raise Unseen(
            f"Discord is asked about {MOST_PLACES} servers at a time: use --server {server.id}"
        )
    return places[server.id]
