"""A result that was tampered with is found: by its seal, and where a forger sealed it again by what must follow."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from loadtests.evidence import result as results
from loadtests.evidence import seal
from loadtests.evidence.gate import Audit, Claims, Invariant, LedgerSums, compare
from loadtests.evidence.provenance import Machine, Source
from loadtests.evidence.recount import UnreadableError
from loadtests.evidence.result import Result, Windows
from loadtests.evidence.testimony import Report
from loadtests.evidence.verification import verify, verify_ledger
from loadtests.evidence.watch import EngineSample, EngineUse
from loadtests.generator.recorder import Recorder, Span, Visit
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
        visit = Visit(sold, Span(began_s, began_s + 0.02), (Span(began_s, began_s + 0.01),), 0.0)
        recorder.end(visit, due_s=began_s, measured=number > 1)
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


def test_a_result_without_its_log_is_compared_with_itself_alone(file: Path) -> None:
    file.with_suffix(".hlog").unlink()
    assert differing(file) == []


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


def test_without_an_audit_of_ours_the_gate_must_not_contradict_the_claims(judged: Result, tmp_path: Path) -> None:
    rows = tuple(
        msgspec.structs.replace(row, client=99) if row.name == "2102 settlements" else row for row in judged.gate.rows
    ) if judged.gate else ()  # fmt: skip
    assert judged.gate is not None
    foreign = judged.judged(msgspec.structs.replace(judged.gate, rows=rows))
    results.write(foreign, tmp_path / "foreign.json")
    assert differing(tmp_path / "foreign.json") == ["gate: 2102 settlements, client"]


def test_the_health_of_a_process_that_was_left_out_is_found(judged: Result, tmp_path: Path) -> None:
    busy = Health(histograms.encode(histograms.blank()), 0.95)
    report = msgspec.structs.replace(judged.report, health=(*judged.report.health, busy))
    results.write(msgspec.structs.replace(judged, report=report), tmp_path / "busy.json")
    assert "generator: condition cpu_share_max" in differing(tmp_path / "busy.json")
