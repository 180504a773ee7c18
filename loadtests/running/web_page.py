"""Our tabs on Locust's own page: flows, outcomes, offered against achieved, lateness; filled from the last report.

Locust draws a table for every tab that it is told of, from rows that ride on its own poll of /stats/requests. All text
is ours: transaction codes, outcomes and figures, never a person, card or terminal.
"""

import json
from collections.abc import Callable
from typing import Any, Final

from loadtests.evidence.testimony import Report
from loadtests.openload import health, histograms
from loadtests.openload.histograms import in_ms
from loadtests.openload.latencies import Latencies
from loadtests.workload.faults import going_on
from loadtests.workload.plan import Profile

POLLED: Final = "/stats/requests"
Row = dict[str, str]

TABS: Final = {
    "flows": ("Flows", ("name", "outcome", "count", "p50", "p95", "p99", "max", "p99_service")),
    "outcomes": ("Outcomes", ("name", "outcome", "count")),
    "offered": ("Offered against achieved", ("figure", "value")),
    "lateness": ("Lateness", ("figure", "value")),
}
"""By key: the tab's title and its columns."""
TITLES: Final = {"p99_service": "p99 from the actual start"}
"""Of columns that their name does not say."""


def add_tabs(page: Any, latest: Callable[[], Report], profile: Profile) -> None:
    """Add our tabs to Locust's page (locust.web.WebUI)."""
    page.template_args["extended_tabs"] = [{"title": title, "key": key} for key, (title, _) in TABS.items()]
    page.template_args["extended_tables"] = [
        {"key": key, "structure": [{"key": name, "title": TITLES.get(name, name)} for name in columns]}
        for key, (_, columns) in TABS.items()
    ]

    def extend(response: Any) -> Any:
        from flask import request  # noqa: PLC0415 - Locust's own server, which is running when this is called

        if request.path == POLLED and response.is_json:
            rows = tables(latest(), profile)
            stats = [{"key": key, "data": data} for key, data in rows.items()]
            response.set_data(json.dumps({**response.json, "extended_stats": stats}))
        return response

    page.app.after_request(extend)


def tables(report: Report, profile: Profile) -> dict[str, list[Row]]:
    """Return the rows of every tab."""
    return {
        "flows": _flows(report),
        "outcomes": [
            {"name": name, "outcome": outcome, "count": str(count)}
            for counts in (report.visits, report.messages, report.refusals)
            for name, outcomes in counts.items()
            for outcome, count in outcomes.items()
        ],
        "offered": _figures(_offered(report, profile)),
        "lateness": _figures(_lateness(report)),
    }


def _flows(report: Report) -> list[Row]:
    latencies = Latencies()
    latencies.add(report.latencies)
    rows = []
    for (name, step, outcome), pair in latencies.items().items():
        count = pair.intended.get_total_count()
        if not count:
            continue
        shown = f"{name} / {step}" if step else name
        stated = {key: _stated(pair.intended, p_e4) for key, p_e4 in PERCENTILES.items()}
        rest = {"max": in_ms(histograms.maximum(pair.intended)), "p99_service": _stated(pair.sent, histograms.P99)}
        rows.append({"name": shown, "outcome": str(outcome), "count": str(count), **stated, **rest})
    return rows


PERCENTILES: Final = {"p50": histograms.P50, "p95": histograms.P95, "p99": histograms.P99}


def _stated(histogram: Any, p_e4: int) -> str:
    return in_ms(histograms.percentile(histogram, p_e4))


def _offered(report: Report, profile: Profile) -> dict[str, str]:
    fates, elapsed_s = report.arrivals, max(report.elapsed_s, 1e-3)
    arrived_s = min(elapsed_s, profile.arrivals.duration_s)
    return {
        "scenario": profile.scenario or "of the command line",
        "arrivals": profile.arrivals.text,
        "second": f"{arrived_s:.0f} of {profile.arrivals.duration_s:.0f}",
        "offered (scheduled)": f"{fates.scheduled}, {fates.scheduled / arrived_s:.1f}/s",
        "achieved (completed while arrivals came)": f"{report.achieved}, {report.achieved / arrived_s:.1f}/s",
        "completed (the drain too)": str(fates.completed),
        "under way": str(fates.unfinished),
        "dropped": str(fates.dropped),
        "faults now": "; ".join(going_on(profile.faults, report.elapsed_s)) or "none",
    }


def _lateness(report: Report) -> dict[str, str]:
    found = health.condition(report.health)
    return {
        "late (begun more than 100 ms after the due time)": str(report.arrivals.late),
        "schedule lag p99": _stated(health.lag_of(report.health), histograms.P99),
        "schedule lag max": in_ms(found.lag_max_us),
        "busiest load process": f"{found.cpu_share_max:.0%} of a core",
        "load processes": str(found.processes),
    }


def _figures(figures: dict[str, str]) -> list[Row]:
    return [{"figure": figure, "value": value} for figure, value in figures.items()]
