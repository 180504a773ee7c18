from collections.abc import Callable, Iterable
from random import Random
from typing import Any

import pytest
import trio
import trio.testing

from cardsim.issuing.population import Population
from terminals.assembly import slots
from terminals.fleet import Fleet, Seat, WaitingRoom
from terminals.hands import SimulatedHands
from terminals.journal import MemoryJournal
from terminals.kernel.effects import Slot
from terminals.kernel.site import AT_ONCE, UNHURRIED, Pace, Site
from terminals.links.direct import DirectLink
from terminals.links.faulty import Fault, FaultKind, FaultyLink
from terminals.links.link import Link
from terminals.patients import Mix, Patients, places_of
from terminals.pin_pad import SimulatedPinPad
from terminals.session_link import SessionLink
from terminals.tally import Tally
from terminals.terminal import Clock, Terminal

SAMPLE = "379900"
EVERY_STORY = Mix(
    pharmacy=0.5,
    remote=0.4,
    foreign_module=0.2,
    reissue=0.1,
    wrong_slot=0.1,
    tap=0.5,
    saves_account=0.5,
    bank=0.9,
    wrong_bank_pin=0.2,
)
MISTAKES = Mix(remote=0.3, default_pin=0.1, local_password_as_pin=0.1)


class Town:
    """A fleet on direct links, its tally and its patients."""

    def __init__(self, host: Any, people: Population, patients: Patients, sites: Iterable[Site]) -> None:
        self.host, self.people, self.patients = host, people, patients
        self.faults: Callable[[], dict[int, Fault]] = dict
        self.tally = Tally()
        self.journal = MemoryJournal()
        self.seats = [self.seat(site) for site in sites]
        self.stop = trio.Event()

    def seat(self, site: Site) -> Seat:
        session = self.host.session(site)
        hands, pad = SimulatedHands(slots(), self.people.card, "37"), SimulatedPinPad(session.pin_block)
        clock = Clock(lambda: self.host.now_ms)

        async def connect() -> Link:
            return FaultyLink(DirectLink(self.host.handle), self.faults())

        link = SessionLink(session, connect, clock_ms=clock)
        readers, journal = hands.readers, self.journal
        terminal = Terminal(site, link, readers, pad, journal, clock=clock, show=lambda _zh, _en: None, hands=hands)
        return Seat(terminal, link, hands, pad)

    async def work(
        self, seconds: float, count: int = 200, pace: Pace = AT_ONCE, *, closes_day: bool = False, **how: Any
    ) -> Tally:
        room = WaitingRoom(self.patients, range(count))
        fleet = Fleet(self.seats, room, pace, self.tally, closes_day=closes_day)
        await fleet.run(seconds, self.stop, **how)
        return self.tally

    def report(self) -> Any:
        facts = {"opter_no": "tester", "terminals": len(self.seats), "first": 0, "seconds": 1.0, "journal": "memory"}
        return self.tally.report(**facts)


@pytest.fixture
def town(
    host: Any, people: Population, patients_of: Callable[..., Patients], site: Callable[..., Site]
) -> Callable[..., Town]:
    def make(*sites: Site, mix: Mix = MISTAKES) -> Town:
        sites = sites or (site("P"), site("P", lane=2), site("H"), site("P", SAMPLE), site("H", SAMPLE))
        bank_pins = {"370100": "111111", SAMPLE: "111111"}
        return Town(host, people, patients_of(mix, places_of(sites), bank_pins=bank_pins), sites)

    return make


async def test_every_patient_of_the_block_is_served_once_and_the_witnesses_agree(town: Callable[..., Town]) -> None:
    made = town()
    tally = await made.work(60)
    report = made.report()
    assert tally.patients == 200
    assert report.ok
    ledger = made.host.ledger
    for infno in ("2102", "2207"):
        mine, books = report.settled[infno], ledger[infno]
        assert (mine.count, mine.fingerprint) == (books.settled, books.fingerprint)
        assert (mine.medfee_sumamt_fen, mine.acct_pay_fen) == (books.medfee_sumamt_fen, books.acct_pay_fen)
    assert {"PIN_CHANGED", "PIN_VERIFIED", "PIN_MUST_CHANGE", "PIN_LOCKED"} <= report.events.keys()


async def test_every_story_of_a_card_happens_and_the_bank_agrees(town: Callable[..., Town]) -> None:
    made = town(mix=EVERY_STORY)
    await made.work(600, count=400)
    report = made.report()
    assert report.ok
    audit = made.host.store.audit_now()
    assert [law.name for law in audit.invariants if not law.ok] == []
    assert (report.bank.count, report.bank.amount_fen) == (audit.bank.settled, audit.bank.amount_fen)
    assert report.bank.count == report.events["BANK_PAID"] > 5
    assert set(report.generations) >= {"1", "2", "3"}
    assert set(report.tenders) == {"cash", "bank", "tap", "nothing due"}
    stories = {"WRONG_SLOT", "TAPPED", "KEY_VERIFIED", "KEY_WRONG", "KEY_LOCKED", "REISSUED", "BANK_PIN_WRONG"}
    assert stories <= report.events.keys()
    assert report.refusals["pharmacy"]["-27011"] > 0


async def test_a_fleet_that_closes_its_day_sells_by_card_in_batches_that_come_out_equal(
    town: Callable[..., Town],
) -> None:
    made = town(mix=EVERY_STORY)
    await made.work(600, closes_day=True)
    report = made.report()
    assert report.ok
    assert report.batches == {"equal": len(made.seats)}
    assert report.bank.count > 0
    assert report.messages["0500"] == {"approved": len(made.seats)}
    assert report.messages["0800"] == {"approved": len(made.seats)}


async def test_a_deadline_stops_admission_and_running_visits_end(
    town: Callable[..., Town], autojump_clock: trio.testing.MockClock
) -> None:
    made = town()
    await made.work(60, pace=UNHURRIED)
    report = made.report()
    assert 60 < trio.current_time() < 90
    assert 0 < report.patients < 200
    assert sum(sum(row.values()) for row in report.visits.values()) == report.patients + report.terminals
    assert report.ok


async def test_think_times_are_what_a_terminal_spends(
    town: Callable[..., Town], site: Callable[..., Site], autojump_clock: trio.testing.MockClock
) -> None:
    made = town(site("P"), mix=Mix(remote=0, wrong_password=0, pharmacy=1))
    await made.work(1000, pace=Pace(card_s=10))
    assert made.tally.patients == pytest.approx(100, rel=0.15)


async def test_stop_ends_the_fleet_early(town: Callable[..., Town], autojump_clock: trio.testing.MockClock) -> None:
    made = town()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(stop_after, 10, made.stop)
        await made.work(1000, pace=UNHURRIED)
    assert trio.current_time() < 40
    assert made.report().ok


async def stop_after(seconds: float, stop: trio.Event) -> None:
    await trio.sleep(seconds)
    stop.set()


async def test_a_visit_that_does_not_end_is_cut_off_and_counted(
    town: Callable[..., Town], site: Callable[..., Site], autojump_clock: trio.testing.MockClock
) -> None:
    made = town(site("P"))
    await made.work(60, pace=Pace(card_s=10_000), drain_s=5)
    report = made.report()
    assert trio.current_time() == pytest.approx(65)
    assert (report.cut_off, report.unknown, report.ok) == (1, 1, False)


@pytest.mark.parametrize("seed", range(5))
async def test_on_a_bad_line_nothing_is_settled_twice_or_lost(
    town: Callable[..., Town], autojump_clock: trio.testing.MockClock, seed: int
) -> None:
    made, random = town(), Random(seed)

    def faults() -> dict[int, Fault]:
        """The faults of one connection: every fifth send meets one."""
        chosen = (number for number in range(2, 500) if random.random() < 0.2)
        return {number: Fault(random.choice(list(FaultKind)), random.uniform(0, 20)) for number in chosen}

    made.faults = faults
    await made.work(100_000, count=60)
    report = made.report()
    ledger = made.host.ledger
    assert (report.patients, report.faults) == (60, ())
    for infno in ("2102", "2207"):
        assert report.settled[infno].count == ledger[infno].settled
        assert report.settled[infno].fingerprint == ledger[infno].fingerprint or ledger[infno].reversed
    assert report.events["RETRIED"] > 5
    assert report.unknown == sum(len(made.journal.pending(seat.terminal.site.dev_no)) for seat in made.seats)
    assert report.unknown == sum(seat.terminal.left_open for seat in made.seats)


async def test_a_terminal_that_fails_is_reported_and_the_others_go_on(
    town: Callable[..., Town], site: Callable[..., Site]
) -> None:
    made = town(site("P"), site("P", lane=2))

    async def broken() -> bytes:
        raise RuntimeError("the reader burns")

    made.seats[0].hands.readers[Slot.LOCAL].power_on = broken  # type: ignore[method-assign]
    await made.work(60, count=40)
    report = made.report()
    assert report.faults == ("RuntimeError: the reader burns",)
    assert report.settled["2102"].count > 10


async def test_a_terminal_that_the_host_does_not_know_serves_nobody_and_is_a_fault(
    town: Callable[..., Town], site: Callable[..., Site]
) -> None:
    made = town(site("P", serial=99_999))
    await made.work(60)
    report = made.report()
    assert (report.patients, report.messages) == (0, {"9001": {"E1011": 1}})
    assert report.faults == ("a terminal could not sign on: E1011",)
    assert (report.unknown, report.ok) == (0, False)


def test_who_is_passed_over_waits_for_their_own_place(
    patients_of: Callable[..., Patients], site: Callable[..., Site]
) -> None:
    sites = [site("P"), site("H")]
    room = WaitingRoom(patients_of(Mix(remote=0), places_of(sites)), range(60))
    at_hospital = [patient.index for patient in iter(lambda: room.next(sites[1]), None)]
    at_pharmacy = [patient.index for patient in iter(lambda: room.next(sites[0]), None)]
    assert at_pharmacy == sorted(at_pharmacy)
    assert len(at_pharmacy + at_hospital) == len({*at_pharmacy, *at_hospital}) == 48
