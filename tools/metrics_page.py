"""Write docs/metrics.md from the metrics themselves: `python tools/metrics_page.py`."""

import re
from pathlib import Path

from tocsin.telemetry.metrics import MEASURES, Measure

PAGE = Path(__file__).resolve().parent.parent / "docs" / "metrics.md"
HEAD = """\
# Metrics for Prometheus

Written from the program by `.venv/bin/python tools/metrics_page.py`.

The running bot tells [Prometheus](https://prometheus.io) at `/metrics` of its status address how it is. It listens once
`tocsin.toml` names a port:

```toml
[status]
port = 8070
```

```console
curl http://127.0.0.1:8070/metrics
```

Only this machine can reach it. For a Prometheus on another one set `host`, too, to an address of a private network:
there is no password. No server, member or text stands in the metrics.

```yaml
# prometheus.yml
scrape_configs:
  - job_name: tocsin
    static_configs:
      - targets: ["127.0.0.1:8070"]
```

A scrape costs a few milliseconds and one look into the database's index of what is pending; without a scrape nothing
is measured or written.

# The metrics

Counters begin at 0 when the bot starts. Besides these there are `process_*` and `python_*`, as of every Python program.

| metric | type | labels | tells |
|---|---|---|---|
"""
TAIL = """
`kind` is what a delivery says: `reminder`, `snooze`, `change`, `cancellation`, `test` (of `tocsin test-reminder`) or
`mention` (members with closed DMs, together, in a channel). `recipient` is `member` or `channel`. `loop` is a name that
`tocsin status` shows, too, with the error in words. [lifecycle.md](lifecycle.md) has all that can become of a delivery.

# To look at

| | |
|---|---|
| reminders sent, a second | `sum(rate(tocsin_deliveries_total{outcome="sent",kind="reminder"}[5m]))` |
| lateness of 99 in 100 | `histogram_quantile(0.99, sum by (le) (rate(tocsin_delivery_lateness_seconds_bucket[1h])))` |
| why attempts are refused | `sum by (recipient, code) (increase(tocsin_attempts_total{outcome="refused"}[1d]))` |
| how Discord answers | `sum by (status) (rate(tocsin_discord_responses_total[5m]))` |
| missed in a day | `sum(increase(tocsin_deliveries_total{outcome="missed",kind="reminder"}[1d]))` |

# To be woken by

```yaml
# tocsin-alerts.yml, named under rule_files in prometheus.yml
groups:
  - name: tocsin
    rules:
      - alert: TocsinDown
        expr: up{job="tocsin"} == 0
        for: 2m
        annotations:
          summary: The bot does not run, or does not answer.
      - alert: TocsinLoopFails
        expr: increase(tocsin_loop_failures_total[10m]) > 0 or tocsin_loop_running == 0
        for: 1m
        annotations:
          summary: "Loop {{ $labels.loop }} fails; `tocsin status` says why."
      - alert: TocsinDisconnected
        expr: tocsin_gateway_shards_connected < tocsin_gateway_shards
        for: 5m
        annotations:
          summary: Nobody's commands and buttons are answered in some or all servers; reminders go out.
      - alert: TocsinRemindersLate
        expr: tocsin_deliveries_behind_seconds > 60
        for: 2m
        annotations:
          summary: Reminders that are due do not go out, or not fast enough.
      - alert: TocsinHeldBack
        expr: >-
          tocsin_discord_refusals_recent >= 500 or tocsin_sending_held == 1
          or tocsin_sending_stopped == 1 or tocsin_dms_held == 1
        for: 1m
        annotations:
          summary: "Discord refuses much, or sending is held or stopped; `tocsin status` says why."
```

Discord cuts connections to its gateway from time to time, and they are back within seconds: hence the five minutes of
`TocsinDisconnected`.

A call to thousands takes its time, since Discord takes 50 messages a second. That is no reason to be woken:
`TocsinRemindersLate` is about what is behind its turn, and each of the thousands has one.
"""
_ROW = re.compile(r"^\| `(\w+)` \|", re.MULTILINE)


def render() -> str:
    """Return the text of the page."""
    return HEAD + "".join(map(_row, MEASURES)) + TAIL


def rows_of(page: str) -> list[str]:
    """The metrics that have a row in the page's table."""
    return _ROW.findall(page)


def _row(measure: Measure) -> str:
    labels = ", ".join(f"`{label}`" for label in measure.labels)
    return f"| `{measure.name}` | {measure.kind} | {labels} | {measure.words} |\n"


def main() -> None:
    """Write the page."""
    PAGE.write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
