from collections.abc import Callable, Mapping

import msgspec
import pytest

from cardsim.issuing.card_profiles import CardProfile
from cardsim.issuing.population import Population
from loadtests.evidence.stories import PAPERS_READ, STORIES, Cards, cards_of, told, unseen
from loadtests.evidence.testimony import Report
from settlement.wire.codes import CREDENTIAL_IDENTITY_CARD
from settlement.wire.entitlement_codes import CREDENTIAL_VOUCHER
from terminals.kernel.effects import Slot
from terminals.kernel.outcome import Event, Tender
from terminals.kernel.site import Site
from terminals.patients import Item, Mix, Patient, Patients, places_of
from terminals.sums import NO_CARD_READ

JINAN, ELSEWHERE = "370100", "379900"
PROFILES = (
    CardProfile(name="gen1", city=JINAN, generation=1, weight=1),
    CardProfile(name="gen2", city=JINAN, generation=2, weight=4),
    CardProfile(name="gen3", city=ELSEWHERE, generation=3, weight=5),
)
CARDS = Cards(banking=0.9, tapping=0.5, travelling=0.5)
VISITS = 1000
EVERYTHING = Mix(
    pharmacy=0.5,
    remote=0.5,
    wrong_password=0.5,
    default_pin=0.3,
    local_password_as_pin=0.3,
    resets_pin=0.5,
    foreign_module=0.3,
    reissue=0.5,
    wrong_slot=0.5,
    tap=0.5,
    saves_account=0.5,
    bank=0.5,
    wrong_bank_pin=0.5,
    voucher=0.1,
    identity_card=0.1,
    inpatient=0.5,
)


@pytest.fixture
def sites(make_site: Callable[..., Site]) -> list[Site]:
    here = msgspec.structs.replace(make_site(), remote_cities=frozenset({ELSEWHERE}))
    return [here, make_site(f"P{ELSEWHERE}0000101", ELSEWHERE)]


def test_what_cards_can_do_is_their_weight(sites: list[Site]) -> None:
    assert cards_of(PROFILES, sites) == CARDS


def test_a_run_without_a_bank_leg_names_it() -> None:
    seen = {story.event: 1 for story in STORIES if story.event is not Event.BANK_PAID}
    [missing] = unseen(EVERYTHING, CARDS, VISITS, seen)
    assert missing == "a bank account pays (bank, saves_account): about 180 expected of 1000 visits, none seen"


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.event)
def test_each_story_that_never_happened_is_named_alone(story: object) -> None:
    seen = {one.event: 1 for one in STORIES if one is not story}
    assert len(unseen(EVERYTHING, CARDS, VISITS, seen)) == 1


def test_what_happened_once_is_no_complaint_and_what_a_few_patients_cannot_promise_is_none() -> None:
    assert unseen(EVERYTHING, CARDS, VISITS, {story.event: 1 for story in STORIES}) == ()
    assert unseen(EVERYTHING, CARDS, 10, {}) == ()


@pytest.mark.parametrize(
    ("share", "event"),
    [
        ("tap", Event.TAPPED),
        ("bank", Event.BANK_PAID),
        ("saves_account", Event.BANK_PAID),
        ("wrong_password", Event.PASSWORD_WRONG),
        ("remote", Event.PIN_VERIFIED),
        ("foreign_module", Event.KEY_WRONG),
        ("voucher", Event.SCANNED),
        ("identity_card", PAPERS_READ),
        ("pharmacy", "pharmacy"),
        ("inpatient", "inpatient"),
    ],
)
def test_a_share_of_zero_promises_nothing(share: str, event: str) -> None:
    [story] = [story for story in STORIES if story.event is event]
    assert story.share(msgspec.structs.replace(EVERYTHING, **{share: 0}), CARDS) == 0


PLANNED: Mapping[str, Callable[[Patient], bool]] = {
    Event.BANK_PAID: lambda one: one.tender is not Tender.CASH and not one.account_used,
    Event.BANK_PIN_WRONG: lambda one: one.tender is Tender.BANK and not one.account_used and len(one.bank_pins) > 1,
    Event.TAPPED: lambda one: one.slot is Slot.TAP,
    Event.WRONG_SLOT: lambda one: one.lies_in is not one.slot,
    Event.PASSWORD_WRONG: lambda one: one.route == "local" and one.kind == "P" and len(one.passwords) > 1,
    Event.REISSUED: lambda one: one.reissue,
    Event.KEY_WRONG: lambda one: bool(one.module_area),
    Event.SCANNED: lambda one: one.papers.mdtrt_cert_type == CREDENTIAL_VOUCHER if one.papers else False,
    PAPERS_READ: lambda one: one.papers.mdtrt_cert_type == CREDENTIAL_IDENTITY_CARD if one.papers else False,
    "pharmacy": lambda one: one.kind == "P",
    "outpatient": lambda one: one.kind == "H" and not one.inpatient,
    "inpatient": lambda one: one.kind == "H" and one.inpatient,
}
"""What a patient will do, of those who show a card or scan a telephone."""


@pytest.mark.parametrize("event", PLANNED)
@pytest.mark.parametrize("pharmacy", [1, 0.5])
def test_the_reckoning_is_near_what_the_patients_of_the_mix_do(sites: list[Site], event: str, pharmacy: float) -> None:
    people = Population(1, 10_000, PROFILES)
    pins = {JINAN: "111111", ELSEWHERE: "111111"}
    goods = (Item("X1", 10_000_000, "01"),)
    mix = msgspec.structs.replace(EVERYTHING, pharmacy=pharmacy)
    every = [*sites, *(msgspec.structs.replace(one, kind="H") for one in sites)]
    patients = Patients(1, mix, people.profile, places_of(every), goods, pins, people.person)
    coming = [one for one in map(patients.patient, range(2000)) if one]
    [story] = [story for story in STORIES if story.event == event]
    planned = sum(PLANNED[event](one) for one in coming if not story.by_card or not one.papers)
    assert planned == pytest.approx(story.expected(mix, cards_of(PROFILES, sites), 2000), rel=0.25)


def test_a_run_tells_of_its_flows_and_of_papers_that_no_telephone_showed() -> None:
    report = Report(
        visits={"outpatient": {"SETTLED": 3, "DECLINED": 1}},
        events={"SCANNED": 4},
        generations={NO_CARD_READ: 6, "2": 9},
    )
    assert told(report) == {"SCANNED": 4, "outpatient": 4, PAPERS_READ: 2}
