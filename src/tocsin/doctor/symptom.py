"""What people complain of; each is answered by the checks that name it."""

from enum import StrEnum


class Symptom(StrEnum):
    """The complaint, by the word that `tocsin doctor` takes."""

    NO_DMS = "no-dms"
    DUPLICATES = "duplicates"
    MARKERS_STAY = "markers-stay"
    UNEXPECTED_DMS = "unexpected-dms"


COMPLAINTS = {
    Symptom.NO_DMS: "No DMs are delivered",
    Symptom.DUPLICATES: "Duplicates occur",
    Symptom.MARKERS_STAY: "Markers of scheduled reminders stay after they were sent",
    Symptom.UNEXPECTED_DMS: "Unexpected DMs arrive after a restart",
}
