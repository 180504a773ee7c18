from collections.abc import Callable
from types import SimpleNamespace

from flask import Flask, Response

from loadtests.evidence.testimony import Report
from loadtests.openload.arrivals import ArrivalPlan
from loadtests.openload.latencies import Latencies
from loadtests.openload.outcomes import Arrivals
from loadtests.running.web_page import POLLED, TABS, add_tabs, tables
from loadtests.workload.faults import Fault
from loadtests.workload.plan import Profile

MakeProfile = Callable[..., Profile]


def report() -> Report:
    latencies = Latencies()
    for _ in range(300):
        latencies.record("pharmacy", "SETTLED", intended_us=20_000, sent_us=2_000)
    return Report(
        arrivals=Arrivals(scheduled=400, sent=390, completed=300, late=7, dropped=10),
        achieved=200,
        visits={"pharmacy": {"SETTLED": 300}},
        messages={"2102": {"approved": 300}},
        refusals={"pharmacy": {"E3005": 4}},
        latencies=latencies.encoded(),
        elapsed_s=4.0,
    )


def figures(rows: list[dict[str, str]]) -> dict[str, str]:
    return {row["figure"]: row["value"] for row in rows}


def test_flows_have_percentiles_from_the_intended_start_where_they_may_be_stated(make_profile: MakeProfile) -> None:
    [row] = tables(report(), make_profile())["flows"]
    assert (row["name"], row["outcome"], row["count"], row["p50"]) == ("pharmacy", "SETTLED", "300", "20 ms")
    assert row["p99"] == row["p99_service"] == "n too small"


def test_outcomes_are_of_visits_messages_and_refusals(make_profile: MakeProfile) -> None:
    rows = tables(report(), make_profile())["outcomes"]
    assert {(row["name"], row["outcome"]): row["count"] for row in rows} == {
        ("pharmacy", "SETTLED"): "300",
        ("2102", "approved"): "300",
        ("pharmacy", "E3005"): "4",
    }


def test_offered_stands_against_achieved_with_the_fault_that_goes_on(make_profile: MakeProfile) -> None:
    profile = make_profile(arrivals=ArrivalPlan.read("10/9s"), faults=(Fault(kind="stall", at_s=3, for_s=2),))
    said = figures(tables(report(), profile)["offered"])
    assert said["offered (scheduled)"] == "400, 100.0/s"
    assert said["achieved (completed while arrivals came)"] == "200, 50.0/s"
    assert said["completed (the drain too)"] == "300"
    assert (said["under way"], said["dropped"]) == ("90", "10")
    assert said["faults now"] == "stall from second 3 to 5"


def test_lateness_is_of_visits_and_of_the_schedule(make_profile: MakeProfile) -> None:
    said = figures(tables(report(), make_profile())["lateness"])
    assert said["late (begun more than 100 ms after the due time)"] == "7"
    assert said["schedule lag p99"] == "n too small"


def test_locusts_page_is_told_of_every_tab_and_its_poll_carries_the_rows(make_profile: MakeProfile) -> None:
    app = Flask(__name__)
    page = SimpleNamespace(app=app, template_args={})
    add_tabs(page, report, make_profile())

    @app.route(POLLED)
    def polled() -> Response:
        return Response('{"stats": []}', content_type="application/json")

    @app.route("/other")
    def other() -> Response:
        return Response("{}", content_type="application/json")

    client = app.test_client()
    answer = client.get(POLLED).get_json()
    assert answer["stats"] == []
    assert [tab["key"] for tab in page.template_args["extended_tabs"]] == [
        one["key"] for one in answer["extended_stats"]
    ]
    assert client.get("/other").get_json() == {}


def test_every_row_has_the_columns_of_its_tab(make_profile: MakeProfile) -> None:
    for key, rows in tables(report(), make_profile()).items():
        assert rows
        assert all(set(row) == set(TABS[key][1]) for row in rows)
