"""Each server's reminders: planned, sent, in time, and none left behind."""

from datetime import datetime, timedelta

from tocsin.doctor.case import Case
from tocsin.doctor.check import Theme, Verdict, note, ok, problem
from tocsin.doctor.symptom import Symptom
from tocsin.reminders.delivery import State
from tocsin.reminders.plan import STAGE_AHEAD
from tocsin.store.checkup.plan import plan_between
from tocsin.store.checkup.results import (
    Waiting,
    failures_since,
    late_since,
    left_over,
    overdue,
    posts_left,
    states_between,
    stuck,
)
from tocsin.store.servers import Server

THEME = Theme("Each server's reminders")
SPAN = timedelta(hours=48)
PATIENCE = timedelta(minutes=3)
"""After this a claim's lease is over, and whatever came of it should be known."""
SWEPT_WITHIN = timedelta(minutes=1)
REMOVED_WITHIN = timedelta(minutes=10)


@THEME.for_each_server(
    "planned",
    "Is everything planned that falls due within 48 hours?",
    "Restart the bot. If it stays, edit the event (`tocsin events edit`): that plans it anew; then "
    "report it.",
    Symptom.NO_DMS,
)
def planned(case: Case, server: Server) -> Verdict:
    """The reminders that subscriptions ask for, against the firings and deliveries there are.

    A firing becomes deliveries two minutes before it is due: most of what is expected is not staged.
    """
    plan = case.read(plan_between, server.id, case.now, case.now + SPAN)
    said = f"{plan.expected:,} reminders expected within 48 h, {plan.staged:,} staged"
    lost = [f"not planned: {each}" for each in plan.unplanned]
    lost += [f"left out: {each}" for each in plan.forgotten]
    if lost:
        return problem("Reminders are missing from the plan.", [said, *lost])
    ahead = f"the rest are staged {STAGE_AHEAD.seconds // 60} minutes before they are due"
    return ok("Everything that falls due is planned.", said, ahead)


@THEME.for_each_server(
    "sent",
    "Was everything sent that was due within the last 48 hours?",
    "See why each was missed with `tocsin deliveries list --state missed`. A reminder is missed "
    "when no bot ran, or none could send, while it was of use.",
    Symptom.NO_DMS,
    Symptom.MARKERS_STAY,
)
def sent(case: Case, server: Server) -> Verdict:
    """Deliveries that were due, by what became of them."""
    counts = case.read(states_between, server.id, case.now - SPAN, case.now)
    said = ", ".join(f"{count:,} {state.name.lower()}" for state, count in sorted(counts.items()))
    evidence = f"{sum(counts.values()):,} were due: {said or 'none'}"
    if counts.get(State.MISSED):
        return problem("Reminders were missed.", [evidence])
    return ok("Nothing that was due was missed.", evidence)


@THEME.for_each_server(
    "failures",
    "Did any reminder fail for another reason than closed DMs?",
    "See each with `tocsin deliveries list --state failed` and `tocsin deliveries show ID`; try one "
    "again with `tocsin send-dm`.",
    Symptom.NO_DMS,
)
def failures(case: Case, server: Server) -> Verdict:
    """Failures of the last 48 hours by reason."""
    found = case.read(failures_since, server.id, case.now - SPAN)
    if found:
        said = [f"{count:,}: {reason}" for reason, count in found.items()]
        return problem("Reminders have failed.", said)
    return ok("No reminder has failed.", "within 48 h; closed DMs are under “reach”")


@THEME.for_each_server(
    "overdue",
    "Does nothing wait that should have gone?",
    "Start the bot, or look at “running”, “loops”, “sending”, “refusals” and “clock” above: one of "
    "them says why it does not send.",
    Symptom.NO_DMS,
)
def overdue_(case: Case, server: Server) -> Verdict:
    """Deliveries past their turn by more than the grace, and firings due that are not staged."""
    grace = timedelta(seconds=case.settings.reminders.grace_seconds) + PATIENCE
    waiting, unstaged = case.read(overdue, server.id, case.now - grace, case.now)
    said = _said(waiting, "deliveries") + _said(unstaged, "firings that are not staged")
    if said:
        return problem("Reminders are overdue.", said)
    return ok("Nothing is overdue.", f"by more than {grace.total_seconds():g} s")


@THEME.for_each_server(
    "stuck",
    "Is the outcome of every attempt known?",
    "A running bot reads the channel's history and settles them within a minute; start it. One that "
    "stays needs Read Message History in its channel.",
    Symptom.NO_DMS,
    Symptom.DUPLICATES,
    Symptom.MARKERS_STAY,
)
def stuck_(case: Case, server: Server) -> Verdict:
    """Claims of which nobody has recorded what came, older than their lease."""
    said = _said(case.read(stuck, server.id, case.now - PATIENCE), "deliveries")
    if said:
        return problem("Nobody knows whether some messages arrived.", said)
    return ok("The outcome of every attempt is known.", f"of those older than {PATIENCE}")


@THEME.for_each_server(
    "left-over",
    "Is nothing kept waiting that is of no more use?",
    "Start the bot: it ends them within ten seconds. Nothing of this can still be sent.",
    Symptom.MARKERS_STAY,
)
def left_over_(case: Case, server: Server) -> Verdict:
    """Deliveries that wait for an occurrence that is over or does not take place."""
    said = _said(case.read(left_over, server.id, case.now - SWEPT_WITHIN), "deliveries")
    if said:
        return problem("Deliveries wait that are of no more use.", said)
    return ok("Nothing waits that is of no more use.", "pending deliveries")


@THEME.for_each_server(
    "posts",
    "Are posts removed once they were replaced or their event is over?",
    "Start the bot. If it runs, give it View Channel there, or delete the posts by hand.",
    Symptom.MARKERS_STAY,
)
def posts(case: Case, server: Server) -> Verdict:
    """Posts in the channel that should be gone for ten minutes."""
    found = case.read(posts_left, server.id, case.now - REMOVED_WITHIN)
    if found:
        return problem("Old posts still stand.", [f"message {one}" for one in found])
    return ok("No old post stands.", f"channel {server.channel_id}")


@THEME.for_each_server(
    "late",
    "Did reminders go out in time?",
    "After a time in which no bot ran, of all that a member missed of one event only the nearest "
    "goes out, with the true time left. What is late by no more than reminders.grace_seconds goes "
    "out as if in time; 0 makes that none.",
    Symptom.UNEXPECTED_DMS,
)
def late(case: Case, server: Server) -> Verdict:
    """Reminders of the last 48 hours that left later than their turn by more than the grace."""
    grace = case.settings.reminders.grace_seconds
    count, latest = case.read(late_since, server.id, case.now - SPAN, int(grace * 1000))
    if count:
        said = [
            f"delivery {one.delivery_id}, {one.title}: due {_at(one.due_at)}, sent {_at(one.sent_at)}"
            for one in latest
        ]
        return note(
            "Reminders went out late.", f"so many: {count:,}", *said, f"the grace is {grace:g} s"
        )
    return ok("Reminders went out in time.", f"within 48 h, to {grace:g} s")


def _said(waiting: Waiting, what: str) -> list[str]:
    if not waiting.count or waiting.since is None:
        return []
    ids = f"; the first: {', '.join(map(str, waiting.ids))}" if waiting.ids else ""
    return [f"{what}: {waiting.count:,}, the oldest due {_at(waiting.since)}{ids}"]


def _at(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds")
