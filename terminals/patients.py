"""Who comes, with what, and which mistakes they make: pure and seeded, the same for every fleet and every load.

Patient `index` holds card `index` of the population. Nothing here knows a terminal, an event loop or a clock: a worker
k of n takes the indexes i with i mod n == k of its block, sends each patient to a place of the patient's kind and city,
and lets nobody come twice at a time, since a card lives in one process.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from random import Random
from types import MappingProxyType
from typing import Annotated, Any, Final, NamedTuple

import msgspec
from msgspec import Meta, Struct

from cardsim.issuing.card_profiles import CardProfile
from cardsim.issuing.population import Person
from settlement.wire.codes import CREDENTIAL_IDENTITY_CARD
from settlement.wire.entitlement_codes import CREDENTIAL_VOUCHER
from settlement.wire.messages import Line
from settlement.wire.names import HOSPITAL, PHARMACY
from terminals.kernel.capabilities import Use, uses
from terminals.kernel.effects import Prompt, Slot
from terminals.kernel.outcome import LOCAL, REMOTE, Tender
from terminals.kernel.papers import Papers
from terminals.kernel.site import Site

Share = Annotated[float, Meta(ge=0, le=1)]

LOCAL_PASSWORD: Final = "000000"  # noqa: S105 - the published default (users' document 003), no secret
ANOTHER_PASSWORD: Final = "135790"  # noqa: S105 - what a mistaken patient types, no secret
FOREIGN_AREA: Final = "370200"
"""青岛: a city of the province in which no terminal of ours stands."""
KEY_COMINGS: Final = 4
"""Three tries of the card's key, and one that is told of the lock."""
WITHOUT_CARD: Final[dict[str, Any]] = {
    "kiosk": None,
    "pins": (),
    "tender": Tender.CASH,
    "bank_pins": (),
    "module_area": "",
    "comings": 1,
    "reissue": False,
    "resets_pin": "",
}
"""What does not happen to somebody who shows no card."""
OTHER: Final = {Slot.LOCAL: Slot.REMOTE, Slot.REMOTE: Slot.LOCAL}
COUNT_MAX: Final = 3
"""Packs of one medicine in a basket, at most."""
TEMPO_MIN: Final = 0.5
TEMPO_MAX: Final = 1.5


class Mix(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Shares of what happens. All are ours: no official distribution is published.

    `remote`: of those whose city's cards are taken elsewhere, who is treated there. `wrong_password`: of local pharmacy
    patients, those whose first password is wrong. Of remote patients: `default_pin` never changed the PIN,
    `local_password_as_pin` types the local password at the chip until it locks; all others changed the PIN beforehand.
    `foreign_module`: of remote patients, those whose terminal has another city's security module, and who come back
    until the card's key is locked. `reissue`: of local patients, those who first get a new card. `wrong_slot`: of those
    who insert the card, those who do it in the other slot. `tap`: of those whose card has an antenna, those who use it.
    `saves_account`: of all, those who keep their personal account and pay what the funds do not. `bank`: of those whose
    card has a bank account, those who pay such a rest from it; `wrong_bank_pin`: of these, those whose first PIN is
    wrong. `resets_pin`: of those who locked the chip's PIN, those who have it reset at once and come again.
    `inpatient`: of those who go to a hospital, those who are admitted, charged, discharged and settled as a stay.
    `voucher` and `identity_card`: of all, those who show a telephone or, at home, an identity card, and no card.
    """

    pharmacy: Share = 0.7
    remote: Share = 0.1
    wrong_password: Share = 0.02
    default_pin: Share = 0.02
    local_password_as_pin: Share = 0.01
    foreign_module: Share = 0.01
    reissue: Share = 0.01
    wrong_slot: Share = 0.02
    tap: Share = 0.3
    saves_account: Share = 0.1
    bank: Share = 0.6
    wrong_bank_pin: Share = 0.05
    resets_pin: Share = 0.5
    inpatient: Share = 0.0
    voucher: Share = 0.0
    identity_card: Share = 0.0
    lines_min: Annotated[int, Meta(ge=1, le=20)] = 1
    lines_max: Annotated[int, Meta(ge=1, le=20)] = 3

    def __post_init__(self) -> None:
        """Refuse shares that leave no room and an empty range of lines."""
        if self.default_pin + self.local_password_as_pin > 1:
            raise ValueError(
                "default_pin and local_password_as_pin are shares of the same patients: at most 1 together"
            )
        if self.voucher + self.identity_card > 1:
            raise ValueError("voucher and identity_card are shares of the same patients: at most 1 together")
        if self.lines_min > self.lines_max:
            raise ValueError(f"lines_min {self.lines_min} is above lines_max {self.lines_max}")


class Item(NamedTuple):
    """What can be bought: a row of the catalogue of the place of treatment."""

    med_list_codg: str
    pric_e6: int
    chrgitm_lv: str


class Place(NamedTuple):
    """Where patients can go: institutions of one kind in one city, and whose cards they take from elsewhere."""

    city: str
    kind: str
    remote_cities: frozenset[str] = frozenset()


def places_of(sites: Iterable[Site]) -> tuple[Place, ...]:
    """Return where patients of these sites can go, each place once and in an order that does not depend on theirs."""
    return tuple(sorted({Place(site.city, site.kind, site.remote_cities) for site in sites}, key=_in_order))


def _in_order(place: Place) -> tuple[str, str, list[str]]:
    return place.city, place.kind, sorted(place.remote_cities)


class Patient(Struct, frozen=True):
    """One visit of one person.

    `kiosk`: the PIN change (old, new) made on the way, if any. `pins`, `passwords`, `bank_pins`: what is typed at each
    prompt, in order, the kiosk's once; whoever has nothing more to type gives up. `tempo` multiplies think times.

    `slot` is where the function that the clerk chooses has the card, `lies_in` where the patient puts it first;
    `module_area` is whose security module the terminal has, "" for its own; `comings` is how often somebody comes who
    is turned away. `account_used`: whether the personal account pays; `tender` pays the rest. `reissue`: a new card
    first. `resets_pin`: the PIN that is chosen at a kiosk once the old one is locked, "" if that is left as it is.
    `inpatient`: comes to stay. `papers`: what is shown instead of the card.
    """

    index: int
    city: str
    kind: str
    route: str
    tempo: float
    basket: tuple[Line, ...]
    kiosk: tuple[str, str] | None
    pins: tuple[str, ...]
    passwords: tuple[str, ...]
    slot: Slot = Slot.LOCAL
    lies_in: Slot = Slot.LOCAL
    account_used: bool = True
    tender: Tender = Tender.CASH
    bank_pins: tuple[str, ...] = ()
    module_area: str = ""
    comings: int = 1
    reissue: bool = False
    resets_pin: str = ""
    inpatient: bool = False
    papers: Papers | None = None


class Fingers:
    """What one patient types, prompt by prompt; "" once they give up."""

    def __init__(self, patient: Patient) -> None:
        self._kiosk = dict(zip((Prompt.OLD_PIN, Prompt.NEW_PIN), patient.kiosk or (), strict=False))
        self._resets_pin = patient.resets_pin
        self._pins = iter(patient.pins)
        self._passwords = iter(patient.passwords)
        self._bank_pins = iter(patient.bank_pins)
        self._password = self._bank_pin = ""

    def pin(self, prompt: Prompt) -> str:
        """Return the digits typed for the chip; whoever chose a PIN where it is reset knows it from then on."""
        if prompt is Prompt.PIN:
            return next(self._pins, "")
        if prompt is Prompt.NEW_PIN and self._resets_pin:
            chosen, self._resets_pin = self._resets_pin, ""
            self._pins = iter((chosen,))
            return chosen
        return self._kiosk.pop(prompt, "")

    def password(self, *, same: bool = False) -> str:
        """Return the digits typed for the host; `same`: the last ones again."""
        if not same:
            self._password = next(self._passwords, "")
        return self._password

    def bank_pin(self, *, same: bool = False) -> str:
        """Return the digits typed for the bank; `same`: the last ones again."""
        if not same:
            self._bank_pin = next(self._bank_pins, "")
        return self._bank_pin


class Patients:
    """Everybody who may come to some places. `profile` is Population.profile, `person` Population.person.

    `bank_pins`: what holders type for the bank, by city of insurance; who has none there pays cash.
    """

    def __init__(
        self,
        seed: int,
        mix: Mix,
        profile: Callable[[int], CardProfile],
        places: Sequence[Place],
        items: Sequence[Item],
        bank_pins: Mapping[str, str] = MappingProxyType({}),
        person: Callable[[int], Person] | None = None,
    ) -> None:
        if not places or not items:
            raise ValueError("patients need a place to go to and something to buy")
        self._seed = seed
        self._mix = mix
        self._profile = profile
        self._places = tuple(places)
        self._items = tuple(items)
        self._bank_pins = bank_pins
        self._person = person

    def patient(self, index: int) -> Patient | None:
        """Return what the holder of card `index` does; None if no place here is for them."""
        random = Random(self._seed << 64 | index)  # noqa: S311 - seeded on purpose: the same patient everywhere
        profile = self._profile(index)
        place = self._place(random, profile)
        if place is None:
            return None
        remote = place.city != profile.city
        kiosk, pins = _pin_story(random, self._mix, profile) if remote else (None, ())
        mistaken = random.random() < self._mix.wrong_password
        patient = Patient(
            index=index,
            city=place.city,
            kind=place.kind,
            route=REMOTE if remote else LOCAL,
            tempo=random.uniform(TEMPO_MIN, TEMPO_MAX),
            basket=self._basket(random),
            kiosk=kiosk,
            pins=pins,
            passwords=(ANOTHER_PASSWORD, LOCAL_PASSWORD) if mistaken else (LOCAL_PASSWORD,),
            **self._habits(random, profile, remote=remote),
            resets_pin=self._reset(random) if LOCAL_PASSWORD in pins else "",
            inpatient=place.kind == HOSPITAL and random.random() < self._mix.inpatient,
        )
        papers = self._papers(random, index, profile, remote=remote)
        return msgspec.structs.replace(patient, **WITHOUT_CARD, papers=papers) if papers else patient

    def _papers(self, random: Random, index: int, profile: CardProfile, *, remote: bool) -> Papers | None:
        """Return what is shown instead of the card, which nobody draws for where all show cards."""
        voucher, identity_card = self._mix.voucher, self._mix.identity_card
        if self._person is None or not (voucher or identity_card):
            return None
        drawn = random.random()
        if drawn >= voucher + identity_card or (remote and drawn >= voucher):
            return None
        person = self._person(index)
        kind = CREDENTIAL_VOUCHER if drawn < voucher else CREDENTIAL_IDENTITY_CARD
        return Papers(kind, profile.city, person.certno, person.name)

    def _habits(self, random: Random, profile: CardProfile, *, remote: bool) -> dict[str, Any]:
        """Return how a patient uses the card, by field of Patient; every draw is made for everybody."""
        foreign, reissued, misplaced, taps, saves, banks, mistaken = (
            random.random() < share
            for share in (
                self._mix.foreign_module,
                self._mix.reissue,
                self._mix.wrong_slot,
                self._mix.tap,
                self._mix.saves_account,
                self._mix.bank,
                self._mix.wrong_bank_pin,
            )
        )
        taps = taps and bool(uses(profile.generation, Slot.TAP))
        slot = Slot.TAP if taps else Slot.REMOTE if remote else Slot.LOCAL
        pin = self._bank_pins.get(profile.city)
        banks = banks and pin is not None and Use.DEBIT in uses(profile.generation, slot)
        away = foreign and remote
        return {
            "slot": slot,
            "lies_in": OTHER.get(slot, slot) if misplaced else slot,
            "account_used": not saves,
            "tender": (Tender.TAP if taps else Tender.BANK) if banks else Tender.CASH,
            "bank_pins": (ANOTHER_PASSWORD, pin) if banks and mistaken else (pin,) if banks else (),
            "module_area": FOREIGN_AREA if away else "",
            "comings": KEY_COMINGS if away else 1,
            "reissue": reissued and not remote,
        }

    def _reset(self, random: Random) -> str:
        return _chosen_pin(random) if random.random() < self._mix.resets_pin else ""

    def _place(self, random: Random, profile: CardProfile) -> Place | None:
        wanted = PHARMACY if random.random() < self._mix.pharmacy else HOSPITAL
        travels = random.random() < self._mix.remote
        home = [place for place in self._places if place.city == profile.city]
        away = [place for place in self._places if profile.city in place.remote_cities and place.city != profile.city]
        reachable = away if travels and away else home
        return random.choice([place for place in reachable if place.kind == wanted] or reachable or [None])

    def _basket(self, random: Random) -> tuple[Line, ...]:
        chosen = random.choices(self._items, k=random.randint(self._mix.lines_min, self._mix.lines_max))
        return tuple(line(str(number), item, random.randint(1, COUNT_MAX)) for number, item in enumerate(chosen, 1))


def line(feedetl_sn: str, item: Item, count: int) -> Line:
    """Return a line of `count` packs: the amount is price times count, rounded half up to the fen (I8).

    >>> line("1", Item("X", 12_345_000, "01"), 1).det_item_fee_sumamt_fen
    1235
    """
    cnt_e4 = count * 10_000
    amount_fen = (item.pric_e6 * cnt_e4 + 50_000_000) // 100_000_000
    return Line(feedetl_sn, item.med_list_codg, item.pric_e6, cnt_e4, amount_fen)


def _pin_story(random: Random, mix: Mix, profile: CardProfile) -> tuple[tuple[str, str] | None, tuple[str, ...]]:
    """Return what a remote patient did at a kiosk and what they type at the terminal."""
    drawn = random.random()
    if drawn < mix.default_pin:
        return None, (profile.pin_default,)
    if drawn < mix.default_pin + mix.local_password_as_pin:
        return None, (LOCAL_PASSWORD,) * (profile.pin_tries_max + 1)
    chosen = _chosen_pin(random)
    return (profile.pin_default, chosen), (chosen,)


def _chosen_pin(random: Random) -> str:
    """Draw six digits above the default and the local password."""
    return f"{random.randrange(200_000, 1_000_000)}"
