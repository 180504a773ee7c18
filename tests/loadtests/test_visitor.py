"""A visitor over an engine in the same process: the kernel's flows, timed."""

from collections.abc import Callable
from itertools import count

import pytest

from cardsim.population import CardProfile, Population
from loadtests.visitor import Visitor, World
from settlement.batch import judge_of
from settlement.config import load_rulebook
from settlement.direct import DirectHost
from settlement.engine.case import World as Rules
from settlement.engine.directory import Directory
from settlement.engine.persons import PopulationRegister
from settlement.stores.memory import MemoryStore
from settlement.wire.envelope import Reply
from settlement.wire.framing import FrameReader
from settlement.wire.keys import NetworkKey
from settlement.wire.session import TerminalSession
from terminals.journal import MemoryJournal
from terminals.kernel.conversation import Conversation
from terminals.kernel.effects import NoReply, Request
from terminals.kernel.outcome import Result
from terminals.kernel.site import AT_ONCE, Pace, Site
from terminals.patients import Item, Mix, Patient, Patients, places_of

NOON = 1_795_233_600_000
JINAN = "370100"
KEY = NetworkKey(bytes(range(16)))
PEOPLE = Population(1, 1000, (CardProfile(name="gen2", city=JINAN, generation=2, weight=1),))
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
    mix = Mix(**({"pharmacy": 1, "remote": 0, "wrong_password": 0} | shares))
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
