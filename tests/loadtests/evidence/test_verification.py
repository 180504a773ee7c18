"""A result that was tampered with is found: by its seal, and where a forger sealed it again by what must follow."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from loadtests.evidence import recount, seal
from loadtests.evidence import result as results
from loadtests.evidence.gate import Audit, Claims, Gate, Invariant, LedgerSums, compare
from loadtests.evidence.proof import Finding, Institution, Kind, Proof
from loadtests.evidence.proved import UNKNOWN, gate_of
from loadtests.evidence.provenance import Machine, Source
from loadtests.evidence.recount import UnreadableError
from loadtests.evidence.result import Result, Windows
from loadtests.evidence.testimony import Report, Unmeasured
from loadtests.evidence.verification import verify, verify_ledger
from loadtests.evidence.watch import EngineSample, EngineUse
from loadtests.generator.recorder import Message, Recorder, Span, Visit
from loadtests.openload import histograms
from loadtests.openload.health import Health, condition
from loadtests.workload.plan import Profile
from settlement.wire.messages import Amounts
from terminals.kernel.outcome import Outcome
from terminals.kernel.outcome import Result as End
from terminals.sums import Settled

MakeProfile = Callable[..., Profile]
AMOUNTS = Amounts(medfee_sumamt_fen=900, acct_pay_fen=700, psn_cash_pay_fen=200)
LAW = Invariant("the books balance", ok=True)


def reported() -> Report:
    recorder = Recorder()
    recorder.begin(0.0)
    for number in range(10):
        began_s = number / 10
        sold = Outcome(
            "pharmacy", End.SETTLED, setl_ids=(f"S{number}",), infno="2102", amounts=AMOUNTS,
            messages=(("2102", "approved"),),
        )  # fmt: skip
        recorder.scheduled, recorder.sent, recorder.completed = number + 1, number + 1, number + 1
        histograms.record(recorder.lag, 300)
        visit = Visit(sold, Span(began_s, began_s + 0.02), (Message(began_s, began_s + 0.01),), 0.0)
        recorder.admit(number <= 1)
        recorder.end(visit, due_s=began_s, measured=number > 1)
        recorder.leave(measured=number > 1)
    return recorder.report(cpu_share=0.3, elapsed_s=1.1, finished=True)


def audit_of(claims: Claims) -> Audit:
    ledger = {infno: ledger_sums(settled) for infno, settled in claims.settled.items()}
    return Audit("run", claims.messages, ledger, {"tombstones": 0}, (LAW,), ledger_sha256="ab" * 32)


def ledger_sums(settled: Settled) -> LedgerSums:
    facts = msgspec.structs.asdict(settled)
    return LedgerSums(settled=facts.pop("count"), **facts)


@pytest.fixture
def judged(make_profile: MakeProfile) -> Result:
    report = reported()
    result = Result(
        profile=make_profile(),
        command="shuaka load",
        windows=Windows("2026-11-21T12:00:00+08:00", planned_s=1.0, warmup_s=0, lasted_s=1.1),
        machine=Machine("CPU", 2, "6.1", "3.11.7"),
        source=Source("c0ffee", dirty=False, lock_sha256="00"),
        report=report,
        condition=condition(report.health),
        engine=EngineUse("sqlite", "WAL, synchronous=FULL", (EngineSample(1.0, 0.4, 1 << 26, 2, 3.0, 0.5),)),
    ).with_figures()
    audit = audit_of(result.claims)
    return result.judged(compare([result.claims], audit), (), audit)


@pytest.fixture
def file(judged: Result, tmp_path: Path) -> Path:
    results.write(judged, tmp_path / "result.json")
    return tmp_path / "result.json"


def differing(file: Path) -> list[str]:
    """Return what differs in a file and its log, as `shuaka verify` finds it."""
    log = file.with_suffix(".hlog")
    rows = verify(results.read(file), file.read_bytes(), log.read_text() if log.exists() else None)
    return [f"{row.group}: {row.name}" for row in rows if not row.ok]


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every value in a JSON document that holds no others."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    nested = [leaf for key, child in children for leaf in leaves(child, (*path, key))]
    yield from nested or [path]


def changed(document: Any, path: tuple[Any, ...], new: Any = None) -> bytes:
    """Return a document's JSON with one value changed: to `new`, or to some other one of its kind."""
    copied = msgspec.json.decode(msgspec.json.encode(document))
    *way, last = path
    place = copied
    for key in way:
        place = place[key]
    place[last] = other(place[last]) if new is None else new
    return msgspec.json.format(msgspec.json.encode(copied), indent=1)


def other(value: Any) -> Any:
    table: dict[type, Any] = {bool: not value, str: f"{value}x", list: ["x"], dict: {"x": 1}, type(None): 1}
    return value + 1 if type(value) in (int, float) else table[type(value)]


def test_a_result_that_nobody_touched_agrees_with_itself(file: Path) -> None:
    assert differing(file) == []


def test_every_single_field_is_under_the_seal(file: Path) -> None:
    document = msgspec.json.decode(file.read_bytes())
    paths = list(leaves(document))
    assert len(paths) > 200
    for path in paths:
        said, has = seal.seals(changed(document, path))
        assert said != has, path


@pytest.mark.parametrize(
    ("path", "finding"),
    [
        (("stated", 0, "p50_us"), "served: served SETTLED due p50_us"),
        (("stated", 0, "max_us"), "served: served SETTLED due max_us"),
        (("stated", 2, "count"), "figures: 2102 approved due count"),
        (("rates", "achieved_per_s"), "rates: visits achieved_per_s"),
        (("windows", "lasted_s"), "log: text"),
        (("windows", "warmup_s"), "arrivals: warm-up s"),
        (("report", "arrivals", "scheduled"), "arrivals: scheduled"),
        (("report", "arrivals", "completed"), "arrivals: completed"),
        (("report", "arrivals", "late"), "series: late"),
        (("report", "arrivals", "dropped"), "series: dropped"),
        (("report", "visits", "pharmacy", "SETTLED"), "samples: settled visits"),
        (("report", "messages", "2102", "approved"), "gate: 2102 approved client"),
        (("report", "latencies", 0, "count"), "samples: pharmacy.SETTLED"),
        (("report", "series", 0, "completed"), "series: completed"),
        (("report", "settled", "2102", "acct_pay_fen"), "gate: 2102 acct_pay_fen client"),
        (("report", "tenders", "cash"), "samples: tenders"),
        (("condition", "lag_p99_us"), "generator: condition lag_p99_us"),
        (("condition", "cpu_share_max"), "generator: condition cpu_share_max"),
        (("audit", "ledger", "2102", "settled"), "gate: 2102 settlements ledger"),
        (("ledger_sha256",), "gate: ledger SHA-256"),
        (("gate", "rows", 0, "engine"), "gate: 2102 approved engine"),
        (("gate", "rows", 1, "ok"), "gate: 2102 settlements ok"),
        (("profile", "arrivals", "segments", 0, "duration_s"), "arrivals: planned s"),
        (("verdict", "reasons"), "verdict: reasons"),
        (("verdict", "checks", 0, "said"), "checks: run: every planned arrival came"),
    ],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_a_forger_who_seals_the_file_again_is_found_by_what_must_follow(
    file: Path, path: tuple[Any, ...], finding: str
) -> None:
    document = {**msgspec.json.decode(file.read_bytes()), "sha256": ""}
    file.write_bytes(seal.sealed(changed(document, path)))
    assert finding in differing(file)


def test_a_plan_of_more_arrivals_than_came_is_found(file: Path) -> None:
    document = {**msgspec.json.decode(file.read_bytes()), "sha256": ""}
    file.write_bytes(seal.sealed(changed(document, ("profile", "arrivals", "segments", 0, "rate_to"), 30.0)))
    assert "arrivals: by the plan and its seed" in differing(file)


def test_a_histogram_of_another_run_is_found(file: Path) -> None:
    latencies = Recorder()
    latencies.end(Visit(Outcome("pharmacy", End.SETTLED), Span(0, 9.0), (), 0.0), due_s=0.0)
    strange = latencies.report(cpu_share=0).latencies[0].intended
    document = {**msgspec.json.decode(file.read_bytes()), "sha256": ""}
    file.write_bytes(seal.sealed(changed(document, ("report", "latencies", 0, "intended"), strange)))
    found = differing(file)
    assert "samples: pharmacy.SETTLED" in found
    assert "series: served, from due" in found
    assert "log: pharmacy.SETTLED" in found


def test_a_log_of_another_run_is_found(file: Path) -> None:
    log = file.with_suffix(".hlog")
    log.write_text("\n".join(log.read_text().splitlines()[:-1]) + "\n")
    assert "log: text" in differing(file)


def test_a_log_that_is_none_is_found(file: Path) -> None:
    file.with_suffix(".hlog").write_text("nonsense\n")
    assert differing(file) == ["log: interval log"]


def test_a_result_without_its_log_is_not_passed(file: Path) -> None:
    file.with_suffix(".hlog").unlink()
    assert differing(file) == ["log: interval log"]


@pytest.mark.parametrize("missing", [("gate", "verdict"), ("verdict",), ("gate",)])
def test_a_result_that_was_never_judged_is_not_passed(judged: Result, tmp_path: Path, missing: tuple[str, ...]) -> None:
    file = tmp_path / "unjudged.json"
    results.write(msgspec.structs.replace(judged, **dict.fromkeys(missing)), file)
    [row] = [row for row in verify(results.read(file), file.read_bytes(), results.log_of(judged)) if not row.ok]
    assert (row.name, row.said, row.recomputed) == ("answer", "not judged", f"no {' and '.join(missing)}")


@pytest.mark.parametrize("garbage", ["HIST", "HISTFAAAACJ4nJNpmSzMwMDAzAAB", "not base64!"])
def test_a_histogram_that_cannot_be_decoded_is_one_sentence(file: Path, garbage: str) -> None:
    document = {**msgspec.json.decode(file.read_bytes()), "sha256": ""}
    file.write_bytes(seal.sealed(changed(document, ("report", "latencies", 0, "intended"), garbage)))
    with pytest.raises(UnreadableError, match=r"the histogram of pharmacy\.SETTLED cannot be decoded: "):
        differing(file)


def test_a_ledger_that_is_as_it_was_agrees(judged: Result) -> None:
    assert judged.audit is not None
    assert all(row.ok for row in verify_ledger(judged, judged.audit))


def test_a_ledger_that_lost_a_settlement_since_the_run_is_found(judged: Result) -> None:
    assert judged.audit is not None
    sums = msgspec.structs.replace(judged.audit.ledger["2102"], settled=9)
    now = msgspec.structs.replace(judged.audit, ledger={"2102": sums}, ledger_sha256="cd" * 32)
    found = [row.name for row in verify_ledger(judged, now) if not row.ok]
    assert found == ["SHA-256 of this run's rows", "2102 settled"]


@pytest.fixture
def proved(judged: Result) -> Result:
    """A run at a platform that is not ours: of two institutions one has lost a row of ours."""
    lost = Finding(Kind.ONLY_OURS, "M1", "S1", "not there")
    proof = Proof(
        rows=10,
        equal=9,
        institutions=(
            Institution("P1", touched=True, rows=5, equal=5, by_rows=True),
            Institution("P2", touched=True, rows=5, equal=4, by_rows=True),
        ),
        findings=(lost, lost),
    )
    return msgspec.structs.replace(judged, proof=proof).judged(gate_of(proof, unknown=0))


def test_the_gate_of_a_platform_that_is_not_ours_is_made_again_of_its_proof(proved: Result, tmp_path: Path) -> None:
    results.write(proved, tmp_path / "foreign.json")
    assert differing(tmp_path / "foreign.json") == []


def test_a_gate_that_holds_against_its_proof_is_found(proved: Result, tmp_path: Path) -> None:
    assert proved.gate is not None
    assert proved.gate.complaints
    holding = tuple(msgspec.structs.replace(row, ok=True) for row in proved.gate.rows)
    results.write(proved.judged(Gate(holding)), tmp_path / "forged.json")
    found = differing(tmp_path / "forged.json")
    assert found == ["gate: 3202 P2 rows ok", "gate: only ours M1 ok", "gate: only ours M1 ok"]


def test_a_finding_that_a_gate_leaves_out_is_found(proved: Result, tmp_path: Path) -> None:
    assert proved.gate is not None
    few = tuple(row for row in proved.gate.rows if row.ok)
    results.write(proved.judged(Gate(few)), tmp_path / "fewer.json")
    assert "gate: rows" in differing(tmp_path / "fewer.json")


def test_outcomes_that_were_left_unknown_cannot_be_a_gate_that_holds(proved: Result, tmp_path: Path) -> None:
    assert proved.gate is not None
    rows = tuple(msgspec.structs.replace(row, client=3) if row.name == UNKNOWN else row for row in proved.gate.rows)
    results.write(proved.judged(Gate(rows)), tmp_path / "unknown.json")
    assert differing(tmp_path / "unknown.json") == [f"gate: {UNKNOWN} ok"]


def test_a_gate_that_was_made_of_nothing_is_not_passed(judged: Result, tmp_path: Path) -> None:
    assert judged.gate is not None
    results.write(judged.judged(judged.gate), tmp_path / "bare.json")
    assert differing(tmp_path / "bare.json") == ["gate: made of"]


def test_the_health_of_a_process_that_was_left_out_is_found(judged: Result, tmp_path: Path) -> None:
    busy = Health(histograms.encode(histograms.blank()), 0.95)
    report = msgspec.structs.replace(judged.report, health=(*judged.report.health, busy))
    results.write(msgspec.structs.replace(judged, report=report), tmp_path / "busy.json")
    assert "generator: condition cpu_share_max" in differing(tmp_path / "busy.json")


def test_more_counted_apart_than_there_were_is_found(judged: Result) -> None:
    report = msgspec.structs.replace(judged.report, unmeasured=Unmeasured(scheduled=11, completed=1))
    changed = msgspec.structs.replace(judged, report=report)
    rows = {row.name: row for row in recount.samples(changed, judged.latencies())}
    assert not rows["not measured, scheduled at most"].ok
    assert not rows["not measured, settled at most"].ok
    assert rows["not measured, completed at most"].ok
