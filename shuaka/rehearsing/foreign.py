"""A run at a platform that is not ours: announced, carried out under its limits, proved by its own statement.

Nothing is sent before every limit that can be checked beforehand was. What is unknown after the drain is found out by
5203 or 2601, and what the platform does not offer is said to be not proved. Where neither its rows nor its totals are
known of an institution that was asked for money, the gate fails: no ledger's count, no performance result.
"""

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from loadtests.evidence.history import HistoryError
from loadtests.evidence.host import Host, write_host
from loadtests.evidence.proved import gate_of
from loadtests.evidence.result import Result, write
from loadtests.foreign.clerk import UndoError
from loadtests.foreign.order import Desk, Order, write_order
from loadtests.foreign.undo import find_out
from shuaka.rehearsing import announcement, foreign_plan, load_child, place
from shuaka.rehearsing.load_plan import RehearsalError
from shuaka.rehearsing.order import Rehearsal
from shuaka.rehearsing.rehearsal import probe
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
    if asked.result is not None:
        probe(asked.result_file)
    plan = foreign_plan.plan_of(asked, foreign)
    order = foreign_plan.order_of(foreign, plan, foreign_plan.today(now_ms()))
    try:
        _knock(order)
        place.make(asked.place, mode=0o700)
        with place.kept_if_begun(asked.place):
            write_host(Host(f"{order.name} {order.host}:{order.port}", ours=False), asked.place)
            write_order(order, asked.place)
            result = load_child.follow(plan, asked.place, quiet=quiet)
            if result.report.failure:
                raise RehearsalError(result.report.failure)
        judged = _judged(result if foreign.target.loopback else _elsewhere(result, order), order, asked.place)
        for file in dict.fromkeys((Path(plan.result_file), asked.result_file)):
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


def now_ms() -> int:
    """Return Unix time in ms."""
    return time.time_ns() // 1_000_000
