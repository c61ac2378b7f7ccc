"""A scrape of the bot's metrics, read by Prometheus' own rules for its text format."""

from functools import cached_property

from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families


class Scraped:
    """What one scrape told."""

    def __init__(self, text: str) -> None:
        self._families = list(text_string_to_metric_families(text))

    def __call__(self, name: str, **labels: str) -> float | None:
        """The value of one series, or None where it was not told."""
        return self._values.get((name, frozenset(labels.items())))

    def series(self, name: str) -> dict[frozenset[tuple[str, str]], float]:
        """The series of one metric that are not 0, by their labels."""
        return {
            labels: value
            for (told, labels), value in self._values.items()
            if told == name and value
        }

    @property
    def metrics(self) -> dict[str, Metric]:
        """The metrics by the name that a person looks for."""
        return {_asked_for(family): family for family in self._families}

    @cached_property
    def _values(self) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
        return {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in self._families
            for sample in family.samples
        }


def _asked_for(family: Metric) -> str:
    # The parser takes from a counter the ending that its series have.
    return f"{family.name}_total" if family.type == "counter" else family.name
