"""The running bot: one, alive, and sending."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

from tocsin.dispatch.dispatcher import REFUSALS_KEPT_AS
from tocsin.dispatch.refusals import CAREFUL_FROM, Refusals
from tocsin.doctor.case import Case
from tocsin.doctor.check import Theme, Unseen, Verdict, note, ok, problem
from tocsin.doctor.symptom import Symptom
from tocsin.store.checkup.attempts import workers_since
from tocsin.store.checkup.plan import anything_ahead
from tocsin.store.facts import get_fact
from tocsin.store.opening import opening_closed

THEME = Theme("The running bot")
LOOK_BACK = timedelta(days=2)
TOLD = {"loops", "stopped", "sent", "in_flight"}
"""What is read of the bot's own report; see `bootstrap.Engine.report`."""


@THEME.once(
    "running",
    "Does a bot run on this database?",
    "Start it: `tocsin run`. What fell due meanwhile is made good where it is still of use.",
    Symptom.NO_DMS,
    Symptom.MARKERS_STAY,
)
def running(case: Case) -> Verdict:
    """Whether the instance's lock is held."""
    if case.running:
        return ok("A bot runs.", case.holder or "it does not say who")
    if case.read(anything_ahead, case.now):
        return problem("No bot runs, and reminders are to come.", ["its lock is free"])
    return note("No bot runs, and nothing is to come.", "its lock is free")


@THEME.once(
    "one-instance",
    "Did one process at a time send?",
    "End all bots but one, and see that no second machine uses this file: a network file system "
    "may not keep the lock.",
    Symptom.DUPLICATES,
)
def one_instance(case: Case) -> Verdict:
    """Whether the times in which processes recorded attempts overlap, within two days."""
    spans = case.read(workers_since, case.now - LOOK_BACK)
    at_once = [
        f"{earlier.worker} until {earlier.last.isoformat()}, "
        f"{later.worker} from {later.first.isoformat()}"
        for earlier, later in pairwise(spans)
        if later.first < earlier.last
    ]
    if at_once:
        return problem("Two processes were sending at the same time.", at_once)
    return ok(
        "One process at a time was sending.",
        f"{len(spans)} in two days" + (f"; now {case.holder}" if case.running else ""),
    )


@THEME.once(
    "loops",
    "Are all loops of the running bot alive?",
    "Read the log for “loop failed”. A loop restarts by itself; if it goes on failing, restart the "
    "bot and report the error.",
    Symptom.NO_DMS,
    Symptom.MARKERS_STAY,
)
def loops(case: Case) -> Verdict:
    """What the bot says of its loops at its status address."""
    told = _live(case)["loops"]
    failing = [
        f"{each['name']}: {each['last_error'] or 'not running'}"
        for each in told
        if not each["running"] or each["failures"]
    ]
    if failing:
        return problem("A loop has failed.", failing)
    return ok("All loops are alive.", ", ".join(each["name"] for each in told))


@THEME.once(
    "sending",
    "Does the running bot send, or does it hold back?",
    "The evidence names why it stopped; for the token, copy it anew from the developer portal and "
    "restart the bot.",
    Symptom.NO_DMS,
)
def sending(case: Case) -> Verdict:
    """Whether the bot has stopped sending for good."""
    told = _live(case)
    if told["stopped"]:
        return problem("The bot has stopped sending.", [str(told["stopped"])])
    return ok("The bot sends.", f"{told['sent']} sent, {told['in_flight']} in flight")


@THEME.once(
    "refusals",
    "Are Discord's refusals far from the number at which it bans?",
    "Find out who is refused (`tocsin deliveries list --state failed`). The bot holds back by "
    "itself, and goes on as the minutes pass.",
    Symptom.NO_DMS,
)
def refusals(case: Case) -> Verdict:
    """Answers of 401, 403 and 429 within ten minutes, as kept over restarts."""
    kept = Refusals()
    kept.restore(case.read(get_fact, REFUSALS_KEPT_AS))
    count = kept.count(case.now)
    said = f"{count:,} in ten minutes; the bot holds back from {CAREFUL_FROM:,}"
    if count >= CAREFUL_FROM:
        return problem("Discord refuses so much that the bot holds back.", [said])
    return ok("Refusals are far from Discord's limit.", said)


@THEME.once(
    "opening",
    "May the bot open direct messages with members who have none yet?",
    "After opening many at once the bot waits ten minutes and goes on by itself. In quarantine, ask "
    "Discord's support why; once it has ended, run `tocsin resume-opening`.",
    Symptom.NO_DMS,
)
def opening(case: Case) -> Verdict:
    """What Discord last said of it, as kept over restarts."""
    closed = case.read(opening_closed, case.now)
    if closed is None:
        return ok("Direct messages may be opened.", "Discord has not forbidden it")
    said = f"since {closed.since:%Y-%m-%d %H:%M} UTC: {closed.reason}"
    if closed.until is None:
        return problem("No direct messages are opened until you act.", [said])
    return note("No direct messages are opened for some minutes.", said)


def _live(case: Case) -> dict[str, Any]:
    if not case.running:
        raise Unseen("no bot runs")
    if case.live is None:
        raise Unseen(f"the bot is not heard: {case.silence}")
    if not case.live.keys() >= TOLD:
        raise Unseen("what answers at the status address is no bot of this version")
    return case.live
