"""The demo's verdict in words: both clients beside the engine and the ledger, the money, the latency, the secrets.

Pure: results in, lines out. The whole list of comparisons is `shuaka load`'s; here they are added up.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from hdrh.histogram import HdrHistogram

from loadtests.evidence.gate import INVARIANT, MONEY, REPLAYED, Gate, Row
from loadtests.evidence.report import PERCENTILES
from loadtests.evidence.result import Result
from loadtests.openload import histograms
from loadtests.openload.histograms import in_ms
from settlement.engine.rules.money import FEN_PLACES, unscaled
from settlement.wire.codes import KINDS, REFUSALS
from terminals.kernel.outcome import APPROVED, Event
from terminals.kernel.outcome import Result as End
from terminals.kernel.terminal_codes import TERMINAL_CODES
from terminals.sums import BY_ITSELF, NO_CARD_READ
from terminals.tally import FleetReport

NAME: Final = 34
WIDTH: Final = 14
SHARES: Final = ("bills", "paid by funds", "by personal accounts", "left to patients")
MONEY_NAMES: Final = dict(zip(MONEY, SHARES, strict=True))
SETTLING: Final = ("2102", "2207", "2304")
FLOWS: Final = {"pharmacy": "pharmacy visit", "outpatient": "outpatient visit", "inpatient": "inpatient stay"}
TITLE: Final = 16
EVENTS: Final = {
    "local password": {Event.PASSWORD_WRONG: "wrong", Event.PASSWORD_LOCKED: "locked"},
    "remote PIN": {
        Event.PIN_CHANGED: "changed",
        Event.PIN_VERIFIED: "verified",
        Event.PIN_MUST_CHANGE: "must be changed first",
        Event.PIN_WRONG: "wrong",
        Event.PIN_LOCKED: "locked",
        Event.PIN_RESET: "reset",
    },
    "remote key": {Event.KEY_VERIFIED: "verified", Event.KEY_WRONG: "wrong city's", Event.KEY_LOCKED: "locked"},
    "at the counter": {
        Event.TAPPED: "tapped",
        Event.SCANNED: "telephone scanned",
        Event.WRONG_SLOT: "wrong slot",
        Event.REISSUED: "card reissued",
    },
    "bank account": {
        Event.BANK_PAID: "paid",
        Event.BANK_DECLINED: "declined",
        Event.BANK_PIN_WRONG: "wrong PIN",
        Event.BANK_PIN_LOCKED: "PIN locked",
        Event.BANK_UNAVAILABLE: "not possible",
        Event.BANK_REVERSED: "reversed",
        Event.CASH_OWED: "owed in cash",
    },
    "the line": {
        Event.RETRIED: "repeated",
        Event.BUSY_REPEATED: "repeated while busy",
        Event.SIGNED_ON_AGAIN: "signed on again",
        Event.FOUND_BY_QUERY: "found by query",
        Event.UNDONE_BY_REVERSAL: "undone by reversal",
    },
}
"""The events of visits, by what they are about, in the words of the verdict."""
TEXTS: Final = {
    **{code: f"{refusal.zh} / {refusal.en}" for code, refusal in REFUSALS.items()},
    **{code: f"{said.zh} / {said.en}" for code, said in TERMINAL_CODES.items()},
}
"""What a refusal's code means, the host's and the terminal's own."""


def lines(load: Result, fleet: FleetReport, load_gate: Gate, fleet_gate: Gate) -> Iterator[str]:
    """Yield the verdict without its last word."""
    rows = [*load_gate.rows, *fleet_gate.rows]
    yield f"{'':<{NAME}}{'clients':>{WIDTH}}{'engine':>{WIDTH}}{'ledger':>{WIDTH}}"
    yield _sum("messages answered", [row for row in rows if _is_answer(row)])
    for infno in SETTLING:
        yield _sum(f"{KINDS[infno].name_en}s ({infno})", [row for row in rows if row.name == f"{infno} settlements"])
    for field, name in MONEY_NAMES.items():
        yield _sum(f"  {name}, yuan", [row for row in rows if row.name.endswith(field)], yuan=True)
    yield _sum("bank purchases (0200)", [row for row in rows if row.name == "0200 purchases"])
    yield _sum("  of what was left, yuan", [row for row in rows if row.name == "0200 amount_fen"], yuan=True)
    yield _sum("outcomes left unknown", [row for row in rows if row.name == "unknown outcomes left"])
    compared = [row for row in rows if not row.name.startswith(INVARIANT)]
    laws = [row for row in load_gate.rows if row.name.startswith(INVARIANT)]
    yield f"{'comparisons':<{NAME}}{_share(compared)} agree{_each_once(rows)}"
    yield f"{'money':<{NAME}}{_share(laws)} laws of the books hold"
    yield from (f"  DIFFERS {complaint}" for gate in (load_gate, fleet_gate) for complaint in gate.complaints)
    yield ""
    yield from _latencies(load)
    yield ""
    yield from _cards(load, fleet)
    yield from _unsettled(load, fleet)
    assert load.verdict is not None
    yield from (f"  {reason}" for reason in (*load.verdict.reasons, *load.verdict.remarks))


def _cards(load: Result, fleet: FleetReport) -> Iterator[str]:
    """Yield which cards came and what happened to them, both clients together."""
    generations = Counter(load.report.generations) + Counter(fleet.generations)
    told = (f"generation {name} {count}" for name, count in sorted(generations.items()) if name != NO_CARD_READ)
    yield f"{'cards read':<{TITLE}}{', '.join(told)}"
    events = Counter(load.report.events) + Counter(fleet.events)
    for title, names in EVENTS.items():
        said = ", ".join(f"{text} {events[name]}" for name, text in names.items() if events[name])
        yield f"{title:<{TITLE}}{said or 'nothing'}"


def _sum(name: str, rows: list[Row], *, yuan: bool = False) -> str:
    said = ""
    for witness in ("client", "engine", "ledger"):
        counts = [count for row in rows if isinstance(count := getattr(row, witness), int)]
        text = unscaled(sum(counts), FEN_PLACES) if yuan else str(sum(counts))
        said += f"{text if counts else '-':>{WIDTH}}"
    agree = ("ok" if all(row.ok for row in rows) else "DIFFERS") if rows else "none seen"
    return f"{name:<{NAME}}{said}  {agree}"


def _is_answer(row: Row) -> bool:
    """Whether a row counts replies: not the one beside them, of requests without one and of repeats."""
    return row.name.split()[0] in KINDS and row.ledger is None and not row.name.endswith(REPLAYED)


def _each_once(rows: list[Row]) -> str:
    """Say what equal counts and fingerprints of settlements and purchases prove, where each client has both."""
    counts = [row for row in rows if row.name.endswith((" settlements", " purchases"))]
    fingerprints = [row for row in rows if row.name.endswith(" fingerprint")]
    proved = len(counts) == len(fingerprints) > 0 and all(row.ok for row in (*counts, *fingerprints))
    return "; each settlement of the clients is in the ledger once" if proved else ""


def _share(rows: list[Row]) -> str:
    return f"{sum(row.ok for row in rows)} of {len(rows)}"


def _latencies(load: Result) -> Iterator[str]:
    latencies = load.latencies()
    where = f"{load.machine.sharing}; without the first {load.windows.warmup_s:g} s and think times"
    yield f"latency from the due time ({where})"
    yield f"{'':<{NAME}}{'n':>8}" + "".join(f"{name:>13}" for name, _ in PERCENTILES) + f"{'max':>13}"
    for flow, name in FLOWS.items():
        yield _row(f"  {name}, settled", latencies.pair(flow, End.SETTLED).intended)
    messages = [name for name, step, outcome in latencies.items() if not step and outcome == APPROVED]
    yield _row("  every reply, from its sending", latencies.over(messages, APPROVED).sent)
    fates = load.report.arrivals
    yield (
        f"  offered {load.offered_per_s:.1f}/s, achieved {load.achieved_per_s:.1f}/s,"
        f" late {fates.late}, dropped {fates.dropped}; the load used {load.condition.cpu_share_max:.0%} of a core"
    )


def _row(name: str, histogram: HdrHistogram) -> str:
    stated = "".join(f"{in_ms(histograms.percentile(histogram, p_e4)):>13}" for _, p_e4 in PERCENTILES)
    return f"{name:<{NAME}}{histogram.get_total_count():>8}{stated}{in_ms(histograms.maximum(histogram)):>13}"


def _unsettled(load: Result, fleet: FleetReport) -> Iterator[str]:
    """Yield how many visits of both clients did not settle, and the codes with which they were refused."""
    count, codes = 0, Counter[str]()
    for client in (load.report, fleet):
        for flow in client.visits.keys() - BY_ITSELF:
            count += sum(ended for end, ended in client.visits[flow].items() if end != End.SETTLED)
            codes.update(client.refusals.get(flow, {}))
    yield f"visits that ended without a settlement: {count}"
    for code, times in sorted(codes.items()):
        yield f"  {code:>6}  {times:>5}  {TEXTS.get(code, '')}"
