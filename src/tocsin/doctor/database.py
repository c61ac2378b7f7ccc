"""The database: there, whole, and what it guards."""

from tocsin.doctor.case import Case, NoDatabase
from tocsin.doctor.check import Theme, Verdict, ok, problem
from tocsin.doctor.symptom import Symptom
from tocsin.store.checkup.attempts import accepted_not_sent, accepted_twice, guarded
from tocsin.store.engine import DatabaseUnavailable, driver_note
from tocsin.store.migrate import HEAD, damage

THEME = Theme("Database")
FIRST_WITH_LOG, FIRST_WHOLE = (3, 7, 0), (3, 51, 3)


@THEME.once(
    "database",
    "Is the database there, at this program's revision?",
    "`tocsin run` or `tocsin db upgrade` makes the database or brings it up to date. If a newer "
    "version wrote it, start that one. If the path is wrong, mend database.url.",
    Symptom.NO_DMS,
    Symptom.DUPLICATES,
)
def database(case: Case) -> Verdict:
    """Whether there is a database, and of this program."""
    if case.database is None or case.revision is None:
        return problem("There is no database that can be used.", [case.no_database])
    if case.revision != HEAD:
        return problem(
            "The database is of another version.",
            [f"{case.path}: revision {case.revision}; this program's is {HEAD}"],
        )
    return ok("The database is there.", f"{case.path}: revision {case.revision}")


@THEME.once(
    "integrity",
    "Is the database whole?",
    "Stop the bot, keep a copy of the file, and restore the latest backup (`tocsin db backup` "
    "made it).",
    Symptom.NO_DMS,
    Symptom.DUPLICATES,
    Symptom.MARKERS_STAY,
)
def integrity(case: Case) -> Verdict:
    """SQLite's own check of every page and index, and rows that refer to nothing."""
    if case.database is None:
        raise NoDatabase(case.no_database)
    try:
        found = case.database.read(damage)
    except DatabaseUnavailable as error:
        return problem("The database cannot be read.", [str(error)])
    if found:
        return problem("The database is damaged.", found)
    return ok("The database is whole.", "integrity_check and foreign_key_check found nothing")


@THEME.once(
    "sqlite",
    "Is SQLite free of the WAL-reset bug (3.7.0 to 3.51.2)?",
    "Install pysqlite3, or a Python with SQLite 3.51.3 or newer. Until then write with one process "
    "only: no commands beside the running bot.",
    Symptom.DUPLICATES,
    Symptom.MARKERS_STAY,
)
def sqlite(case: Case) -> Verdict:
    """Whether two writing processes could lose what one of them committed."""
    version = ".".join(map(str, case.sqlite))
    if FIRST_WITH_LOG <= case.sqlite < FIRST_WHOLE:
        return problem(
            "This SQLite can lose a commit when two processes write.", [f"SQLite {version}"]
        )
    return ok("SQLite is free of the WAL-reset bug.", driver_note())


@THEME.once(
    "identity",
    "Does the database itself refuse a second delivery of the same reminder?",
    "Somebody changed the schema by hand. Stop the bot and restore the latest backup.",
    Symptom.DUPLICATES,
)
def identity(case: Case) -> Verdict:
    """The constraint by which nobody can be told twice."""
    if not case.read(guarded):
        return problem("Nothing in the database prevents a second delivery.", ["deliveries"])
    return ok("The database refuses a second delivery.", "constraint uq_deliveries_identity")


@THEME.once(
    "accepted-once",
    "Did Discord take each delivery at most once?",
    "Look at each with `tocsin deliveries show ID`: its attempts say which process sent when. Two "
    "processes mean that two bots ran on copies of one database: end one of them.",
    Symptom.DUPLICATES,
)
def accepted_once(case: Case) -> Verdict:
    """Whether any delivery has two attempts that Discord accepted."""
    found = case.read(accepted_twice)
    if found:
        return problem(
            "Discord took a delivery twice.", [f"delivery {delivery_id}" for delivery_id in found]
        )
    return ok("No delivery was accepted twice.", "of all that are kept")


@THEME.once(
    "accepted-is-sent",
    "Does everything that Discord took stand as sent?",
    "Restart the bot: it reads the channel's history and settles each. If they come back, report "
    "it with `tocsin deliveries show ID`.",
    Symptom.DUPLICATES,
    Symptom.MARKERS_STAY,
)
def accepted_is_sent(case: Case) -> Verdict:
    """Whether a delivery was accepted and yet is not marked as sent."""
    found = case.read(accepted_not_sent)
    if found:
        return problem(
            "A delivery was accepted and does not stand as sent.",
            [f"delivery {delivery_id}" for delivery_id in found],
        )
    return ok("What was accepted stands as sent.", "of all that are kept")
