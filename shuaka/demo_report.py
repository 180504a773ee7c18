"""The demo's verdict in words: both clients beside the engine and the ledger, the money, the latency, the secrets.

Pure: results in, lines out. The whole list of comparisons is `shuaka load`'s; here they are added up.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from hdrh.histogram import HdrHistogram

from loadtests.gate import MONEY, Gate, Row
from loadtests.openload import histograms
from loadtests.openload.histograms import in_ms
from loadtests.report import PERCENTILES
from loadtests.result import Result
from settlement.engine.money import FEN_PLACES, unscaled
from settlement.wire.codes import KINDS, REFUSALS
from terminals.kernel.outcome import APPROVED
from terminals.kernel.outcome import Result as End
from terminals.kernel.terminal_codes import TERMINAL_CODES

NAME: Final = 34
WIDTH: Final = 14
MONEY_NAMES: Final = dict(zip(MONEY, ("bills", "paid by funds", "by personal accounts", "in cash"), strict=True))
SETTLING: Final = ("2102", "2207")
FLOWS: Final = ("pharmacy", "outpatient")
TEXTS: Final = {
    **{code: f"{refusal.zh} / {refusal.en}" for code, refusal in REFUSALS.items()},
    **{code: f"{said.zh} / {said.en}" for code, said in TERMINAL_CODES.items()},
}
"""What a refusal's code means, the host's and the terminal's own."""


def lines(load: Result, load_gate: Gate, fleet_gate: Gate, fleet_events: Mapping[str, int]) -> Iterator[str]:
    """Yield the verdict without its last word."""
    rows = [*load_gate.rows, *fleet_gate.rows]
    yield f"{'':<{NAME}}{'clients':>{WIDTH}}{'engine':>{WIDTH}}{'ledger':>{WIDTH}}"
    yield _sum("messages answered", [row for row in rows if row.name.split()[0] in KINDS and row.ledger is None])
    for infno in SETTLING:
        yield _sum(f"{KINDS[infno].name_en}s ({infno})", [row for row in rows if row.name == f"{infno} settlements"])
    for field, name in MONEY_NAMES.items():
        yield _sum(f"  {name}, yuan", [row for row in rows if row.name.endswith(field)], yuan=True)
    yield _sum("outcomes left unknown", [row for row in rows if row.name == "unknown outcomes left"])
    compared = [row for row in rows if row.client is not None]
    laws = [row for row in load_gate.rows if row.client is None]
    yield f"{'comparisons':<{NAME}}{_share(compared)} agree; each settlement of the clients is in the ledger once"
    yield f"{'money':<{NAME}}{_share(laws)} laws of the books hold"
    yield from (f"  DIFFERS {complaint}" for gate in (load_gate, fleet_gate) for complaint in gate.complaints)
    yield ""
    yield from _latencies(load)
    yield ""
    events = Counter(load.report.events) + Counter(fleet_events)
    yield f"PIN and password: {', '.join(f'{name} {count}' for name, count in sorted(events.items())) or 'nothing'}"
    yield from _refusals(load)
    assert load.verdict is not None
    yield from (f"  {reason}" for reason in (*load.verdict.reasons, *load.verdict.remarks))


def _sum(name: str, rows: list[Row], *, yuan: bool = False) -> str:
    said = ""
    for witness in ("client", "engine", "ledger"):
        counts = [count for row in rows if isinstance(count := getattr(row, witness), int)]
        text = unscaled(sum(counts), FEN_PLACES) if yuan else str(sum(counts))
        said += f"{text if counts else '-':>{WIDTH}}"
    return f"{name:<{NAME}}{said}  {'ok' if all(row.ok for row in rows) else 'DIFFERS'}"


def _share(rows: list[Row]) -> str:
    return f"{sum(row.ok for row in rows)} of {len(rows)}"


def _latencies(load: Result) -> Iterator[str]:
    latencies = load.latencies()
    where = f"{load.machine.sharing}; without the first {load.windows.warmup_s:g} s and think times"
    yield f"latency from the due time ({where})"
    yield f"{'':<{NAME}}{'n':>8}" + "".join(f"{name:>13}" for name, _ in PERCENTILES) + f"{'max':>13}"
    for flow in FLOWS:
        yield _row(f"  {flow} visit, settled", latencies.pair(flow, End.SETTLED).intended)
    messages = [name for name, outcome in latencies.items() if outcome == APPROVED]
    yield _row("  every reply, from its sending", latencies.over(messages, APPROVED).sent)
    fates = load.report.arrivals
    yield (
        f"  offered {load.offered_per_s:.1f}/s, achieved {load.achieved_per_s:.1f}/s,"
        f" late {fates.late}, dropped {fates.dropped}; the load used {load.condition.cpu_share_max:.0%} of a core"
    )


def _row(name: str, histogram: HdrHistogram) -> str:
    stated = "".join(f"{in_ms(histograms.percentile(histogram, p_e4)):>13}" for _, p_e4 in PERCENTILES)
    return f"{name:<{NAME}}{histogram.get_total_count():>8}{stated}{in_ms(histograms.maximum(histogram)):>13}"


def _refusals(load: Result) -> Iterator[str]:
    added: Counter[str] = Counter()
    for refusals in load.report.refusals.values():
        added.update(refusals)
    yield f"visits that ended without a settlement: {added.total()}"
    for code, count in sorted(added.items()):
        yield f"  {code:>6}  {count:>5}  {TEXTS.get(code, '')}"
