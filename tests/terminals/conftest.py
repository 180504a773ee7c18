"""Both ends without I/O: the real engine behind a callable, real cards, and flows driven by hand.

`play` runs a flow against a script of expected effects; `booth` runs one against a card, a host and a patient.
"""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from cardsim.card import Card, InterfaceSilent
from cardsim.interface import Interface
from cardsim.issuing.card_profiles import CardProfile
from cardsim.issuing.population import Population
from cardsim.psam import psam
from settlement.batch import judge_of
from settlement.config import load_rulebook
from settlement.direct import DirectHost
from settlement.engine.case import World
from settlement.engine.persons import PopulationRegister
from settlement.engine.rules.directory import Directory
from settlement.stores.memory import MemoryStore
from settlement.wire import names
from settlement.wire.envelope import Reply
from settlement.wire.framing import FrameReader
from settlement.wire.keys import NetworkKey
from settlement.wire.messages import Line
from settlement.wire.names import insured_number
from settlement.wire.session import TerminalSession
from terminals.journal import MemoryJournal
from terminals.kernel import effects
from terminals.kernel.drive import drive
from terminals.kernel.effects import NO_CARD, NoReply, Slot, Steps
from terminals.kernel.outcome import Outcome
from terminals.kernel.sam import province
from terminals.kernel.sign_on import sign_on
from terminals.kernel.site import Site
from terminals.patients import Fingers, Item, Mix, Patient, Patients, Place, line
from terminals.visits import visit

JINAN, SAMPLE = "370100", "379900"
NOON = 1_795_233_600_000
PROFILES = (
    CardProfile(name="jinan", city=JINAN, generation=2, weight=2),
    CardProfile(name="sample", city=SAMPLE, generation=2, weight=1),
    CardProfile(name="old", city=JINAN, generation=1, weight=1),
    CardProfile(name="new", city=JINAN, generation=3, weight=1),
)


class EngineHost:
    """The shipped rules over a memory ledger, answering sealed messages; `handle` is what a DirectLink calls."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.store = MemoryStore()
        self.now_ms = NOON
        nonces = itertools.count(1)
        self._direct = DirectHost(
            self.store,
            judge_of(world),
            world.key,
            now_ms=lambda: self.now_ms,
            chance=lambda size: next(nonces).to_bytes(size, "big"),
        )

    def handle(self, message: bytes, mac: bytes) -> tuple[bytes, bytes]:
        return self._direct.handle(message, mac)

    def session(self, site: Site) -> TerminalSession:
        key = self.world.key.terminal_key(site.dev_no)
        return TerminalSession(key, dev_no=site.dev_no, fixmedins_code=site.fixmedins_code, city=site.city)

    @property
    def ledger(self) -> dict[str, Any]:
        """Sums of the ledger by settling message, after every law was found to hold."""
        audit = self.store.audit_now()
        assert [law.name for law in audit.invariants if not law.ok] == []
        return audit.ledger


class Booth:
    """A terminal driven by hand. `lose` says of the n-th request (from 1) what is lost: "request" or "reply".

    `lies_in` is where the patient's card is; `reissued` gives the next one.
    """

    def __init__(self, host: EngineHost, site: Site, card: Card | None = None, patient: Patient | None = None) -> None:
        self.host, self.site, self.card = host, site, card
        self.session = host.session(site)
        self.fingers = Fingers(patient) if patient else None
        self.journal = MemoryJournal()
        self.lose: dict[int, str] = {}
        self.shown: list[str] = []
        self.paused: list[tuple[float, str]] = []
        self.msgids: list[str] = []
        self.requests = 0
        self.lies_in = patient.lies_in if patient else Slot.LOCAL
        self.sam: Card | None = psam(province(site.city))
        self.next_card: Callable[[int], Card | None] = lambda _: None
        self.chips: dict[Slot, Card] = {}
        self.transmitted: list[tuple[Slot, bytes]] = []

    def run(self, flow: Steps[Outcome]) -> Outcome:
        self.chips.clear()
        return drive(flow, self.perform)

    def chip(self, slot: Slot) -> Card | None:
        """The chip that answers in a slot, with power."""
        if slot not in self.chips:
            chip = self.sam if slot is Slot.SAM else self.card if slot is self.lies_in else None
            if chip is None:
                return None
            try:
                chip.power_on(Interface.CONTACTLESS if slot is Slot.TAP else Interface.CONTACT)
            except InterfaceSilent:
                return None
            self.chips[slot] = chip
        return self.chips[slot]

    def move(self, slot: Slot, card: Card | None) -> bool:
        for chip in self.chips.values():
            chip.power_off()
        self.chips.clear()
        self.lies_in, self.card = slot, card
        return card is not None

    def signed_on(self) -> "Booth":
        assert self.run(sign_on(self.site)).result == "DONE"
        self.requests, self.msgids = 0, []
        return self

    def perform(self, effect: effects.Effect) -> Any:
        match effect:
            case effects.Transmit():
                self.transmitted.append((effect.slot, effect.apdu))
                chip = self.chip(effect.slot)
                return chip.transmit(effect.apdu) if chip else NO_CARD
            case effects.ReadAtr():
                chip = self.chip(effect.slot)
                return chip.atr if chip else NO_CARD
            case effects.AwaitCard():
                return self.move(effect.slot, self.card)
            case effects.TakeCard():
                return self.move(self.lies_in, self.next_card(effect.issue))
            case effects.Draw():
                return bytes(range(effect.size))
            case effects.AskBankPin():
                typed = self.fingers.bank_pin(same=effect.same) if self.fingers else ""
                return self.session.pin_block(typed, effect.pan) if typed else b""
            case effects.Request():
                return self.exchange(effect)
            case effects.NextMsgid():
                self.msgids.append(names.msgid(self.site.dev_no, self.host.now_ms, len(self.msgids)))
                return self.msgids[-1]
            case effects.AskPin():
                return self.fingers.pin(effect.prompt) if self.fingers else ""
            case effects.AskPassword():
                typed = self.fingers.password(same=effect.same) if self.fingers else ""
                return self.session.pin_block(typed, effect.bank_card_no) if typed else b""
            case effects.Unlock():
                return self.session.pin_block(effect.password, effect.number)
            case effects.Show():
                self.shown.append(effect.en)
            case effects.Record():
                self.journal.append(self.site.dev_no, effect.entry)
            case effects.Pause():
                self.paused.append((effect.seconds, effect.step))
        return None

    def exchange(self, request: effects.Request) -> Reply | NoReply:
        self.requests += 1
        self.host.now_ms += 1
        lost = self.lose.get(self.requests, "")
        frame, counter = self.session.seal(
            request.body,
            msgid=request.msgid,
            clock_ms=self.host.now_ms,
            inf_time=names.local_time(self.host.now_ms),
            insuplc_admdvs=request.insuplc_admdvs,
        )
        if lost == "request":
            return NoReply("lost on the way there")
        frames = FrameReader()
        frames.feed(frame)
        ((message, mac),) = frames
        answer = self.host.handle(message, mac)
        if lost == "reply":
            return NoReply("lost on the way back")
        signing_in = request.body.__struct_config__.tag == "9001"
        reply, authentic = self.session.open(*answer, counter, signing_in=signing_in)
        if signing_in and reply.approved:
            self.session.accept(reply)
        return reply if authentic or signing_in else NoReply(reply.err_msg)


def play(flow: Steps[Outcome], *script: tuple[Any, Any]) -> Outcome:
    """Run a flow against (expected effect, answer); an effect's class stands for any of its kind."""
    lines = iter(script)

    def perform(effect: effects.Effect) -> Any:
        expected, answer = next(lines, (None, None))
        assert expected is not None, f"unexpected {effect}"
        if isinstance(expected, type):
            assert isinstance(effect, expected), f"{effect} is no {expected.__name__}"
        else:
            assert effect == expected
        return answer

    outcome = drive(flow, perform)
    assert next(lines, None) is None, "the flow ended early"
    return outcome


def site_of(kind: str = names.PHARMACY, city: str = JINAN, serial: int = 1, lane: int = 1) -> Site:
    code = names.institution_code(kind, city, serial)
    return Site(
        dev_no=names.terminal_number(code, lane),
        fixmedins_code=code,
        city=city,
        kind=kind,
        opter_no="tester",
        password_asked=kind == names.PHARMACY,
        remote_cities=frozenset({JINAN, SAMPLE} - {city}),
    )


@pytest.fixture(scope="session")
def people() -> Population:
    return Population(1, 10_000, PROFILES)


@pytest.fixture(scope="session")
def world(people: Population) -> World:
    rules, key = load_rulebook(), NetworkKey(bytes(range(16)))
    register = PopulationRegister(people, rules.cities, key)
    return World(rules.cities, rules.policies, rules.catalogues, Directory(rules.cities), register, key)


@pytest.fixture
def host(world: World) -> EngineHost:
    return EngineHost(world)


@pytest.fixture(scope="session")
def items(world: World) -> tuple[Item, ...]:
    catalogue = world.catalogue(JINAN)
    return tuple(
        Item(item.code, item.price_limit_e6 or 10_000_000, item.chrgitm_lv) for item in catalogue.on(20261121)[:5]
    )


@pytest.fixture
def site() -> Callable[..., Site]:
    return site_of


@pytest.fixture
def basket(items: tuple[Item, ...]) -> tuple[Line, ...]:
    return (line("1", items[0], 1), line("2", items[1], 2))


@pytest.fixture
def dear(items: tuple[Item, ...]) -> tuple[Line, ...]:
    """A basket that no personal account pays whole."""
    return tuple(line(str(number), items[0], 90) for number in range(1, 11))


@pytest.fixture
def adult(people: Population, world: World) -> Callable[..., int]:
    """The n-th employee of a card profile: residents are refused at pharmacies."""

    def find(profile: str = "jinan", n: int = 0) -> int:
        found = (
            index
            for index in itertools.count()
            if people.profile(index).name == profile
            and (city := people.profile(index).city)
            and (person := world.register.newcomer(city, insured_number(city, index)))
            and person.insutype == "310"
        )
        return next(itertools.islice(found, n, None))

    return find


@pytest.fixture
def patient(basket: tuple[Line, ...]) -> Callable[..., Patient]:
    def make(index: int = 0, **facts: Any) -> Patient:
        return Patient(
            **{
                "index": index,
                "city": JINAN,
                "kind": names.PHARMACY,
                "route": "local",
                "tempo": 1.0,
                "basket": basket,
                "kiosk": None,
                "pins": (),
                "passwords": ("000000",),
                **facts,
            }
        )

    return make


@pytest.fixture
def booth(
    host: EngineHost, people: Population, adult: Callable[..., int], patient: Callable[..., Patient]
) -> Callable[..., Booth]:
    """A signed-on terminal with a patient and their card."""

    def make(site: Site | None = None, profile: str = "jinan", n: int = 0, **facts: Any) -> Booth:
        index = adult(profile, n)
        made = Booth(host, site or site_of(), people.card(index), patient(index, **facts))
        made.next_card = lambda issue: people.card(index, issue)
        return made.signed_on()

    return make


@pytest.fixture
def visiting(patient: Callable[..., Patient]) -> Callable[..., Outcome]:
    """Run a patient's whole visit at a booth."""

    def run(at: Booth, **facts: Any) -> Outcome:
        return at.run(visit(at.site, patient(**facts)))

    return run


@pytest.fixture
def played() -> Callable[..., Outcome]:
    return play


@pytest.fixture
def patients_of(people: Population, items: tuple[Item, ...]) -> Callable[..., Patients]:
    def make(mix: Mix, places: Sequence[Place], seed: int = 1, **facts: Any) -> Patients:
        return Patients(seed, mix, people.profile, places, items, **facts)

    return make
