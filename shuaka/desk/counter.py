"""One terminal at a counter, under trio: waits for a card, runs a flow with it, shows what chip, terminal and host say.

The trio half of `shuaka terminal`, imported when that runs. Readers, site and keys are handed in as they were chosen.
"""

import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import trio
from msgspec import Struct

from cardsim.card import Card
from settlement.engine.rules.money import FEN_PLACES, unscaled
from settlement.wire import codes
from settlement.wire.envelope import Reply
from settlement.wire.messages import Line
from settlement.wire.session import TerminalSession
from shuaka.desk.keyboard import Keyboard
from shuaka.desk.look import look, tell_card
from shuaka.desk.reader_choice import NOT_OURS, ReaderChoice, security_module
from shuaka.desk.simulation import Simulation
from terminals.hands import WaitingHands
from terminals.journal import FileJournal, MemoryJournal
from terminals.kernel.effects import NoReply, Request, Slot, Steps
from terminals.kernel.outcome import APPROVED, Outcome, Result, Tender
from terminals.kernel.papers import Papers
from terminals.kernel.pharmacy import sell
from terminals.kernel.reissue import reissue
from terminals.kernel.remote_pin import change_pin
from terminals.kernel.reset_pin import reset_pin
from terminals.kernel.site import AT_ONCE, Site
from terminals.links.link import Link
from terminals.links.tcp import TcpLink
from terminals.readers.budget import TryBudgetError
from terminals.readers.ours import DiscerningReader
from terminals.readers.pcsc import PcscReader
from terminals.readers.reader import NoAnswerError, Reader, ReaderGoneError
from terminals.readers.simulated import SimulatedReader
from terminals.readers.trace import TracedReader
from terminals.session_link import SessionLink
from terminals.terminal import Clock, Terminal

FIRST_ISSUE: Final = 1
RETRY_S: Final = 1.0
"""Between looks for a reader that is gone."""


class Counter(Struct, frozen=True, kw_only=True):
    """What was chosen on the command line."""

    site: Site
    reader: ReaderChoice
    sam: str
    """software:AREA, pcsc:NAME, or "" for none."""
    slot: Slot
    simulation: Simulation
    next_card: Callable[[int], Card] | None
    """The holder's card of an issue, in a simulated reader; the first asks for the one that they have now."""
    errand: str
    """One of ERRANDS."""
    basket: tuple[Line, ...]
    tender: Tender
    account_used: bool
    papers: Papers | None
    """What is shown instead of the card."""
    read_only: bool
    once: bool
    unmasked: bool
    host: str
    port: int
    terminal_key: bytes
    journal: Path | None
    """None where nothing is sold."""


class TracedHost(SessionLink):
    """A session with the host that shows what is asked and what becomes of it, and nothing of whom it is about."""

    async def exchange(self, request: Request) -> Reply | NoReply:
        """Return the reply to a request, or why there is none."""
        infno = str(request.body.__struct_config__.tag)
        print(f"> host {infno} {codes.KINDS[infno].name_en}")
        reply = await super().exchange(request)
        print(f"< host {infno} {_in_words(reply)}")
        return reply


def _in_words(reply: Reply | NoReply) -> str:
    if isinstance(reply, NoReply):
        return f"no reply: {reply.reason}"
    if reply.approved:
        return APPROVED
    known = codes.REFUSALS.get(reply.refusal)
    return f"{reply.refusal} {known.zh} {known.en}" if known else reply.refusal


class Desk:
    """The reader for the holder's card: `bare`, and with the trace of what passes; and whose card is in it."""

    def __init__(self, counter: Counter) -> None:
        self._unmasked = counter.unmasked
        self.ours = True
        self.pcsc = None if counter.reader.simulated else PcscReader(counter.reader.name)
        self.bare: Reader
        self.place = SimulatedReader()
        self._simulation, self._next_card = counter.simulation, counter.next_card
        if self.pcsc is None:
            assert counter.next_card, "a simulated reader has a card"
            self.place.insert(counter.simulation.put(counter.next_card(FIRST_ISSUE)))
            self.bare = counter.simulation.slowed(self.place)
        else:
            self.bare = DiscerningReader(self.pcsc, self._tell)
        self.traced = TracedReader(self.bare, print, masked=self.pcsc is not None or not counter.unmasked)

    def take_card(self, issue: int) -> bool:
        """Put the holder's new card where the old one lay."""
        if self._next_card is None:
            return False
        self.place.remove()
        self.place.insert(self._simulation.put(self._next_card(issue)))
        return True

    def _tell(self, ours: bool) -> None:
        """Take note of a new card; its holder is told, and the trace hides what is not ours."""
        self.ours = ours
        self.traced.masked = not (self._unmasked and ours)
        if not ours:
            print(NOT_OURS, file=sys.stderr)


class DeskHands:
    """The hands at a simulated reader: whoever is asked for another slot must go there, a new card is at hand."""

    def __init__(self, desk: Desk, readers: Mapping[Slot, Reader]) -> None:
        self._desk = desk
        self._waiting = WaitingHands(readers)

    async def move_card(self, slot: Slot) -> bool:
        """Wait for a card in a slot."""
        return await self._waiting.move_card(slot)

    async def take_card(self, issue: int) -> bool:
        """Put the new card of a reissue where the old one lies."""
        return self._desk.take_card(issue)


async def attend(counter: Counter) -> bool:
    """Serve cards until interrupted, or one; return whether the last visit went well."""
    async with AsyncExitStack() as open_readers:
        desk = Desk(counter)
        if desk.pcsc is not None:
            open_readers.push_async_callback(desk.pcsc.aclose)
        module = await security_module(counter.sam, open_readers)
        places = (Slot.TAP,) if counter.slot is Slot.TAP else (Slot.LOCAL, Slot.REMOTE)
        readers: dict[Slot, Reader] = dict.fromkeys(places, desk.traced)
        if module:
            readers[Slot.SAM] = TracedReader(module, _print_sam)
        terminal = _terminal(counter, desk, readers)
        open_readers.push_async_callback(terminal.stop)
        if not counter.read_only and not await _signed_on(terminal):
            return False
        while True:
            went_well = await _one_card(counter, terminal, desk)
            if counter.once:
                return went_well
            await desk.bare.wait_for_removal()


def _terminal(counter: Counter, desk: Desk, readers: Mapping[Slot, Reader]) -> Terminal:
    site, key = counter.site, counter.terminal_key
    session = TerminalSession(key, dev_no=site.dev_no, fixmedins_code=site.fixmedins_code, city=site.city)
    clock = Clock(lambda: time.time_ns() // 1_000_000)

    async def connect() -> Link:
        return await TcpLink.connect(counter.host, counter.port)

    host = TracedHost(session, connect, clock_ms=clock)
    journal = FileJournal(counter.journal, "fsync") if counter.journal else MemoryJournal()
    hands = None if desk.pcsc else DeskHands(desk, readers)
    return Terminal(site, host, readers, Keyboard(session.pin_block), journal, clock=clock, show=_show, hands=hands)


async def _signed_on(terminal: Terminal) -> bool:
    signed_on, *recovered = await terminal.start()
    print(f"sign on: {signed_on.result} {signed_on.refusal}".rstrip())
    for outcome in recovered:
        print(f"left open by an earlier run: {outcome.result}")
    return signed_on.result is Result.DONE


async def _one_card(counter: Counter, terminal: Terminal, desk: Desk) -> bool:
    """Wait for a card and serve it; whatever it does, the terminal goes on."""
    await _card_came(desk.bare, once=counter.once)
    try:
        await desk.bare.power_on()  # tells whose card it is
        if counter.read_only or not desk.ours:
            return tell_card(await terminal.serve(look(counter.site, counter.slot, ours=desk.ours)), ours=desk.ours)
        return _tell_end(await terminal.serve(ERRANDS[counter.errand](counter)))
    except NoAnswerError as error:
        print(f"the card cannot be used: {error}", file=sys.stderr)
    except TryBudgetError as error:
        print(f"not sent: {error}", file=sys.stderr)
        await desk.bare.power_off()
    return False


async def _card_came(reader: Reader, *, once: bool) -> None:
    """Return once there is a card; a reader that is gone is waited for, unless this is the only visit."""
    said = ""
    print("请插卡 insert a card", flush=True)
    while True:
        try:
            return await reader.wait_for_card()
        except ReaderGoneError as error:
            if once:
                raise
            if str(error) != said:
                said = str(error)
                print(f"the reader is gone: {said}; waiting for it", file=sys.stderr)
            await trio.sleep(RETRY_S)


def _sale(counter: Counter) -> Steps[Outcome]:
    tender, used = counter.tender, counter.account_used
    return sell(
        counter.site, counter.basket, slot=counter.slot, tender=tender, account_used=used, papers=counter.papers
    )


ERRANDS: Final[dict[str, Callable[[Counter], Steps[Outcome]]]] = {
    "sale": _sale,
    "change-pin": lambda counter: change_pin(counter.site, AT_ONCE, slot=counter.slot),
    "reset-pin": lambda counter: reset_pin(counter.site, slot=counter.slot),
    "reissue": lambda counter: reissue(counter.site, slot=counter.slot),
}
"""What a card's holder can come for."""


def _tell_end(outcome: Outcome) -> bool:
    said = [outcome.result, outcome.refusal, outcome.route, *outcome.setl_ids, *outcome.events]
    print("  ".join(filter(None, said)))
    if outcome.result is not Result.SETTLED:
        return outcome.result is Result.DONE
    bill = outcome.amounts
    shares = {
        "bill": bill.medfee_sumamt_fen,
        "funds": bill.fund_pay_sumamt_fen,
        "personal account": bill.acct_pay_fen,
        "bank account": outcome.bank_fen,
        "cash": bill.psn_cash_pay_fen - outcome.bank_fen,
    }
    print(", ".join(f"{name} {unscaled(fen, FEN_PLACES)}" for name, fen in shares.items()), "yuan")
    return True


def _print_sam(said: str) -> None:
    print(f"    sam {said}")


def _show(zh: str, en: str) -> None:
    print(f"* {zh}  {en}")
