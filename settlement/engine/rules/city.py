"""A city's own rules, as data: passwords, remote use, institutions, the bank, cards and people.

Where the users' documents disagree, the difference is a value here and never a branch in the code. Every value stands
in its file as { value, source, basis }; the values make the City, the origins stand beside it as facts. What a fund
pays is the policy's, what an item costs the catalogue's: the city names them.
"""

from typing import Annotated, Literal

from msgspec import Meta, field

from settlement.engine.rules.bank import Bank, IssuingBank
from settlement.engine.rules.card import CardRules, Offer, seal_problem
from settlement.engine.rules.policy import Standing
from settlement.engine.rules.profile import Fact, Fen, Named, RatioE4, Row, convert, parse, take_facts
from settlement.wire.service_catalogue import SERVICES

InstitutionKind = Literal["pharmacy", "hospital"]
Pin = Annotated[str, Meta(pattern="^[0-9]{6}$")]
Count = Annotated[int, Meta(ge=0, le=99_999)]
"""A serial has five digits."""
Tries = Annotated[int, Meta(ge=1, le=15)]
"""A try counter has four bits (the x of SW 63Cx, ISO 7816-4)."""


class LocalPassword(Row, frozen=True):
    """The password that the city's host checks (本地交易密码)."""

    default: Pin
    tries_max: Tries
    asked_at: frozenset[InstitutionKind]


class Remote(Row, frozen=True):
    """What the insured of this city may do elsewhere, and which institutions here serve others' insured."""

    offered: bool
    account_only: bool
    """Unfiled people spend the personal account only (RD02)."""
    generation_min: Annotated[int, Meta(ge=1, le=3)]
    pilots_only: bool
    pilot_serial_max: Count
    """Institutions here up to this serial are pilots of remote settlement."""


class Institutions(Row, frozen=True):
    """The test institutions of the city: serials run from 1, hospitals by rising level."""

    pharmacies: Count
    hospitals: tuple[Count, Count, Count]
    """How many of level 1, 2 and 3 (dedc_hosp_lv)."""
    lanes: Annotated[int, Meta(ge=1, le=99)]
    """Terminals of one institution."""
    outlets: Count = 1
    """Outlets of each kind: service points, bank branches, and what is on line."""

    def hospital_level(self, serial: int) -> int | None:
        """Return the level of a hospital, or None if there is no such serial."""
        if serial < 1:
            return None
        for level, count in enumerate(self.hospitals, start=1):
            if serial <= count:
                return level
            serial -= count
        return None


class CardKind(Row, frozen=True):
    """A kind of card in circulation; weights are relative."""

    generation: Literal[1, 2, 3]
    weight: Annotated[int, Meta(ge=1)]
    pin_default: Pin
    pin_tries_max: Tries
    t0_mode: Literal["raw", "auto"]
    key_lock: Literal["never", "probability", "on_pin_lock", "by_extauth"] = "by_extauth"
    """Which misuse away from home locks the card's key for good."""
    key_lock_probability: Annotated[float, Meta(ge=0, le=1)] = 0.5
    key_lock_after: Annotated[int, Meta(ge=1, le=255)] = 1


class PersonKind(Row, frozen=True):
    """A kind of insured person; weights are relative."""

    insutype: Named
    psn_type: Named
    weight: Annotated[int, Meta(ge=1)]
    balance_fen: Fen = field(name="balance")
    """Opening balance of the personal account."""
    standing: tuple[Standing, ...] = ()
    """What they are besides insured, for the supplements that are only for these."""


class FilingRules(Row, frozen=True):
    """What a filing for treatment elsewhere (异地备案) gives the insured of this city."""

    enable_lag_days: Annotated[int, Meta(ge=0, le=90)]
    """Days until the batch takes a filing up; 0: at once."""
    temporary_months: Annotated[int, Meta(ge=6, le=120)]
    """How long a temporary filing holds at least."""
    local_pharmacy: bool
    """Whether somebody who is filed elsewhere may still use a pharmacy here."""


class Clearing(Row, frozen=True):
    """How a city settles with others."""

    prefund_fen: Fen = field(name="prefund")
    """What it has paid in at the clearing centre before anything is cleared (预付金); raised, it pays in the rest."""


class StayRules(Row, frozen=True):
    """What this city's hospitals may ask about a stay."""

    estimate: bool = True
    """Whether 2303 tells of a stay before its discharge what its end would cost by now."""


class Credentials(Row, frozen=True):
    """What the insured of this city may show (mdtrt_cert_type), here and elsewhere."""

    accepted: frozenset[Literal["01", "02", "03", "91"]] = frozenset({"01", "02", "03", "91"})
    """01 医保电子凭证, 02 identity card, 03 social security card, and 91, our own: 电子社保卡."""
    ecard_remote: bool = False
    """Whether an 电子社保卡 is good away from home (RD20)."""
    token_valid_s: Annotated[int, Meta(ge=1, le=86_400)] = 300
    """How long a token may be shown."""
    pin_lock_scope: Literal["REMOTE_ONLY", "WHOLE_CARD"] = "REMOTE_ONLY"
    """What a locked PIN of the chip stops (RB07)."""


class Census(Row, frozen=True):
    """How the insured of a city are divided."""

    employees: RatioE4
    """The share of insutype 310; the others are residents."""


class City(Row, frozen=True):
    """The rules of one city."""

    code: Annotated[str, Meta(pattern="^[0-9]{6}$")]
    name: Named
    name_en: Named
    province: Named
    policy: Named
    catalogue: Named
    local_password: LocalPassword
    remote: Remote
    institutions: Institutions
    bank: Bank
    banks: dict[Named, IssuingBank]
    """The banks that issue the city's cards, by their short names."""
    card: CardRules
    services: dict[str, Offer]
    """Which card services are offered, by name (wire.service_catalogue), and to whom."""
    cards: Annotated[tuple[CardKind, ...], Meta(min_length=1)]
    people: Annotated[tuple[PersonKind, ...], Meta(min_length=1)]
    filing: FilingRules
    clearing: Clearing
    credentials: Credentials = Credentials()
    stays: StayRules = StayRules()
    census: Census | None = None

    def __post_init__(self) -> None:
        """Hold the services to the catalogue, and to the states that the city knows."""
        unknown = self.services.keys() - SERVICES.keys()
        if unknown:
            raise ValueError(f"services: {', '.join(sorted(unknown))} is no card service")
        if self.bank.code not in self.banks:
            raise ValueError(f"bank.code {self.bank.code} is none of banks: {', '.join(sorted(self.banks))}")
        if problem := seal_problem(self.card, self.services):
            raise ValueError(problem)


def read_city(text: str, file: str) -> tuple[City, dict[str, Fact]]:
    """Read a city file; raise ProfileError for an unknown key, a missing one, or a value without its origin."""
    values, facts = take_facts(parse(text, file), file)
    return convert(values, City, file), facts
