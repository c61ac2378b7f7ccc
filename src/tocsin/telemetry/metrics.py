"""What a running bot tells Prometheus: each metric with its words, and where its value comes from at a scrape.

Nothing is labelled by server or member: there may be ten thousand of the one and a million of the other.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from prometheus_client import (
    CONTENT_TYPE_PLAIN_0_0_4,
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from tocsin.telemetry.tally import Labels, Lateness, Tally

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


@dataclass(frozen=True, slots=True)
class Scrape:
    """What is known at a scrape: the bot's report on itself, and what it has counted.

    A report without `pending`, `ready` and `behind_s` is of a bot that could not look into its database.
    """

    report: Mapping[str, Any]
    tally: Tally


Value = float | Mapping[Labels, float] | Lateness | None
"""A number, or one for each combination of the labels' values; None where nothing is known."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One metric. `words` is what Prometheus shows as its help."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    words: str
    value: Callable[[Scrape], Value]
    labels: Labels = ()

    def told(self, scrape: Scrape) -> Metric:
        """The metric with its values."""
        value = self.value(scrape)
        if isinstance(value, Lateness):
            return HistogramMetricFamily(
                self.name, self.words, buckets=value.buckets(), sum_value=value.total
            )
        of_kind = CounterMetricFamily if self.kind == "counter" else GaugeMetricFamily
        family = of_kind(self.name, self.words, labels=self.labels)
        if value is not None:
            values = value if isinstance(value, Mapping) else {(): value}
            for labels, number in values.items():
                family.add_metric(labels, number)
        return family


def _told(name: str) -> Callable[[Scrape], Value]:
    return lambda scrape: scrape.report[name]


def _told_if_known(name: str) -> Callable[[Scrape], Value]:
    return lambda scrape: scrape.report.get(name)


def _whether(name: str) -> Callable[[Scrape], Value]:
    return lambda scrape: float(bool(scrape.report[name]))


def _of_loops(name: str) -> Callable[[Scrape], Value]:
    return lambda scrape: {(each["name"],): each[name] for each in scrape.report["loops"]}


MEASURES = (
    Measure(
        "tocsin_build_info",
        "gauge",
        "The version that runs; always 1.",
        lambda scrape: {(scrape.report["version"],): 1},
        ("version",),
    ),
    Measure(
        "tocsin_loop_running",
        "gauge",
        "1 while the background loop runs, 0 while it waits to be started again after a failure.",
        _of_loops("running"),
        ("loop",),
    ),
    Measure(
        "tocsin_loop_failures_total",
        "counter",
        "How often the background loop has failed. Each time it was, or will be, started again.",
        _of_loops("failures_total"),
        ("loop",),
    ),
    Measure(
        "tocsin_gateway_shards",
        "gauge",
        "Connections that the bot keeps to Discord's gateway: as many as Discord recommends, 1 until it has said so.",
        _told("shards"),
    ),
    Measure(
        "tocsin_gateway_shards_connected",
        "gauge",
        "Of these those that stand. Over them come commands and presses of buttons; reminders go out without them.",
        _told("shards_connected"),
    ),
    Measure(
        "tocsin_claims_total",
        "counter",
        "Deliveries claimed, each time one was: its request may leave from then on.",
        lambda scrape: scrape.tally.claims,
        ("kind",),
    ),
    Measure(
        "tocsin_attempts_total",
        "counter",
        "What came of attempts to send: accepted, retry (it may be tried again), refused, or unknown "
        "(no answer; the channel's history decides). code is Discord's error code, if it gave one.",
        lambda scrape: scrape.tally.attempts,
        ("recipient", "outcome", "code"),
    ),
    Measure(
        "tocsin_deliveries_total",
        "counter",
        "Deliveries that this process saw end: sent, failed (refused for good, or nobody can know), "
        "missed (of no more use), superseded (by a nearer one), cancelled (no longer wanted when its turn "
        "came). What an edit cancels before its turn is not counted.",
        lambda scrape: scrape.tally.ends,
        ("outcome", "kind"),
    ),
    Measure(
        "tocsin_delivery_lateness_seconds",
        "histogram",
        "From when a delivery was due until its acceptance was recorded; tests are left out. One that is made "
        "up for, after a late subscription or a time in which nothing ran, counts from when it was due.",
        lambda scrape: scrape.tally.lateness,
    ),
    Measure(
        "tocsin_deliveries_in_flight",
        "gauge",
        "Deliveries that are claimed and whose outcome is not recorded yet.",
        _told("in_flight"),
    ),
    Measure(
        "tocsin_deliveries_pending",
        "gauge",
        "Deliveries that wait in the database: due within minutes, due now, or put off. Missing while the "
        "database cannot be read.",
        _told_if_known("pending"),
    ),
    Measure(
        "tocsin_deliveries_ready",
        "gauge",
        "Of the pending deliveries those that could leave now and wait for their turn.",
        _told_if_known("ready"),
    ),
    Measure(
        "tocsin_deliveries_behind_seconds",
        "gauge",
        "By how much the pending delivery whose turn came first is past it; 0 if none is. Turns are spread as "
        "Discord's limit allows, and those of reminders long before the start give way by up to 10 minutes.",
        _told_if_known("behind_s"),
    ),
    Measure(
        "tocsin_discord_requests_total",
        "counter",
        "Requests to Discord's REST API that count towards its limit: all but answers to interactions.",
        _told("requests"),
    ),
    Measure(
        "tocsin_discord_responses_total",
        "counter",
        "Answers of Discord's REST API, those to interactions too, by HTTP status.",
        lambda scrape: {(status,): number for status, number in scrape.report["answers"].items()},
        ("status",),
    ),
    Measure(
        "tocsin_discord_refusals_recent",
        "gauge",
        "Answers 401, 403 and 429 of the last ten minutes, those before a restart too. From 1,000 on only "
        "destinations that worked before are tried, from 3,000 on nothing is; at 10,000 Discord would ban.",
        _told("refusals_in_10_minutes"),
    ),
    Measure(
        "tocsin_sending_held",
        "gauge",
        "1 while nothing is sent because of too many refusals or a clock that is off; it goes on by itself.",
        _whether("held"),
    ),
    Measure(
        "tocsin_sending_stopped",
        "gauge",
        "1 once Discord has refused the token: nothing is sent until the settings are mended and it is restarted.",
        _whether("stopped"),
    ),
    Measure(
        "tocsin_dms_held",
        "gauge",
        "1 while direct messages wait, because more than a fifth of the last hundred were refused.",
        _whether("dms_held"),
    ),
    Measure(
        "tocsin_clock_ahead_seconds",
        "gauge",
        "By how much this machine's clock was ahead of Discord's at the last answer, negative if behind.",
        _told("clock_ahead_of_discord_s"),
    ),
)


class Exposition(Collector):
    """Everything that Prometheus is told, in a registry of its own, with what it expects of a Python process."""

    def __init__(self) -> None:
        self._scrape: Scrape | None = None
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        GCCollector(registry=self._registry)

    def text(self, scrape: Scrape) -> bytes:
        """Every metric, in Prometheus' text format."""
        self._scrape = scrape
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """The project's own metrics, as `text` was told."""
        if self._scrape is not None:
            for measure in MEASURES:
                yield measure.told(self._scrape)
