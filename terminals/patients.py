"""Who comes, with what, and which mistakes they make: pure and seeded, the same for every fleet and every load.

Patient `index` holds card `index` of the population. Nothing here knows a terminal, an event loop or a clock: a worker
k of n takes the indexes i with i mod n == k of its block, sends each patient to a place of the patient's kind and city,
and lets nobody come twice at a time, since a card lives in one process.
"""

from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Annotated, Final, NamedTuple

from msgspec import Meta, Struct

from cardsim.population import CardProfile
from settlement.wire.messages import Line
from settlement.wire.names import HOSPITAL, PHARMACY
from terminals.kernel.effects import Prompt
from terminals.kernel.outcome import LOCAL, REMOTE
from terminals.kernel.site import Site

Share = Annotated[float, Meta(ge=0, le=1)]

LOCAL_PASSWORD: Final = "000000"  # noqa: S105 - the published default (users' document 003), no secret
ANOTHER_PASSWORD: Final = "135790"  # noqa: S105 - what a mistaken patient types, no secret
COUNT_MAX: Final = 3
"""Packs of one medicine in a basket, at most."""
TEMPO_MIN: Final = 0.5
TEMPO_MAX: Final = 1.5


class Mix(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Shares of what happens. All are ours: no official distribution is published.

    `remote`: of those whose city's cards are taken elsewhere, who is treated there. `wrong_password`: of local pharmacy
    patients, those whose first password is wrong. Of remote patients: `default_pin` never changed the PIN,
    `local_password_as_pin` types the local password at the chip until it locks; all others changed the PIN beforehand.
    """

    pharmacy: Share = 0.7
    remote: Share = 0.1
    wrong_password: Share = 0.02
    default_pin: Share = 0.02
    local_password_as_pin: Share = 0.01
    lines_min: Annotated[int, Meta(ge=1, le=20)] = 1
    lines_max: Annotated[int, Meta(ge=1, le=20)] = 3

    def __post_init__(self) -> None:
        """Refuse shares that leave no room and an empty range of lines."""
        if self.default_pin + self.local_password_as_pin > 1:
            raise ValueError(
                "default_pin and local_password_as_pin are shares of the same patients: at most 1 together"
            )
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

    `kiosk`: the PIN change (old, new) made on the way, if any. `pins` and `passwords`: what is typed at each prompt, in
    order, the kiosk's once; whoever has nothing more to type gives up. `tempo` multiplies think times.
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


class Fingers:
    """What one patient types, prompt by prompt; "" once they give up."""

    def __init__(self, patient: Patient) -> None:
        self._kiosk = dict(zip((Prompt.OLD_PIN, Prompt.NEW_PIN), patient.kiosk or (), strict=False))
        self._pins = iter(patient.pins)
        self._passwords = iter(patient.passwords)
        self._password = ""

    def pin(self, prompt: Prompt) -> str:
        """Return the digits typed for the chip."""
        return next(self._pins, "") if prompt is Prompt.PIN else self._kiosk.pop(prompt, "")

    def password(self, *, same: bool = False) -> str:
        """Return the digits typed for the host; `same`: the last ones again."""
        if not same:
            self._password = next(self._passwords, "")
        return self._password


class Patients:
    """Everybody who may come to some places. `profile` is Population.profile; `items` by city of treatment."""

    def __init__(
        self,
        seed: int,
        mix: Mix,
        profile: Callable[[int], CardProfile],
        places: Sequence[Place],
        items: Sequence[Item],
    ) -> None:
        if not places or not items:
            raise ValueError("patients need a place to go to and something to buy")
        self._seed = seed
        self._mix = mix
        self._profile = profile
        self._places = tuple(places)
        self._items = tuple(items)

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
        return Patient(
            index=index,
            city=place.city,
            kind=place.kind,
            route=REMOTE if remote else LOCAL,
            tempo=random.uniform(TEMPO_MIN, TEMPO_MAX),
            basket=self._basket(random),
            kiosk=kiosk,
            pins=pins,
            passwords=(ANOTHER_PASSWORD, LOCAL_PASSWORD) if mistaken else (LOCAL_PASSWORD,),
        )

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
    chosen = f"{random.randrange(200_000, 1_000_000)}"  # above the default and the local password, six digits
    return (profile.pin_default, chosen), (chosen,)
