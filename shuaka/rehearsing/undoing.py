"""Where a run is undone, and what proves that nothing is left: a foreign platform's statement, or our own audit."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final, Protocol, Self

import msgspec

from loadtests.evidence.history import History, read_history
from loadtests.evidence.proof import NOTHING, Amounts
from loadtests.foreign.clerk import Clerk
from loadtests.foreign.order import UNDO_JOURNAL, Desk, Order, journals
from loadtests.foreign.remainder import undo_remainder
from loadtests.foreign.undo import Undone, left, undo
from loadtests.generator.connection import Connection
from settlement.engine.rules.money import yuan
from settlement.wire.names import lane_of
from settlement.wire.session import TerminalSession
from shuaka.engine import Engine
from shuaka.rehearsing.foreign import now_ms
from shuaka.rehearsing.foreign_plan import today
from shuaka.rehearsing.lane import held
from shuaka.rehearsing.order import RUNS
from shuaka.rehearsing.rehearsal import audit_of
from terminals.journal import FileJournal
from terminals.kernel.site import Site

TIMEOUT_S: Final = 10.0
OF_AN_UNDO: Final = "wait for its end, and undo then"
Said = tuple[list[str], bool | None]
"""What is printed of a proof, and whether it holds; None where it was not offered."""


class Undoing(Protocol):
    """A run being undone at its own host."""

    name: str

    def left(self) -> int:
        """Return how many steps there are."""

    def undo(self) -> Iterator[Undone]:
        """Take them."""

    def proved(self) -> Said:
        """Return what proves that nothing is left."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


class ForeignUndoing:
    """At a platform that is not ours; no faster than its ceiling of arrivals."""

    def __init__(self, order: Order, place: Path) -> None:
        until_today = msgspec.structs.replace(order.period, ends=today(now_ms()))
        self._order = msgspec.structs.replace(order, period=until_today)
        self._desk = Desk(self._order, place, now_ms, time.sleep)
        self.name = order.name

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._desk.close()

    def left(self) -> int:
        """Return how many steps there are."""
        return left(self._desk.history())

    def undo(self) -> Iterator[Undone]:
        """Take them."""
        for step in self._steps():
            yield step
            if self._order.rate_per_s:
                time.sleep(1 / self._order.rate_per_s)

    def _steps(self) -> Iterator[Undone]:
        """Take those that our books know of, then those that only the platform's statement shows."""
        desk = self._desk
        yield from undo(desk.history, desk.clerks)
        yield from undo_remainder(desk.prove().findings, desk.history, desk.clerks)

    def proved(self) -> Said:
        """Return what the platform's statement says of the run by now."""
        proof = self._desk.prove()
        said = [f"not proved: {one}" for one in proof.not_proved]
        said += [f"{one.kind}: {one.msgid} {one.said}" for one in proof.findings]
        said.append(f"net      {_net(proof.net)}")
        unequal = any(one.equal is False for one in proof.totals)
        if proof.findings or unequal or proof.net not in (NOTHING, None):
            return said, False
        return (said, None) if proof.not_proved else ([*said, "proved   by 3202 row by row, and by 3201"], True)


def _net(net: Amounts | None) -> str:
    """Say what the platform's rows of a run come to."""
    if net is None:
        return "not stated: the platform tells no rows"
    amounts = (net.medfee_sumamt_fen, net.fund_pay_sumamt_fen, net.acct_pay_fen)
    return f"{', '.join(map(yuan, amounts))} yuan (total, funds, accounts), by the platform's rows"


class OwnUndoing:
    """At the engine of this data directory, over TCP whichever door the run came by; its audit proves it.

    The run's lane is held: its clerks sign on at the run's own terminals, and would sign a load's off. Raise
    RehearsalError where somebody else holds it.
    """

    def __init__(self, data: Path, run: str) -> None:
        self._engine = engine = Engine(data)
        self._run = run
        self._place = data / RUNS / run
        with ExitStack() as opened:
            self._journal = opened.enter_context(closing(FileJournal(self._place / UNDO_JOURNAL, "fsync")))
            history = self._history()
            terminals = {deed.dev_no for deed in history.deeds}
            for lane in sorted(set(map(lane_of, terminals))):
                opened.enter_context(held(data, lane, advice=OF_AN_UNDO))
            taken = history.msgids()
            self._clerks = {dev_no: self._clerk(dev_no, taken) for dev_no in terminals}
            self._closing = opened.pop_all()
        self.name = f"our own engine {engine.tcp}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for clerk in self._clerks.values():
            clerk.close()
        self._closing.close()

    def left(self) -> int:
        """Return how many steps there are."""
        return left(self._history())

    def undo(self) -> Iterator[Undone]:
        """Take them."""
        yield from undo(self._history, self._clerks)

    def proved(self) -> Said:
        """Return what the ledger holds of the run by now."""
        audit = audit_of(self._engine, self._run)
        standing = sum(sums.settled for sums in audit.ledger.values()) + audit.bank.settled
        fen = sum(sums.medfee_sumamt_fen for sums in audit.ledger.values()) + audit.bank.amount_fen
        broken = [one.name for one in audit.invariants if not one.ok]
        said = [f"net      {yuan(fen)} yuan, {standing} settlements and purchases of {self._run} stand in the ledger"]
        said += [f"broken   {name}" for name in broken]
        if standing or fen or broken:
            return said, False
        return [*said, f"proved   by the ledger's audit, {len(audit.invariants)} laws of the books hold"], True

    def _history(self) -> History:
        return read_history(journals(self._place))

    def _clerk(self, dev_no: str, taken: frozenset[str]) -> Clerk:
        code = dev_no[:12]
        site = Site(dev_no, code, code[1:7], code[0], self._run, password_asked=False)
        key = self._engine.network_key.terminal_key(dev_no)
        session = TerminalSession(key, dev_no=dev_no, fixmedins_code=code, city=site.city)
        address = (self._engine.tcp.host, self._engine.tcp.port)
        line = Connection(address, session, TIMEOUT_S, now_ms, lambda _: None)
        return Clerk(site, line, self._journal, taken, now_ms, time.sleep)
