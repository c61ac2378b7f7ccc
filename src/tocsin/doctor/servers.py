"""Each server: set up, with a calendar, and with subscribers who can be reached."""

from datetime import timedelta

from tocsin.doctor.case import Case
from tocsin.doctor.check import Theme, Verdict, note, ok, problem
from tocsin.doctor.symptom import Symptom
from tocsin.reminders.lead import LONGEST
from tocsin.reminders.subscription import ALL
from tocsin.store.checkup.members import reachability, unknown_choices, wrong_pairs
from tocsin.store.checkup.plan import behind, occurrences_ahead
from tocsin.store.servers import Server
from tocsin.store.type_keys import shared_keys

THEME = Theme("Each server")
NEEDED_AHEAD = timedelta(seconds=LONGEST) + timedelta(days=1)
MANY = 5
"""So many unreachable members, and a fifth of all, are not the members' doing."""


@THEME.for_each_server(
    "set-up",
    "Is the server set up, with a channel that takes posts?",
    "An admin of the server has to use /setup once, and again after mending a permission.",
    Symptom.NO_DMS,
)
def set_up(_case: Case, server: Server) -> Verdict:
    """Whether /setup was used, and whether Discord has refused posts since."""
    if server.channel_refused is not None:
        refused = f"channel {server.channel_id}: {server.channel_refused}"
        return problem("Discord refuses posts in the channel, so none are tried.", [refused])
    if server.set_up_at is None or server.channel_id is None:
        return note("Nobody has used /setup there yet.", "members cannot subscribe before that")
    return ok("The server is set up.", f"channel {server.channel_id}, times in {server.zone}")


@THEME.for_each_server(
    "calendar",
    "Does the calendar hold anything to come?",
    "Import events (`tocsin events import`) or add one (`tocsin events add`).",
    Symptom.NO_DMS,
)
def calendar(case: Case, server: Server) -> Verdict:
    """Whether an occurrence is ahead."""
    ahead = case.read(occurrences_ahead, server.id, case.now)
    members = case.read(reachability, server.id).subscribers
    if ahead:
        return ok("The calendar holds what is to come.", f"occurrences ahead: {ahead:,}")
    if members:
        return problem("Nothing is on the calendar.", [f"subscribers who wait for it: {members:,}"])
    return note("Nothing is on the calendar.", "and nobody has subscribed")


@THEME.for_each_server(
    "fresh",
    "Are all occurrences written as far ahead as the longest lead needs?",
    "Start the bot: it extends the calendar every hour. If it runs, read the log for “event not "
    "expanded”.",
    Symptom.NO_DMS,
)
def fresh(case: Case, server: Server) -> Verdict:
    """Events whose dates are not worked out for the coming 31 days."""
    total, late = case.read(behind, server.id, case.now + NEEDED_AHEAD)
    if late:
        return problem(
            "The calendar is behind.", [f"events that are behind: {late:,} of {total:,}"]
        )
    return ok("The calendar is fresh.", f"events: {total:,}, each {NEEDED_AHEAD.days} days ahead")


@THEME.for_each_server(
    "subscriptions",
    "Is every subscription kept as the member chose it?",
    "The member uses /modify_subscription and saves: that writes it anew. If it comes back, run "
    "`tocsin db check`.",
    Symptom.NO_DMS,
    Symptom.UNEXPECTED_DMS,
)
def subscriptions(case: Case, server: Server) -> Verdict:
    """Whether the pairs by which reminders find their members are those of the subscriptions."""
    wrong = case.read(wrong_pairs, server.id)
    if wrong:
        return problem(
            "What a member chose is not what reminders go by.", [f"member {one}" for one in wrong]
        )
    count = case.read(reachability, server.id).subscribers
    return ok("Every subscription is as it was chosen.", f"subscribers: {count:,}")


@THEME.for_each_server(
    "choices",
    "Does the server have every type that members chose?",
    "These members will not be called to those: ask them to use /modify_subscription.",
    Symptom.NO_DMS,
)
def choices(case: Case, server: Server) -> Verdict:
    """Choices that are neither a category nor a group of the server."""
    unknown = case.read(unknown_choices, server.id, (ALL,))
    if unknown:
        said = [f"“{key}”, chosen by {count:,}" for key, count in unknown.items()]
        return problem("Members chose types that are not there.", said)
    return ok("Every type that was chosen is there.", "categories and groups")


@THEME.for_each_server(
    "types",
    "Does every type have a key that no group has?",
    "Start the bot, or import any calendar of this server again: both give such a type a key of "
    "its own.",
    Symptom.NO_DMS,
)
def types(case: Case, server: Server) -> Verdict:
    """Types whose key is that of a group, so that the menus cannot tell them apart."""
    shared = [key for _, key in case.read(shared_keys, server.id)]
    if shared:
        return problem("A type and a group have the same key.", [f"“{key}”" for key in shared])
    return ok("Every type has a key of its own.", "none is a group's")


@THEME.for_each_server(
    "reach",
    "Can the subscribers be reached by DM?",
    "A member who closed their DMs opens them (server menu ▸ Privacy Settings ▸ Direct Messages) "
    "and uses any command of the bot; reminders then go on. If it is many at once, look whether "
    "Discord restricts the bot.",
    Symptom.NO_DMS,
)
def reach(case: Case, server: Server) -> Verdict:
    """Members whom Discord refuses, by reason, and those whose DM was never opened."""
    found = case.read(reachability, server.id)
    suspended = sum(found.suspended.values())
    said = [f"{count:,}: {reason}" for reason, count in found.suspended.items()]
    if found.unopened:
        said.append(f"not opened yet, but when first needed: {found.unopened:,}")
    if suspended >= MANY and suspended * 5 > found.subscribers:
        return problem("More than a fifth of the subscribers cannot be reached.", said)
    total = f"subscribers: {found.subscribers:,}"
    if suspended:
        return note("Some subscribers refuse DMs, and are sent none.", *said, total)
    return ok("No subscriber refuses DMs.", *said, total)
