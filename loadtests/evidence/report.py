"""A run in words for people: what was offered, what came of it, how long it took, and what the three witnesses say.

Pure: a result in, lines out; whoever prints them adds nothing. A percentile without a hundred samples beyond it is not
written, the maximum always is.
"""

from collections.abc import Iterable, Iterator
from statistics import fmean

from hdrh.histogram import HdrHistogram

from loadtests.evidence import course
from loadtests.evidence import platform_report as words
from loadtests.evidence.gate import Gate, Row
from loadtests.evidence.result import Result
from loadtests.evidence.watch import EngineUse
from loadtests.openload import figures, histograms
from loadtests.openload.findings import ANSWERS
from loadtests.openload.health import lag_of, lag_said
from loadtests.openload.histograms import in_ms
from loadtests.workload.subjects import SERVED
from settlement.wire import codes
from terminals.kernel.outcome import APPROVED
from terminals.kernel.outcome import Result as End
from terminals.sums import NO_CARD_READ

PERCENTILES = (("p50", histograms.P50), ("p90", histograms.P90), ("p95", histograms.P95), ("p99", histograms.P99))
NAME_WIDTH = 36
WIDTH = 18
FIDELITY = {"chip": "full chip dialogue", "replay": "replayed dialogues, only the host is under test"}
SINCE = {
    "open": "from the intended start",
    "closed": "closed: from the actual start, a stall hides from it",
}
"""What a latency is counted from, by the model of the arrivals."""
MIB = 1 << 20


def lines(result: Result) -> list[str]:
    """Return the whole report."""
    return [
        *_headline(result),
        "",
        *_fates(result),
        *course.lines(result),
        "",
        *_latencies(result),
        "",
        *_ends(result),
        *([] if result.gate is None else ["", *_gate(result.gate)]),
        *words.lines(result.report.platform, result.proof),
        *([] if result.verdict is None else ["", *_verdict(result)]),
    ]


def _headline(result: Result) -> Iterator[str]:
    profile, machine = result.profile, result.machine
    ended = ", ended early" if result.interrupted else ""
    named = f" ({profile.scenario})" if profile.scenario else ""
    yield f"load {profile.run}{named}: {profile.model} arrivals {profile.arrivals.text}, seed {profile.seed}{ended}"
    if profile.question:
        yield f"  {profile.question}"
    yield f"  {machine.sharing}; {machine.cores} cores, {machine.cpu}, Python {machine.python}"
    yield (
        f"  {profile.processes} load process(es), {FIDELITY[profile.fidelity]}, security on ({profile.security}),"
        f" journal {profile.journal}"
    )
    yield from (f"  fault: {fault.text}{'' if fault.measured else ', not measured'}" for fault in profile.faults)
    yield from (f"  changed for this run: {what}" for what in profile.overridden)
    yield from (f"  assumed: {what}" for what in profile.assumed)


def _fates(result: Result) -> Iterator[str]:
    fates = result.report.arrivals
    yield f"arrivals    {'  '.join(f'{name} {getattr(fates, name)}' for name in fates.__struct_fields__)}"
    yield f"rate        offered {result.offered_per_s:.1f}/s  achieved {result.achieved_per_s:.1f}/s"
    yield f"errors      {_errors(result)}"
    yield (
        f"generator   {lag_said(lag_of(result.report.health))};"
        f" busiest process {result.condition.cpu_share_max:.0%} of a core"
    )
    if result.engine is not None:
        yield f"engine      {_engine(result.engine)}"
    if result.machine.fdatasync_max_us is not None:
        machine = result.machine
        p50, longest = in_ms(machine.fdatasync_p50_us), in_ms(machine.fdatasync_max_us)
        yield f"disk        {machine.file_system}, fdatasync of 4 KiB before the run p50 {p50}, max {longest}"


def _errors(result: Result) -> str:
    """Say how many of those who count ended as nobody asked for, and apart from them how many of the others."""
    report = result.report
    count, whole, others = report.measured_errors, report.measured_arrivals, report.unmeasured
    apart = f"; apart from these {others.errors} of {others.scheduled} that were due where nothing is measured"
    return f"{count} of {whole} measured arrivals{apart if others.scheduled else ''}"


def _engine(use: EngineUse) -> str:
    kept = f"{use.store or 'store unknown'} ({use.durability})" if use.durability else use.store or "store unknown"
    if not use.samples:
        return kept
    shares = [sample.cpu_share for sample in use.samples]
    return (
        f"{kept}; CPU {fmean(shares):.0%} of a core, max {max(shares):.0%};"
        f" memory max {max(sample.rss_bytes for sample in use.samples) / MIB:.0f} MiB;"
        f" queue max {max(sample.queue_depth for sample in use.samples)};"
        f" commits {fmean(sample.commit_mean_ms for sample in use.samples):.2g} ms"
    )


def _latencies(result: Result) -> Iterator[str]:
    """Say first what the SLO is about: everybody served, then each flow; then each message from its send.

    What settles is said from its due time, too.

    In a closed run nobody is due: it has the actual start alone.
    """
    latencies = result.latencies()
    warm = f"without the first {result.windows.warmup_s:g} s and think times"
    yield (
        f"{f'latency ({warm})':<{NAME_WIDTH + 24}}" + "".join(f"{name:>13}" for name, _ in PERCENTILES) + f"{'max':>13}"
    )
    whole = (figures.SERVED, latencies.over(SERVED, End.SETTLED))
    for name, pair in (whole, *((f"{flow} settled", latencies.pair(flow, End.SETTLED)) for flow in SERVED)):
        if pair.sent.get_total_count():
            if result.profile.model == "open":
                yield _row(f"{name}, intended start", pair.intended)
            yield _row(f"{name}, actual start", pair.sent)
    for infno in sorted(name for name, step, outcome in latencies.items() if not step and outcome == APPROVED):
        pair = latencies.pair(infno, APPROVED)
        if infno in result.report.settled and result.profile.model == "open":
            yield _row(f"{infno} reply, since patient was due", pair.intended)
        yield _row(f"{infno} {codes.KINDS[infno].name_en}", pair.sent)


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
    if result.ledger_sha256:
        yield f"{'ledger':<12}SHA-256 of this run's rows {result.ledger_sha256[:16]}..."
    for what in result.not_proved:
        yield f"{'not proved':<12}{what}"
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
    """Yield every question with its answer, then the answer to them all, and what no question says already."""
    assert result.verdict is not None
    checks = result.verdict.checks
    yield from (f"{ANSWERS[check.ok]} {check.name}: {check.said}" for check in checks)
    slo = result.profile.slo
    promise = f"p95 <= {slo.p95_ms:g} ms, p99 <= {slo.p99_ms:g} ms, errors <= {slo.error_share_max:.2%}"
    yield f"{result.verdict.headline} ({promise}, {SINCE[result.profile.model]})"
    told = {check.said for check in checks}
    yield from (f"  {said}" for said in (*result.verdict.reasons, *result.verdict.remarks) if said not in told)
