import urllib.request
from itertools import pairwise, permutations

from settlement.engine.arrival import Password
from settlement.metrics import STAGE_BUCKETS, Build, Metrics
from settlement.replies import LATENCY_BUCKETS, SHOWN_FROM_THE_START, SLO_SECONDS
from settlement.service import Gathered
from settlement.stores.open_items import OPEN_ITEMS
from settlement.stores.store import CityDebt, Look
from settlement.tally import Outcome
from settlement.wire.codes import KINDS, REFUSALS

SERIES_MAX = 2_000
GATEWAYS = ("tcp", "national", "services", "admin")
CITIES = 16
"""As many as a province has."""


def outcome(
    refusal: str = "", infno: str = "2102", *, replayed: bool = False, password: Password = Password.NOT_ASKED
) -> Outcome:
    return Outcome("tcp", "operator-7", infno, refusal, replayed, password, seconds=0.002)


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def test_replies_are_counted_by_gateway_transaction_and_outcome() -> None:
    metrics = Metrics()
    for each in (outcome(), outcome(), outcome("E2102"), outcome(replayed=True)):
        metrics.answered(each)
    assert value(metrics, "shuaka_replies_total", gateway="tcp", infno="2102", outcome="approved") == 2
    assert value(metrics, "shuaka_replies_total", gateway="tcp", infno="2102", outcome="E2102") == 1
    assert value(metrics, "shuaka_replies_total", gateway="tcp", infno="2102", outcome="replayed") == 1


def test_passwords_are_counted_by_what_became_of_them_and_where_none_was_asked_not_at_all() -> None:
    metrics = Metrics()
    for became in Password:
        metrics.answered(outcome(password=became))
    assert [value(metrics, "shuaka_pins_total", outcome=name) for name in ("right", "wrong", "locked")] == [1, 1, 1]
    assert value(metrics, "shuaka_pins_total", outcome="not asked") is None


def test_a_transaction_code_of_nobodys_makes_one_series() -> None:
    metrics = Metrics()
    for number in range(100):
        metrics.answered(outcome(infno=f"x{number}"))
    assert value(metrics, "shuaka_replies_total", gateway="tcp", infno="(unknown)", outcome="approved") == 100


def builds(metrics: Metrics) -> list[dict[str, str]]:
    return [
        sample.labels
        for family in metrics.registry.collect()
        for sample in family.samples
        if sample.name == "shuaka_build_info"
    ]


def test_an_engine_says_in_one_series_which_code_it_is() -> None:
    [said] = builds(Metrics(Build("c0ffee", dirty=True)))
    assert said.pop("version")
    assert said == {"commit": "c0ffee", "dirty": "yes"}


def test_an_engine_from_no_checkout_names_no_commit_and_calls_nothing_clean() -> None:
    [said] = builds(Metrics())
    assert (said["commit"], said["dirty"]) == ("", "")


def test_latency_has_an_edge_at_each_limit_that_a_run_is_judged_by_and_at_four_times_it() -> None:
    assert {0.05, 0.2, 1.5, 3.0, 6.0, 12.0} < set(LATENCY_BUCKETS)
    assert {4 * limit for limit in SLO_SECONDS} < set(LATENCY_BUCKETS)
    assert 20 <= len(LATENCY_BUCKETS) <= 30


def test_a_stage_that_stalls_a_commit_for_seconds_is_measured_and_a_short_one_finely() -> None:
    assert STAGE_BUCKETS[-1] == LATENCY_BUCKETS[-1] == 12.0
    assert list(STAGE_BUCKETS) == sorted(STAGE_BUCKETS)
    assert max(longer / shorter for shorter, longer in pairwise(STAGE_BUCKETS)) == 2
    assert STAGE_BUCKETS[:2] == (0.00002, 0.0000283)


def test_what_the_promise_is_judged_by_is_shown_as_nought_before_the_first_reply() -> None:
    metrics = Metrics()
    shown = {
        (gateway, infno, outcome): value(metrics, "shuaka_replies_total", gateway=gateway, infno=infno, outcome=outcome)
        for gateway in ("tcp", "national")
        for infno in ("2102", "2207", "2304")
        for outcome in ("approved", "replayed", "E1003", "E9000")
    }
    assert set(shown.values()) == {0}
    assert shown.keys() == set(SHOWN_FROM_THE_START)


def test_what_of_a_batch_was_neither_loading_nor_saving_was_deciding() -> None:
    metrics = Metrics()
    metrics.loaded(0.25)
    metrics.committed(0.5)
    metrics.gathered(Gathered(3, 1, queue_s=0.125, settle_s=1.0, reply_s=0.0625))
    stages = ("queue", "load", "decide", "save", "reply")
    spent = [value(metrics, "shuaka_stage_seconds_sum", stage=stage) for stage in stages]
    assert spent == [0.125, 0.25, 0.25, 0.5, 0.0625]


def test_a_batch_that_saves_nothing_does_not_inherit_the_last_ones_commit() -> None:
    metrics = Metrics()
    metrics.committed(0.5)
    metrics.gathered(Gathered(1, 0, 0.0, 0.5, 0.0))
    metrics.gathered(Gathered(1, 0, 0.0, 0.25, 0.0))
    assert value(metrics, "shuaka_stage_seconds_sum", stage="save") == 0.5
    assert value(metrics, "shuaka_stage_seconds_sum", stage="decide") == 0.25


def test_cpu_memory_and_the_promise_of_the_store_are_shown() -> None:
    metrics = Metrics()
    metrics.kept("sqlite")
    cpu_s, bytes_held = (
        value(metrics, "shuaka_engine_cpu_seconds_total"),
        value(metrics, "shuaka_engine_resident_bytes"),
    )
    assert cpu_s is not None
    assert cpu_s > 0
    assert bytes_held is not None
    assert bytes_held > 1 << 20
    assert value(metrics, "shuaka_store_info", store="sqlite", durability="WAL, synchronous=FULL") == 1


def test_no_operator_and_no_terminal_is_ever_a_label() -> None:
    metrics = Metrics()
    metrics.answered(outcome())
    server, thread = metrics.serve("127.0.0.1", 0)
    with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/metrics", timeout=5) as answer:
        page = answer.read().decode()
    server.shutdown()
    server.server_close()
    thread.join()
    assert "shuaka_replies_total" in page
    assert "operator-7" not in page


def test_whatever_is_sent_to_whichever_door_the_page_holds_fewer_than_two_thousand_series() -> None:
    metrics = Metrics()
    metrics.kept("sqlite")
    pairs = tuple(CityDebt(str(owing), str(owed), 1) for owing, owed in permutations(range(CITIES), 2))
    metrics.books.looked(Look((), dict.fromkeys(OPEN_ITEMS, 1), pairs))
    for gateway in GATEWAYS:
        for infno in (*KINDS, "unheard of"):
            for refusal in ("", *REFUSALS):
                metrics.answered(
                    Outcome(gateway, "o", infno, refusal, replayed=False, password=Password.NOT_ASKED, seconds=0.1)
                )
    samples = [sample for family in metrics.registry.collect() for sample in family.samples]
    replies = [sample for sample in samples if sample.name == "shuaka_replies_total"]
    assert sum(sample.value for sample in replies) == len(GATEWAYS) * (len(KINDS) + 1) * (len(REFUSALS) + 1)
    assert len(samples) < SERIES_MAX
