"""What an import or an export did that a person would want to know."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Note:
    """One line: the file, the place in it (an id, or empty), and what was found or done there."""

    file: str
    where: str
    what: str

    def __str__(self) -> str:
        """The note on one line."""
        return (
            f"{self.file}: {self.where}: {self.what}" if self.where else f"{self.file}: {self.what}"
        )


@dataclass(slots=True)
class Report:
    """What was put right, what was left out and why, and what else is worth knowing."""

    fixes: list[Note] = field(default_factory=list)
    drops: list[Note] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def fix(self, file: str, where: str, what: str) -> None:
        """Something was read otherwise than it is written."""
        self.fixes.append(Note(file, where, what))

    def drop(self, file: str, where: str, why: str) -> None:
        """Something was left out."""
        self.drops.append(Note(file, where, why))

    def note(self, file: str, where: str, what: str) -> None:
        """Something is as it is, and worth knowing."""
        self.notes.append(Note(file, where, what))
