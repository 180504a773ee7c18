"""A run in words for people: what was offered, what came of it, how long it took, and what the three witnesses say.

Pure: a result in, lines out; whoever prints them adds nothing. A percentile without a hundred samples beyond it is not
written, the maximum always is.
"""

from collections.abc import Iterable, Iterator

from hdrh.histogram import HdrHistogram

from loadtests.gate import Gate, Row
from loadtests.openload import histograms
from loadtests.openload.histograms import in_ms
from loadtests.result import SERVED, Result
from settlement.wire import codes
from terminals.kernel.outcome import APPROVED
from terminals.kernel.outcome import Result as End
from terminals.sums import NO_CARD_READ

PERCENTILES = (("p50", histograms.P50), ("p90", histograms.P90), ("p95", histograms.P95), ("p99", histograms.P99))
NAME_WIDTH = 36
WIDTH = 18


def lines(result: Result) -> list[str]:
    """Return the whole report."""
    return [
        *_headline(result),
        "",
        *_fates(result),
        "",
        *_latencies(result),
        "",
        *_ends(result),
        *([] if result.gate is None else ["", *_gate(result.gate)]),
        *([] if result.verdict is None else ["", *_verdict(result)]),
    ]


def _headline(result: Result) -> Iterator[str]:
    profile, machine = result.profile, result.machine
    ended = ", ended early" if result.interrupted else ""
    yield f"load {profile.run}: {profile.model} arrivals {profile.arrivals.text}, seed {profile.seed}{ended}"
    yield f"  {machine.sharing}; {machine.cores} cores, {machine.cpu}, Python {machine.python}"
    yield f"  {profile.processes} load process(es), security on ({profile.security}), journal {profile.journal}"


def _fates(result: Result) -> Iterator[str]:
    fates, found = result.report.arrivals, result.condition
    yield f"arrivals    {'  '.join(f'{name} {getattr(fates, name)}' for name in fates.__struct_fields__)}"
    yield f"rate        offered {result.offered_per_s:.1f}/s  achieved {result.achieved_per_s:.1f}/s"
    yield (
        f"generator   schedule lag p99 {in_ms(found.lag_p99_us)}, max {in_ms(found.lag_max_us)};"
        f" busiest process {found.cpu_share_max:.0%} of a core"
    )


def _latencies(result: Result) -> Iterator[str]:
    """Say first what the SLO is about, then each message from its send."""
    latencies = result.latencies()
    warm = f"without the first {result.windows.warmup_s:g} s and think times"
    yield (
        f"{f'latency ({warm})':<{NAME_WIDTH + 24}}" + "".join(f"{name:>13}" for name, _ in PERCENTILES) + f"{'max':>13}"
    )
    for flow in SERVED:
        pair = latencies.pair(flow, End.SETTLED)
        if pair.sent.get_total_count():
            yield _row(f"{flow} settled, intended start", pair.intended)
            yield _row(f"{flow} settled, actual start", pair.sent)
    for infno in sorted(name for name, outcome in latencies.items() if outcome == APPROVED):
        yield _row(f"{infno} {codes.KINDS[infno].name_en}", latencies.pair(infno, APPROVED).sent)


def _row(name: str, histogram: HdrHistogram) -> str:
    stated = "".join(f"{in_ms(histograms.percentile(histogram, p_e4)):>13}" for _, p_e4 in PERCENTILES)
    count = f"n {histogram.get_total_count()}"
    return f"  {name:<{NAME_WIDTH}}{count:<22}{stated}{in_ms(histograms.maximum(histogram)):>13}"


def _ends(result: Result) -> Iterator[str]:
    report = result.report
    for flow, outcomes in report.visits.items():
        yield f"{flow:<12}{_counted(outcomes)}"
    for flow, refusals in report.refusals.items():
        yield f"{'  refused':<12}{flow}: {_counted(refusals)}"
    if report.events:
        yield f"{'events':<12}{_counted(report.events)}"
    if report.bank.count or report.bank.reversed:
        bank = report.bank
        yield f"{'bank':<12}purchases {bank.count}  amount_fen {bank.amount_fen}  reversed {bank.reversed}"
    read = {number: count for number, count in report.generations.items() if number != NO_CARD_READ}
    if read:
        yield f"{'generations':<12}{_counted(read)}"
    if report.tenders:
        yield f"{'tenders':<12}{_counted(report.tenders)}"
    if report.strays:
        yield f"{'replies':<12}{_counted(report.strays)}"
    for fault in report.faults:
        yield f"{'fault':<12}{fault}"


def _counted(counts: dict[str, int]) -> str:
    return "  ".join(f"{name} {count}" for name, count in counts.items())


def _gate(gate: Gate) -> Iterator[str]:
    yield f"{'gate':<{NAME_WIDTH + 4}}" + "".join(f"{who:>{WIDTH}}" for who in ("client", "engine", "ledger"))
    yield from (_compared(row) for row in gate.rows)


def _compared(row: Row) -> str:
    if row.client is None and row.engine is None:
        return f"  {row.name}: {row.ledger}"  # a law of the books, which the ledger alone can tell of
    said = "".join(f"{'-' if what is None else what:>{WIDTH}}" for what in (row.client, row.engine, row.ledger))
    return f"  {row.name:<{NAME_WIDTH + 2}}{said}  {'ok' if row.ok else 'DIFFERS'}"


def _verdict(result: Result) -> Iterable[str]:
    assert result.verdict is not None
    slo = result.profile.slo
    promise = f"p95 <= {slo.p95_ms:g} ms, p99 <= {slo.p99_ms:g} ms, errors <= {slo.error_share_max:.2%}"
    yield f"{result.verdict.answer} ({promise}, from the intended start)"
    yield from (f"  {reason}" for reason in (*result.verdict.reasons, *result.verdict.remarks))
