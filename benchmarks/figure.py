"""A measured value beside what it should be."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Better = Literal["less", "more", "equal"]
_SIGNS = {"less": "≤", "more": "≥", "equal": "="}


@dataclass(frozen=True, slots=True)
class Figure:
    """One value in its unit, and the target that it has to reach: at most, at least, or exactly."""

    name: str
    value: float
    unit: str
    target: float
    better: Better

    @property
    def met(self) -> bool:
        """Whether the target is reached."""
        match self.better:
            case "less":
                return self.value <= self.target
            case "more":
                return self.value >= self.target
            case "equal":
                return self.value == self.target

    def row(self) -> str:
        """A line of the table."""
        target = f"{_SIGNS[self.better]} {self.target:g}"
        verdict = "met" if self.met else "MISSED"
        return f"{self.name:<52} {self.value:>10.4g} {self.unit:<14} {target:>9}  {verdict}"

    def entry(self) -> dict[str, Any]:
        """The same as JSON has it."""
        return {**asdict(self), "met": self.met}
