from itertools import count

import pytest

from loadtests.evidence import watch
from loadtests.evidence.provenance import Build
from loadtests.evidence.watch import EngineUse, Watch, figures_of
from loadtests.workload.plan import EngineAt
from settlement.metrics import Build as EngineBuild
from settlement.metrics import Metrics
from settlement.service import Gathered

BUILD = 'shuaka_build_info{commit="c0ffee",dirty="yes",version="0.4.0"} 1.0'
STORE = 'shuaka_store_info{durability="WAL, synchronous=FULL",store="sqlite"} 1.0'


def text(cpu_s: float, batches: int = 0, requests: int = 0, commit_s: float = 0.0, queue: int = 0) -> str:
    return "\n".join(
        [
            "# HELP shuaka_engine_cpu_seconds_total CPU of the engine and the processes that it started.",
            f"shuaka_engine_cpu_seconds_total {cpu_s}",
            "shuaka_engine_resident_bytes 7.5e+07",
            f"shuaka_queue_requests {queue}",
            f"shuaka_batch_requests_count {batches}",
            f"shuaka_batch_requests_sum {requests}",
            f"shuaka_commit_seconds_count {batches}",
            f"shuaka_commit_seconds_sum {commit_s}",
            STORE,
        ]
    )


def watched(*texts: str | None, every_s: float = 1.0, seconds: int | None = None) -> Watch:
    said = iter(texts)
    found = Watch(lambda: next(said, None), every_s, clock=lambda: 0.0)
    for second in range(seconds or len(texts)):
        found.look(float(second))
    return found


def test_a_sample_is_what_happened_since_the_last_look() -> None:
    use = watched(text(1.0), text(1.5, batches=10, requests=40, commit_s=0.005, queue=3)).use
    assert use is not None
    [sample] = use.samples
    assert (sample.at_s, sample.cpu_share, sample.rss_bytes, sample.queue_depth) == (1.0, 0.5, 75_000_000, 3)
    assert (sample.batch_mean, sample.commit_mean_ms) == (4.0, pytest.approx(0.5))


def test_the_first_look_only_finds_out_where_the_counters_stand() -> None:
    assert watched(text(100.0)).use == EngineUse("sqlite", "WAL, synchronous=FULL", ())


def test_an_engine_says_which_code_it_runs_and_the_last_that_said_so_is_believed() -> None:
    use = watched(text(1.0) + "\n" + BUILD, text(2.0)).use
    assert use is not None
    assert use.build == Build("0.4.0", "c0ffee", dirty=True)


def test_an_engine_that_knows_no_checkout_has_its_version_alone() -> None:
    use = watched('shuaka_build_info{commit="",dirty="",version="0.4.0"} 1.0').use
    assert use is not None
    assert (use.store, use.build) == ("", Build("0.4.0"))


def test_where_nothing_was_done_means_are_nought() -> None:
    latest = watched(text(1.0, 5, 5, 1.0), text(1.0, 5, 5, 1.0)).latest
    assert latest is not None
    assert (latest.cpu_share, latest.batch_mean, latest.commit_mean_ms) == (0, 0, 0)


def test_an_engine_that_does_not_answer_leaves_a_gap_and_ends_nothing() -> None:
    use = watched(text(1.0), None, text(2.0)).use
    assert use is not None
    assert [(sample.at_s, sample.cpu_share) for sample in use.samples] == [(2.0, 0.5)]


def test_an_engine_that_answers_late_is_sampled_when_it_answers() -> None:
    said, clock = iter([text(1.0), text(2.0)]), iter([0.0, 0.0, 1.0, 2.0])
    found = Watch(lambda: next(said), clock=lambda: next(clock))
    found.look(0.0)
    found.look(1.0)
    assert found.latest is not None
    assert (found.latest.at_s, found.latest.cpu_share) == (2.0, 0.5)


def test_an_engine_that_never_answered_was_not_watched() -> None:
    assert watched(None, None).use is None
    assert watch.watch(None, 1.0).use is None


def test_an_engine_that_was_started_anew_counts_from_nought() -> None:
    latest = watched(text(9.0, batches=100), text(0.25)).latest
    assert latest is not None
    assert latest.cpu_share == 0.25


def test_a_long_run_is_sampled_less_often() -> None:
    counted = count()
    found = Watch(lambda: text(float(next(counted))), every_s=10.0, clock=lambda: 0.0)
    for second in range(31):
        found.look(second + 0.01)
    use = found.use
    assert use is not None
    assert [round(sample.at_s) for sample in use.samples] == [10, 20, 30]


def test_what_is_no_number_is_no_sample() -> None:
    assert figures_of('# TYPE x gauge\nx 1\ny NaN-ish\n\nz{a="b c"} 2') == {"x": 1.0, 'z{a="b c"}': 2.0}


def test_a_real_engines_metrics_answer_every_question() -> None:
    metrics = Metrics(EngineBuild("c0ffee", dirty=True))
    metrics.kept("sqlite")
    metrics.gathered(Gathered(7, 2, 0.001, 0.002, 0.0005))
    metrics.committed(0.002)
    server, thread = metrics.serve("127.0.0.1", 0)
    try:
        said = watch.fetched(f"127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert said is not None
    figures = figures_of(said)
    assert {name for name in watch.ASKED if name not in watch.SAID} <= figures.keys()
    assert any('commit="c0ffee",dirty="yes"' in name for name in figures if name.startswith(watch.BUILD))
    assert STORE.rpartition(" ")[0] in figures
    assert not any(name.startswith("shuaka_replies") for name in figures), "only what is asked for is rendered"


def test_nobody_at_the_address_is_no_answer() -> None:
    assert watch.watch(EngineAt("127.0.0.1:1"), 1.0).use is None
    assert watch.fetched("127.0.0.1:1") is None
