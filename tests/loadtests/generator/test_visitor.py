"""A visitor over an engine in the same process: the kernel's flows, timed."""

from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

import msgspec
import pytest

from cardsim.issuing.card_profiles import CardProfile
from cardsim.issuing.population import Population
from loadtests.generator.visitor import Visitor, World
from settlement.batch import judge_of
from settlement.config import load_rulebook
from settlement.direct import DirectHost
from settlement.engine.case import World as Rules
from settlement.engine.persons import PopulationRegister
from settlement.engine.rules.directory import Directory
from settlement.stores.memory import MemoryStore
from settlement.wire.envelope import Reply
from settlement.wire.framing import FrameReader
from settlement.wire.keys import NetworkKey
from settlement.wire.messages import QueryPerson
from settlement.wire.names import insured_number
from settlement.wire.session import TerminalSession
from terminals.journal import MemoryJournal
from terminals.kernel.conversation import Conversation
from terminals.kernel.effects import EFFECTS, NoReply, Request, Slot
from terminals.kernel.outcome import Event, Result, Tender
from terminals.kernel.site import AT_ONCE, Pace, Site
from terminals.patients import Item, Mix, Patient, Patients, places_of

NOON = 1_795_233_600_000
JINAN = "370100"
KEY = NetworkKey(bytes(range(16)))
PEOPLE = Population(
    1,
    1000,
    (
        CardProfile(name="gen2", city=JINAN, generation=2, weight=1),
        CardProfile(name="gen3", city=JINAN, generation=3, weight=1),
        CardProfile(name="elsewhere", city="379900", generation=3, weight=1),
    ),
)
CALM = {"saves_account": 0, "foreign_module": 0, "reissue": 0, "wrong_slot": 0, "tap": 0, "bank": 0}
BY_BANK = {"account_used": False, "bank_pins": ("111111",)}
REPLY_S = 0.003


class Clock:
    """Virtual time: rises while somebody sleeps or waits for the engine."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now_s += seconds


class EngineLine:
    """A line to an engine in this process; `lost` holds the numbers of the requests whose reply is lost."""

    def __init__(self, session: TerminalSession, clock: Clock) -> None:
        rules = load_rulebook()
        register = PopulationRegister(PEOPLE, rules.cities, KEY)
        world = Rules(rules.cities, rules.policies, rules.catalogues, Directory(rules.cities), register, KEY)
        nonces = count(1)
        self._host = DirectHost(
            MemoryStore(),
            judge_of(world),
            KEY,
            now_ms=lambda: NOON,
            chance=lambda size: next(nonces).to_bytes(size, "big"),
        )
        self._conversation = Conversation(session, clock_ms=lambda: NOON, stray=lambda _: None)
        self._clock = clock
        self.requests = 0
        self.lost: set[int] = set()
        self.closed = False

    def exchange(self, request: Request) -> Reply | NoReply:
        self.requests += 1
        frames = FrameReader()
        frames.feed(self._conversation.seal(request))
        answers = [self._host.handle(message, mac) for message, mac in frames]
        self._clock.now_s += REPLY_S
        if self.requests in self.lost:
            return NoReply("lost")
        reply = self._conversation.take(*answers[0])
        assert reply is not None
        return reply

    def close(self) -> None:
        self.closed = True


class Booth:
    def __init__(self, site: Site) -> None:
        self.clock = Clock()
        session = TerminalSession(
            KEY.terminal_key(site.dev_no), dev_no=site.dev_no, fixmedins_code=site.fixmedins_code, city=site.city
        )
        self.line = EngineLine(session, self.clock)
        self.journal = MemoryJournal()
        world = World(clock_ms=lambda: NOON, monotonic_s=lambda: self.clock.now_s, sleep=self.clock.sleep)
        self.visitor = Visitor(site, session, self.line, self.journal, world)
        assert self.visitor.sign_on().result is Result.DONE


@pytest.fixture
def booth(make_site: Callable[..., Site]) -> Booth:
    return Booth(make_site())


def buyer(site: Site, **shares: float) -> Patient:
    mix = Mix(**({"pharmacy": 1, "remote": 0, "wrong_password": 0} | CALM | shares))
    item = load_rulebook().catalogues["sample"].on(20261121)[0]
    goods = (Item(item.code, 10_000_000, item.chrgitm_lv),)
    patient = Patients(1, mix, PEOPLE.profile, places_of([site]), goods).patient(0)
    assert patient is not None
    return patient


def test_a_pharmacy_visit_is_three_messages_of_which_each_is_timed(booth: Booth) -> None:
    visit = booth.visitor.serve(buyer(booth.visitor.site), PEOPLE.card(0), AT_ONCE)
    assert visit.outcome.result is Result.SETTLED
    assert [infno for infno, _ in visit.outcome.messages] == ["1101", "2101", "2102"]
    assert [round(span.ended_s - span.began_s, 6) for span in visit.messages] == [REPLY_S] * 3
    assert visit.span.ended_s - visit.span.began_s == pytest.approx(3 * REPLY_S)


def test_think_times_are_slept_and_reported_apart(booth: Booth) -> None:
    patient = buyer(booth.visitor.site)
    visit = booth.visitor.serve(patient, PEOPLE.card(0), Pace(card_s=1, counter_s=2, entry_s=3, pay_s=4))
    assert visit.thought_s == pytest.approx(10 * patient.tempo)
    assert 0 < visit.messages[0].thought_s <= visit.messages[-1].thought_s <= visit.thought_s
    assert visit.span.ended_s - visit.span.began_s == pytest.approx(3 * REPLY_S + visit.thought_s)


def test_a_wrong_password_is_typed_again(booth: Booth) -> None:
    visit = booth.visitor.serve(buyer(booth.visitor.site, wrong_password=1), PEOPLE.card(0), AT_ONCE)
    assert visit.outcome.result is Result.SETTLED
    assert [end for infno, end in visit.outcome.messages if infno == "2102"] == ["E2102", "approved"]


def test_the_pause_before_a_repeat_is_the_networks_time_and_stays_in_the_latency(booth: Booth) -> None:
    booth.line.lost = {booth.line.requests + 3}
    visit = booth.visitor.serve(buyer(booth.visitor.site), PEOPLE.card(0), AT_ONCE)
    assert visit.outcome.result is Result.SETTLED
    assert (visit.thought_s, booth.clock.slept) == (0, [0.2])
    assert len(visit.messages) == len(visit.outcome.messages) == 4


def test_the_journal_holds_nothing_open_after_a_settled_visit(booth: Booth) -> None:
    booth.visitor.serve(buyer(booth.visitor.site), PEOPLE.card(0), AT_ONCE)
    assert booth.journal.pending(booth.visitor.site.dev_no) == ()


def test_hanging_up_closes_the_line(booth: Booth) -> None:
    booth.visitor.close()
    assert booth.line.closed


def visited(booth: Booth, index: int = 0, **facts: Any) -> Any:
    """Serve a patient with a story; profiles alternate, so that the index chooses the generation."""
    patient = msgspec.structs.replace(buyer(booth.visitor.site), index=index, **facts)
    return booth.visitor.serve(patient, PEOPLE.card(index), AT_ONCE, partial(PEOPLE.card, index))


def adult_of(profile: str) -> int:
    rules = load_rulebook()
    register = PopulationRegister(PEOPLE, rules.cities, KEY)
    for index in range(PEOPLE.size):
        city = PEOPLE.profile(index).city
        newcomer = register.newcomer(city, insured_number(city, index))
        if PEOPLE.profile(index).name == profile and newcomer and newcomer.insutype == "310":
            return index
    raise AssertionError(profile)


def test_the_bank_pays_in_one_more_message(booth: Booth) -> None:
    visit = visited(booth, adult_of("gen2"), tender=Tender.BANK, **BY_BANK)
    assert [infno for infno, _ in visit.outcome.messages] == ["1101", "2101", "2102", "0200"]
    assert (visit.outcome.response_code, len(visit.messages)) == ("00", 4)


def test_a_third_generation_card_is_tapped_from_beginning_to_end(booth: Booth) -> None:
    facts = {"slot": Slot.TAP, "lies_in": Slot.TAP, "tender": Tender.TAP}
    visit = visited(booth, adult_of("gen3"), **facts, **BY_BANK)
    assert visit.outcome.events == (Event.TAPPED, Event.BANK_PAID)
    assert (visit.outcome.generation, visit.outcome.result) == (3, Result.SETTLED)


def test_a_contact_card_held_to_the_antenna_is_inserted_then(booth: Booth) -> None:
    visit = visited(booth, adult_of("gen2"), slot=Slot.TAP, lies_in=Slot.TAP)
    assert (visit.outcome.result, visit.outcome.events) == (Result.SETTLED, (Event.WRONG_SLOT,))


def test_a_card_in_the_wrong_slot_is_moved(booth: Booth) -> None:
    assert visited(booth, adult_of("gen2"), lies_in=Slot.REMOTE).outcome.events == (Event.WRONG_SLOT,)


def test_a_new_card_is_taken_and_pays(booth: Booth) -> None:
    outcome = visited(booth, adult_of("gen2"), reissue=True).outcome
    assert (outcome.result, outcome.events) == (Result.SETTLED, (Event.REISSUED,))


def test_without_an_issuer_there_is_no_new_card(booth: Booth) -> None:
    patient = msgspec.structs.replace(buyer(booth.visitor.site), reissue=True)
    assert booth.visitor.serve(patient, PEOPLE.card(0), AT_ONCE).outcome.refusal == "-2"


def test_a_card_from_elsewhere_is_opened_by_the_terminals_module_and_locked_by_another(booth: Booth) -> None:
    index = adult_of("elsewhere")
    away = {"slot": Slot.REMOTE, "lies_in": Slot.REMOTE, "pins": ("246810",), "kiosk": ("123456", "246810")}
    opened = visited(booth, index, **away).outcome
    assert opened.events[:2] == (Event.PIN_CHANGED, Event.KEY_VERIFIED)
    locked = visited(booth, index, **away, module_area="370200", comings=4).outcome
    assert (locked.refusal, locked.events[-1]) == ("-27011", Event.KEY_LOCKED)


def test_a_visitor_performs_every_effect(booth: Booth) -> None:
    assert booth.visitor._performers.keys() == set(EFFECTS)


def test_a_fault_in_one_visit_leaves_nothing_of_its_card_to_the_next(booth: Booth) -> None:
    first, second = PEOPLE.card(0), PEOPLE.card(3)

    def broken(_: Request) -> Reply:
        raise ValueError("boom")

    exchange, booth.line.exchange = booth.line.exchange, broken  # type: ignore[method-assign] # the line breaks
    with pytest.raises(ValueError, match="boom"):
        booth.visitor.serve(buyer(booth.visitor.site), first, AT_ONCE)
    booth.line.exchange = exchange  # type: ignore[method-assign] # and is whole again
    asked: list[str] = []

    def heard(request: Request) -> Reply | NoReply:
        if isinstance(request.body, QueryPerson):
            asked.append(request.body.certno)
        return exchange(request)

    booth.line.exchange = heard  # type: ignore[method-assign] # what the host is asked is what is tested
    booth.visitor.serve(msgspec.structs.replace(buyer(booth.visitor.site), index=3), second, AT_ONCE)
    assert asked == [PEOPLE.person(3).certno]


def test_what_a_visit_left_open_is_found_out_before_the_process_reports(booth: Booth) -> None:
    sent = booth.line.requests
    booth.line.lost = set(range(sent + 3, sent + 30))  # from the settlement on, nothing comes back
    assert booth.visitor.serve(buyer(booth.visitor.site), PEOPLE.card(0), AT_ONCE).outcome.result is Result.IN_DOUBT
    assert len(booth.visitor.open_intents()) == 1
    booth.line.lost = set()
    [outcome] = booth.visitor.recover()
    assert (outcome.result, outcome.infno, len(outcome.setl_ids)) == (Result.SETTLED, "2102", 1)
    assert booth.visitor.open_intents() == ()
