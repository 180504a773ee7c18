"""A run at a platform that is not ours: announced, carried out under its limits, proved by its own statement.

Nothing is sent before every limit that can be checked beforehand was. What is unknown after the drain is found out by
5203 or 2601, and what the platform does not offer is said to be not proved.
"""

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from loadtests.evidence.gate import Gate, Row
from loadtests.evidence.history import HistoryError
from loadtests.evidence.proof import Proof, Total
from loadtests.evidence.result import Result, write
from loadtests.foreign.clerk import UndoError
from loadtests.foreign.order import Desk, Order, write_order
from loadtests.foreign.undo import find_out
from shuaka.rehearsing import announcement, foreign_plan, load_child
from shuaka.rehearsing.load_plan import RehearsalError
from shuaka.rehearsing.order import Rehearsal
from terminals.journal import JournalError


def announce(asked: Rehearsal, target_file: Path) -> list[str]:
    """Return what a run would do, line by line; sends nothing. Raise RehearsalError."""
    return announcement.announcement(asked, foreign_plan.read(target_file), now_ms())


def rehearse(
    asked: Rehearsal, target_file: Path, *, quiet: bool, shown: Callable[[Result], None] = lambda _: None
) -> Result:
    """Carry out a run at a target and write its judged result; raise ChildError or RehearsalError."""
    foreign = foreign_plan.read(target_file)
    for refused in foreign_plan.refusals(asked, foreign, now_ms()):
        raise RehearsalError(f"{target_file}: {refused}")
    plan = foreign_plan.plan_of(asked, foreign)
    order = foreign_plan.order_of(foreign, plan, foreign_plan.today(now_ms()))
    try:
        _knock(order)
        asked.place.mkdir(parents=True, exist_ok=False)
        write_order(order, asked.place)
        result = load_child.follow(plan, asked.place, quiet=quiet)
        if result.report.failure:
            raise RehearsalError(result.report.failure)
        judged = _judged(result if foreign.target.loopback else _elsewhere(result, order), order, asked.place)
        for file in {Path(plan.result_file), asked.result_file}:
            write(judged, file)
    except OSError as error:
        raise RehearsalError(f"{error.filename or asked.place}: {error.strerror}") from None
    except (HistoryError, JournalError, UndoError) as error:
        raise RehearsalError(str(error)) from None
    shown(judged)
    return judged


def _knock(order: Order) -> None:
    """Sign every institution on once, so that a wrong key or address is one sentence before the load begins."""
    with TemporaryDirectory() as scratch, closing(Desk(order, Path(scratch), now_ms, time.sleep)) as desk:
        for clerk in {clerk.site.fixmedins_code: clerk for clerk in desk.clerks.values()}.values():
            clerk.sign_on()


def _elsewhere(result: Result, order: Order) -> Result:
    """Return a result whose headline says that the platform stands on another machine."""
    sharing = f"load on this machine, {order.name} at {order.host}:{order.port} over the network"
    return msgspec.structs.replace(result, machine=msgspec.structs.replace(result.machine, sharing=sharing))


def _judged(result: Result, order: Order, place: Path) -> Result:
    """Find out what is still unknown, and judge the run by what the platform then says."""
    until_now = msgspec.structs.replace(order.period, ends=foreign_plan.today(now_ms()))
    order = msgspec.structs.replace(order, period=until_now)
    write_order(order, place)
    with closing(Desk(order, place, now_ms, time.sleep)) as desk:
        for _ in find_out(desk.history(), desk.clerks):
            pass
        history, proof = desk.history(), desk.prove()
    proved = msgspec.structs.replace(result, proof=proof, not_proved=proof.not_proved)
    return proved.judged(gate_of(proof, unknown=len(history.open())))


def gate_of(proof: Proof, *, unknown: int) -> Gate:
    """Return a proof as the rows of a gate: ours as the client's word, the platform's as its ledger's."""
    totals = (_total(one, proof) for one in proof.totals if one.equal is not None)
    rows = [] if any("row by row" in said for said in proof.not_proved) else [_compared(proof)]
    findings = (Row(f"{one.kind} {one.msgid}", one.setl_id, None, one.said, ok=False) for one in proof.findings)
    return Gate((*rows, *findings, *totals, Row("unknown outcomes left", unknown, None, None, unknown == 0)))


def _total(total: Total, proof: Proof) -> Row:
    """Return one answer to 3201; where rows are not ours, its totals need not be either."""
    name = f"3201 {total.fixmedins_code} {total.insutype} {'undone' if total.refd else 'settled'}"
    said = "equal" if total.equal else total.said or "unequal"
    return Row(name, total.count, None, said, bool(total.equal or proof.foreign))


def _compared(proof: Proof) -> Row:
    return Row("3202 rows", proof.rows, None, proof.equal, proof.rows == proof.equal)


def now_ms() -> int:
    """Return Unix time in ms."""
    return time.time_ns() // 1_000_000
