"""An open generator shows one freeze of a second to everybody who came meanwhile; a closed one hides it.

The server is simulated in virtual time: it serves one at a time, 1 ms each, and freezes once.
"""

from loadtests.openload import histograms
from loadtests.openload.arrivals import due_times, parse
from loadtests.openload.clock import Schedule
from loadtests.openload.histograms import P95, P99
from loadtests.openload.latencies import Latencies

SERVICE_S = 0.001
FREEZE_S = (10.0, 11.0)
MICROSECONDS = 1e6


class Server:
    def __init__(self) -> None:
        self._free_s = 0.0

    def serve(self, begin_s: float) -> float:
        """Return when a request that arrives at `begin_s` is answered."""
        start_s = max(begin_s, self._free_s)
        if FREEZE_S[0] <= start_s < FREEZE_S[1]:
            start_s = FREEZE_S[1]
        self._free_s = start_s + SERVICE_S
        return self._free_s


def open_run() -> Latencies:
    server, schedule, latencies, now_s = Server(), Schedule(due_times(parse("100/100s"))), Latencies(), 0.0
    while (wait_s := schedule.wait_s(now_s)) is not None:
        now_s += wait_s
        for arrival in schedule.due(now_s):
            end_s = server.serve(now_s)
            latencies.record(
                "visit",
                "served",
                intended_us=(end_s - arrival.due_s) * MICROSECONDS,
                sent_us=(end_s - max(now_s, end_s - SERVICE_S)) * MICROSECONDS,
            )
    return latencies


def closed_run() -> Latencies:
    server, latencies, now_s = Server(), Latencies(), 0.0
    while now_s < 100:
        end_s = server.serve(now_s)
        took_us = (end_s - now_s) * MICROSECONDS
        latencies.record("visit", "served", intended_us=took_us, sent_us=took_us)
        now_s = max(end_s, now_s + 0.01)
    return latencies


def test_an_open_run_shows_the_freeze_in_its_p99_from_the_intended_start() -> None:
    pair = open_run().pair("visit", "served")
    found_us = histograms.percentile(pair.intended, P99)
    assert found_us is not None
    assert found_us > 50_000


def test_the_service_time_of_the_same_run_does_not_show_it() -> None:
    assert histograms.percentile(open_run().pair("visit", "served").sent, P99) == 1000


def test_a_closed_run_of_the_same_server_hides_it() -> None:
    pair = closed_run().pair("visit", "served")
    assert histograms.estimate(pair.intended, P99) < 1100
    assert histograms.percentile(pair.intended, P95) == 1000
