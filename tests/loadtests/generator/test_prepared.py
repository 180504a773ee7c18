"""Replayed against full visits, over an engine in the same process: the same people, claims and money."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from typing import Any, NamedTuple

import msgspec
import pytest

from cardsim.issuing.card_profiles import CardProfile
from cardsim.issuing.population import Population
from loadtests.generator.crowd import Comer
from loadtests.generator.prepared import PREPARE
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
from settlement.wire.messages import PresettleDrugSale
from settlement.wire.session import TerminalSession
from terminals.journal import MemoryJournal
from terminals.kernel.conversation import Conversation
from terminals.kernel.effects import NoReply, Request
from terminals.kernel.outcome import Event, Outcome, Result
from terminals.kernel.site import AT_ONCE, Pace, Site
from terminals.patients import Item, Mix, Patients, places_of

NOON = 1_795_233_600_000
JINAN, ELSEWHERE = "370100", "379900"
KEY = NetworkKey(bytes(range(16)))
RULES = load_rulebook()
PEOPLE = Population(
    1,
    1000,
    tuple(
        CardProfile(name=f"{city} {generation}", city=city, generation=generation, weight=1)
        for city, generation in ((JINAN, 2), (JINAN, 3), (ELSEWHERE, 2), (ELSEWHERE, 3))
    ),
)
EVERYTHING = Mix(
    remote=1, tap=0.3, wrong_slot=0.2, reissue=0.2, wrong_password=0.3, foreign_module=0.1, default_pin=0.1
)
GOODS = tuple(Item(item.code, 12_340_000, item.chrgitm_lv) for item in RULES.catalogues["sample"].on(20261121)[:5])


class Line:
    """A terminal's line to the host of a town; `answers` stands before the host and may keep or change a reply."""

    def __init__(self, town: "Town", site: Site) -> None:
        self.session = TerminalSession(
            KEY.terminal_key(site.dev_no), dev_no=site.dev_no, fixmedins_code=site.fixmedins_code, city=site.city
        )
        self._town = town
        self._conversation = Conversation(self.session, clock_ms=lambda: NOON, stray=lambda _: None)

    def exchange(self, request: Request) -> Reply | NoReply:
        self._town.asked.append(request)
        frames = FrameReader()
        frames.feed(self._conversation.seal(request))
        [(message, mac)] = frames
        reply = self._conversation.take(*self._town.host.handle(message, mac))
        assert reply is not None
        return self._town.answers(reply, request)

    def close(self) -> None:
        """Nothing was opened."""


class Town:
    """An engine with a pharmacy and a hospital in front of it."""

    def __init__(self, make_site: Callable[..., Site], mix: Mix) -> None:
        register = PopulationRegister(PEOPLE, RULES.cities, KEY)
        world = Rules(RULES.cities, RULES.policies, RULES.catalogues, Directory(RULES.cities), register, KEY)
        nonces = count(1)
        self.store = MemoryStore()
        self.host = DirectHost(
            self.store,
            judge_of(world),
            KEY,
            now_ms=lambda: NOON,
            chance=lambda size: next(nonces).to_bytes(size, "big"),
        )
        self.asked: list[Request] = []
        self.answers: Callable[[Reply, Request], Reply | NoReply] = lambda reply, _: reply
        self.slept: list[float] = []
        self.journal = MemoryJournal()
        draws = count(1)
        world_of = World(
            clock_ms=lambda: NOON,
            monotonic_s=lambda: 0.0,
            sleep=self.slept.append,
            random_bytes=lambda size: next(draws).to_bytes(size, "big"),
        )
        sites = [
            msgspec.structs.replace(make_site(dev_no), remote_cities=frozenset({ELSEWHERE}), password_asked=asked)
            for dev_no, asked in (("P3701000000101", True), ("H3701000000101", False))
        ]
        self.visitors = {}
        for site in sites:
            line = Line(self, site)
            self.visitors[site.kind] = Visitor(site, line.session, line, self.journal, world_of)
            assert self.visitors[site.kind].sign_on().result is Result.DONE
        self._patients = Patients(1, mix, PEOPLE.profile, places_of(sites), GOODS, {JINAN: "111111"})
        self.asked.clear()

    def comers(self, people: int) -> Iterator[Comer]:
        for index in range(people):
            patient = self._patients.patient(index)
            if patient is not None:
                yield Comer(patient, PEOPLE.card(index), partial(PEOPLE.card, index))

    def prepared(self, comer: Comer, pace: Pace = AT_ONCE) -> Comer:
        return self.visitors[comer.patient.kind].prepare(comer, pace)

    def attended(self, comer: Comer, pace: Pace = AT_ONCE) -> Outcome:
        visit = self.visitors[comer.patient.kind].attend(comer, pace)
        assert len(visit.messages) == len(visit.outcome.messages)
        return visit.outcome


class Said(NamedTuple):
    """What a visit claims, but for the names that only chance gives."""

    outcomes: list[dict[str, Any]]
    ledger: dict[str, Any]


def said_of(town: Town, comers: list[Comer]) -> Said:
    outcomes = [msgspec.structs.asdict(town.attended(comer)) for comer in comers]
    for outcome in outcomes:
        outcome["setl_ids"], outcome["purchase_msgids"] = len(outcome["setl_ids"]), len(outcome["purchase_msgids"])
    sums = town.store.audit_now().ledger
    return Said(outcomes, {infno: msgspec.structs.replace(one, fingerprint="") for infno, one in sums.items()})


@pytest.fixture(name="town")
def _town(make_site: Callable[..., Site]) -> Callable[..., Town]:
    def build(**shares: float) -> Town:
        calm = {"remote": 0, "tap": 0, "wrong_slot": 0, "reissue": 0, "wrong_password": 0, "bank": 0, "pharmacy": 1}
        return Town(make_site, Mix(**(calm | shares)))

    return build


def test_replayed_visits_make_the_same_claims_and_the_same_ledger_as_full_ones(make_site: Callable[..., Site]) -> None:
    full, replayed = Town(make_site, EVERYTHING), Town(make_site, EVERYTHING)
    comers = [replayed.prepared(comer) for comer in replayed.comers(150)]
    assert replayed.store.audit_now().ledger == {}
    expected = said_of(full, list(full.comers(150)))
    assert said_of(replayed, comers) == expected
    assert {event for outcome in expected.outcomes for event in outcome["events"]} > {
        Event.WRONG_SLOT,
        Event.PIN_CHANGED,
        Event.TAPPED,
        Event.PASSWORD_WRONG,
        Event.REISSUED,
        Event.KEY_VERIFIED,
        Event.BANK_PAID,
    }


def test_what_preparing_asked_is_told_and_changes_nothing(town: Callable[..., Town]) -> None:
    here = town()
    comer = here.prepared(next(here.comers(9)))
    assert comer.dialogue is not None
    assert comer.dialogue.asked == Outcome(PREPARE, Result.DONE, messages=(("1101", "approved"), ("2101", "approved")))
    assert here.journal.pending("P3701000000101") == ()
    assert here.store.audit_now().ledger == {}


def test_a_replay_asks_the_host_as_much_as_a_visit_under_new_names(town: Callable[..., Town]) -> None:
    here = town()
    comer = here.prepared(next(here.comers(9)))
    before = [request.msgid for request in here.asked]
    outcome = here.attended(comer)
    assert outcome.messages == (("1101", "approved"), ("2101", "approved"), ("2102", "approved"))
    after = [request.msgid for request in here.asked[2:]]
    assert len({*before, *after}) == 5


def test_a_hospitals_visit_is_prepared_up_to_its_registration(town: Callable[..., Town]) -> None:
    here = town(pharmacy=0)
    comer = here.prepared(next(here.comers(9)))
    assert comer.dialogue is not None
    assert comer.dialogue.asked.messages == (("1101", "approved"),)
    assert [infno for infno, _ in here.attended(comer).messages] == ["1101", "2201", "2204", "2206", "2207"]


def test_people_think_when_a_dialogue_is_replayed_and_not_while_it_is_prepared(town: Callable[..., Town]) -> None:
    here = town()
    pace = Pace(card_s=1, counter_s=2, entry_s=3, pay_s=4)
    comer = here.prepared(next(here.comers(9)), pace)
    assert here.slept == []
    here.attended(comer, pace)
    assert here.slept == [seconds * comer.patient.tempo for seconds in (1, 2, 3, 4)]


def test_a_reply_that_is_lost_in_a_replay_is_asked_for_again_and_counted(town: Callable[..., Town]) -> None:
    here = town()
    comer = here.prepared(next(here.comers(9)))
    lost = iter((NoReply("lost"),))
    here.answers = lambda reply, _: next(lost, reply)
    outcome = here.attended(comer)
    assert [end for _, end in outcome.messages] == ["no reply", "approved", "approved", "approved"]
    assert (outcome.result, outcome.events) == (Result.SETTLED, (Event.RETRIED,))


def test_a_replay_of_what_the_host_refuses_now_ends_with_that_refusal(town: Callable[..., Town]) -> None:
    here = town()
    comer = here.prepared(next(here.comers(9)))

    def refusing(reply: Reply, request: Request) -> Reply:
        return msgspec.structs.replace(reply, refusal="E2001") if isinstance(request.body, PresettleDrugSale) else reply

    here.answers = refusing
    outcome = here.attended(comer)
    assert (outcome.flow, outcome.result, outcome.refusal) == ("pharmacy", Result.DECLINED, "E2001")
    assert here.store.audit_now().ledger == {}


def test_a_dialogue_that_the_host_did_not_answer_was_prepared_in_vain(town: Callable[..., Town]) -> None:
    here = town()
    here.answers = lambda *_: NoReply("silence")
    comer = here.prepared(next(here.comers(9)))
    assert comer.dialogue is not None
    assert comer.dialogue.asked.result is Result.NO_ANSWER


def test_a_reply_lost_while_preparing_is_no_part_of_the_visit(town: Callable[..., Town]) -> None:
    here = town()
    lost = iter((NoReply("lost"),))
    here.answers = lambda reply, _: next(lost, reply)
    comer = here.prepared(next(here.comers(9)))
    assert comer.dialogue is not None
    assert [end for _, end in comer.dialogue.asked.messages] == ["no reply", "approved", "approved"]
    assert comer.dialogue.asked.result is Result.DONE
    assert [end for _, end in here.attended(comer).messages] == ["approved"] * 3
