import re
from typing import Any

import pytest
from prometheus_client import REGISTRY
from tests.scraping import Scraped

from tocsin.telemetry.metrics import MEASURES, Exposition, Measure, Scrape
from tocsin.telemetry.tally import Lateness, Tally

REPORT: dict[str, Any] = {
    "version": "1.2.3",
    "shards": 3,
    "shards_connected": 2,
    "in_flight": 0,
    "requests": 7,
    "answers": {"200": 6, "429": 1},
    "refusals_in_10_minutes": 1,
    "stopped": None,
    "held": None,
    "dms_held": False,
    "clock_ahead_of_discord_s": -0.5,
    "loops": [{"name": "dm opener", "running": True, "failures_total": 2}],
}


def exposed(report: dict[str, Any] = REPORT, tally: Tally | None = None) -> Scraped:
    return Scraped(Exposition().text(Scrape(report, tally or Tally())).decode())


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
def test_a_metric_is_named_as_prometheus_wants_it(measure: Measure) -> None:
    """With the program's name before it, `_total` behind what is counted and only there, and words that explain it."""
    assert re.fullmatch(r"tocsin(_[a-z0-9]+)+", measure.name)
    assert measure.name.endswith("_total") == (measure.kind == "counter")
    assert measure.words[0].isupper() or measure.words[0].isdigit()
    assert measure.words.endswith(".")
    told = exposed().metrics[measure.name]
    assert (told.type, told.documentation) == (measure.kind, measure.words)


def test_what_the_report_says_is_told() -> None:
    """Each number where it belongs; of the database nothing, since this report knows nothing of it."""
    told = exposed()
    assert told("tocsin_build_info", version="1.2.3") == 1
    assert told("tocsin_loop_failures_total", loop="dm opener") == 2
    assert told("tocsin_gateway_shards") == 3
    assert told("tocsin_gateway_shards_connected") == 2
    assert told("tocsin_discord_requests_total") == 7
    assert told("tocsin_discord_responses_total", status="429") == 1
    assert told("tocsin_clock_ahead_seconds") == -0.5
    assert told("tocsin_deliveries_ready") is None


def test_why_nothing_is_sent_is_for_people_and_that_it_is_not_for_alerts() -> None:
    """The reasons of the report become 1."""
    told = exposed(REPORT | {"held": "too many refusals", "stopped": "the token", "dms_held": True})
    for name in ("tocsin_sending_held", "tocsin_sending_stopped", "tocsin_dms_held"):
        assert told(name) == 1


def test_the_process_is_told_as_prometheus_expects_of_a_python_program() -> None:
    """Under the names that ready-made dashboards look for, and in a registry that is nobody else's."""
    told = exposed().metrics
    assert {"process_resident_memory_bytes", "python_info", "python_gc_collections_total"} <= set(
        told
    )
    assert not any(metric.name.startswith("tocsin") for metric in REGISTRY.collect())


def test_lateness_is_sorted_into_buckets() -> None:
    """A bound belongs to its bucket, each bucket holds those below, and nobody is early."""
    tally = Tally()
    for seconds in (-3.0, 0.1, 0.2, 60.0, 4_000.0):
        tally.lateness.note(seconds)
    told = exposed(tally=tally)
    name = "tocsin_delivery_lateness_seconds"
    counts = [told(f"{name}_bucket", le=str(bound)) for bound in (0.1, 0.25, 30.0, 60.0, "+Inf")]
    assert counts == [2, 3, 3, 4, 5]
    assert told(f"{name}_count") == 5
    assert told(f"{name}_sum") == pytest.approx(4_060.3)
    assert sorted(Lateness.BOUNDS) == list(Lateness.BOUNDS)
