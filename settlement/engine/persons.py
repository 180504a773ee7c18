"""People at their first touch: what the register of insured knows of somebody whom the ledger has not met.

The people are a population's, so nothing is stored of them until a settlement, a visit or a wrong password is. Their
bank accounts and the cards of each issue are the population's as well.
"""

from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Final, NamedTuple, Protocol

from cardsim.issuing.population import BANK_PREFIX, ISSUES_MAX, Population, dates
from settlement.engine.ledger.state import BankAccount, Person
from settlement.engine.rules.city import City, PersonKind
from settlement.wire.keys import NetworkKey

IN_FORCE: Final = "1"
"""psn_insu_stas: insured (interface code table)."""
NEWCOMERS_REMEMBERED: Final = 8_192
"""A batch asks for the same newcomer at each of its steps; made once, remembered for longer than a batch."""
INDEX_DIGITS: Final = 10
"""An insured number is a region of six digits and an index."""
STRIDE: Final = 61
"""How far apart neighbours' kinds lie in the weighted list: a few hundred people in a row have everybody's shares."""
FIRST_ISSUE: Final = 1
CARD_SN_LENGTH: Final = 32
CARD_SN_CHARACTERS: Final = frozenset("0123456789ABCDEF")
DAY_OF_ISSUE: Final = slice(16, 18)
SERIAL: Final = slice(18, 24)
"""Of a 卡识别码 in hex: the last four bytes of the card's ATR, before the MAC. The day is the issue (population)."""


class IssuedCard(NamedTuple):
    """The numbers of one card of a person: 卡号, 卡识别码 and the bank's number on it."""

    card_number: str
    card_id: bytes
    bank_card_no: str


class Register(Protocol):
    """Knows the insured."""

    def psn_no(self, certno: str) -> str | None:
        """Return the insured number of an identity number, or None."""

    def newcomer(self, city: str, psn_no: str) -> Person | None:
        """Return a person insured in a city as they are before anything happened to them, or None."""

    def card(self, city: str, psn_no: str, issue: int) -> IssuedCard:
        """Return the card that an insured person has at an issue, which counts from 1."""

    def bearer(self, card_sn: str) -> str | None:
        """Return the insured number of whose card this is (卡识别码, hex), whatever its issue, or None."""

    def valid_until(self, city: str, psn_no: str, issue: int) -> str:
        """Return the last day, yyyymmdd, of the card that an insured person has at an issue."""

    def holder(self, bank_card_no: str) -> str | None:
        """Return the insured number of a bank card's holder, or None."""

    def account(self, city: str, psn_no: str) -> BankAccount | None:
        """Return the bank account on an insured person's card as the bank opened it, or None."""


class PopulationRegister:
    """The register of a population: an insured number is the city of insurance and the person's index."""

    def __init__(self, population: Population, cities: Mapping[str, City], key: NetworkKey) -> None:
        self._population = population
        self._cities = cities
        self._key = key
        self.newcomer = lru_cache(NEWCOMERS_REMEMBERED)(self._newcomer)
        self.holder = lru_cache(NEWCOMERS_REMEMBERED)(self._holder)
        self.account = lru_cache(NEWCOMERS_REMEMBERED)(self._account)

    def psn_no(self, certno: str) -> str | None:
        """Return the insured number of an identity number, or None if it is nobody's here."""
        index = self._population.index_of(certno)
        return None if index is None else f"{self._population.profile(index).city}{index:0{INDEX_DIGITS}d}"

    def _holder(self, bank_card_no: str) -> str | None:
        """Return the insured number of a bank card's holder; the number must be right to its check digit."""
        digits = bank_card_no.removeprefix(BANK_PREFIX)[:-1]
        if not (bank_card_no.startswith(BANK_PREFIX) and digits.isascii() and digits.isdigit()):
            return None
        index = int(digits)
        if index >= self._population.size or self._population.person(index).bank_number != bank_card_no:
            return None
        return f"{self._population.profile(index).city}{index:0{INDEX_DIGITS}d}"

    def card(self, city: str, psn_no: str, issue: int) -> IssuedCard:
        """Return the card that an insured person has at an issue."""
        index = self._index(psn_no)
        assert index is not None
        assert psn_no[:6] == city
        someone = self._population.person(index, issue)
        return IssuedCard(someone.card_number, someone.card_id, someone.bank_number)

    def valid_until(self, city: str, psn_no: str, issue: int) -> str:
        """Return the last day of the card that an insured person has at an issue."""
        index = self._index(psn_no)
        assert index is not None
        assert psn_no[:6] == city
        return dates(self._population.profile(index).generation, issue)[1]

    def bearer(self, card_sn: str) -> str | None:
        """Return the insured number of whose card this is; the identifier must be right to its MAC."""
        if len(card_sn) != CARD_SN_LENGTH or not CARD_SN_CHARACTERS.issuperset(card_sn):
            return None
        day, index = card_sn[DAY_OF_ISSUE], int(card_sn[SERIAL], 16)
        if not day.isdecimal() or not 1 <= int(day) <= ISSUES_MAX or index >= self._population.size:
            return None
        if self._population.person(index, int(day)).card_id.hex().upper() != card_sn:
            return None
        return f"{self._population.profile(index).city}{index:0{INDEX_DIGITS}d}"

    def _newcomer(self, city: str, psn_no: str) -> Person | None:
        """Return a person insured in a city, with the opening balance and the default password, or None."""
        index = self._index(psn_no)
        if index is None or psn_no[:6] != city or self._population.profile(index).city != city:
            return None
        someone = self._population.person(index)
        rules = self._cities[city]
        kind = self._kinds[city][index // 7 * STRIDE % len(self._kinds[city])]
        return Person(
            city=city,
            psn_no=psn_no,
            certno=someone.certno,
            psn_name=someone.name,
            gend=someone.sex,
            brdy=f"{someone.birth_date[:4]}-{someone.birth_date[4:6]}-{someone.birth_date[6:]}",
            insutype=kind.insutype,
            psn_type=kind.psn_type,
            psn_insu_stas=IN_FORCE,
            balance_fen=int(kind.balance_fen),
            password_check=self._key.password_check(psn_no, rules.local_password.default),
            password_tries_left=rules.local_password.tries_max,
            card_number=someone.card_number,
            card_id=someone.card_id,
            card_generation=self._population.profile(index).generation,
            bank_card_no=someone.bank_number,
            card_issue=FIRST_ISSUE,
        )

    def _account(self, city: str, psn_no: str) -> BankAccount | None:
        """Return the account with its opening balance and the PIN that the bank handed out."""
        person = self.newcomer(city, psn_no)
        if person is None:
            return None
        bank = self._cities[city].bank
        return BankAccount(
            city=city,
            psn_no=psn_no,
            bank_card_no=person.bank_card_no,
            balance_fen=int(bank.balance_fen),
            pin_check=self._key.password_check(person.bank_card_no, bank.pin_default),
            pin_tries_left=bank.pin_tries_max,
            card_issue=FIRST_ISSUE,
            counter=0,
        )

    @cached_property
    def _kinds(self) -> dict[str, tuple[PersonKind, ...]]:
        """Each city's kinds of person, repeated by weight."""
        return {
            code: tuple(kind for kind in city.people for _ in range(kind.weight)) for code, city in self._cities.items()
        }

    def _index(self, psn_no: str) -> int | None:
        if len(psn_no) != 16 or not (psn_no.isascii() and psn_no.isdigit()):  # noqa: PLR2004  region 6, index 10
            return None
        index = int(psn_no[6:])
        return index if index < self._population.size else None
