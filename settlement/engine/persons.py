"""People at their first touch: what the register of insured knows of somebody whom the ledger has not met.

The people are a population's, so nothing is stored of them until a settlement, a visit or a wrong password is. Their
bank accounts and the cards of each issue are the population's as well.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from typing import Final, NamedTuple, Protocol

import msgspec

from cardsim.issuing.population import BANK_PREFIX, ISSUES_MAX, Population, dates
from settlement.engine.ledger.state import BankAccount, Person
from settlement.engine.rules.city import City, PersonKind
from settlement.engine.rules.specimens import Specimen
from settlement.wire.keys import NetworkKey
from settlement.wire.names import insured_number

IN_FORCE: Final = "1"
"""psn_insu_stas: insured (interface code table)."""
NEWCOMERS_REMEMBERED: Final = 8_192
"""A visit asks for the same newcomer at each of its steps; made once, remembered for longer than a visit."""
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

    @property
    def withheld(self) -> frozenset[str]:
        """Return the insured numbers of whom settlements are carried out and never answered."""


class PopulationRegister:
    """The register of a population: an insured number is the city of insurance and the person's index."""

    def __init__(
        self,
        population: Population,
        cities: Mapping[str, City],
        key: NetworkKey,
        specimens: Iterable[Specimen] = (),
    ) -> None:
        self._population = population
        self._specimens = {specimen.index: specimen for specimen in specimens}
        self._cities = cities
        self._key = key
        self.newcomer = lru_cache(NEWCOMERS_REMEMBERED)(self._newcomer)
        self.psn_no = lru_cache(NEWCOMERS_REMEMBERED)(self._psn_no)
        self.holder = lru_cache(NEWCOMERS_REMEMBERED)(self._holder)
        self.account = lru_cache(NEWCOMERS_REMEMBERED)(self._account)

    def _psn_no(self, certno: str) -> str | None:
        """Return the insured number of an identity number, or None if it is nobody's here."""
        index = self._population.index_of(certno)
        return None if index is None else insured_number(self._population.profile(index).city, index)

    def _holder(self, bank_card_no: str) -> str | None:
        """Return the insured number of a bank card's holder; the number must be right to its check digit."""
        digits = bank_card_no.removeprefix(BANK_PREFIX)[:-1]
        if not (bank_card_no.startswith(BANK_PREFIX) and digits.isascii() and digits.isdigit()):
            return None
        index = int(digits)
        if index not in self._population or self._population.person(index).bank_number != bank_card_no:
            return None
        return insured_number(self._population.profile(index).city, index)

    def card(self, city: str, psn_no: str, issue: int) -> IssuedCard:
        """Return the card that an insured person has at an issue."""
        index = self._index(psn_no)
        assert index is not None
        assert city in self._cities
        someone = self._population.person(index, issue)
        return IssuedCard(someone.card_number, someone.card_id, someone.bank_number)

    def valid_until(self, city: str, psn_no: str, issue: int) -> str:
        """Return the last day of the card that an insured person has at an issue."""
        index = self._index(psn_no)
        assert index is not None
        assert city in self._cities
        return dates(self._population.profile(index).generation, issue)[1]

    def bearer(self, card_sn: str) -> str | None:
        """Return the insured number of whose card this is; the identifier must be right to its MAC."""
        if len(card_sn) != CARD_SN_LENGTH or not CARD_SN_CHARACTERS.issuperset(card_sn):
            return None
        day, index = card_sn[DAY_OF_ISSUE], int(card_sn[SERIAL], 16)
        if not day.isdecimal() or not 1 <= int(day) <= ISSUES_MAX or index not in self._population:
            return None
        if self._population.person(index, int(day)).card_id.hex().upper() != card_sn:
            return None
        return insured_number(self._population.profile(index).city, index)

    def _newcomer(self, city: str, psn_no: str) -> Person | None:
        """Return a person insured in a city, with the opening balance and the default password, or None."""
        index = self._index(psn_no)
        if index is None or psn_no[:6] != city or self._population.profile(index).city != city:
            return None
        if specimen := self._specimens.get(index):
            return self._specimen(specimen, psn_no)
        rules = self._cities[city]
        kind = self._kinds[city][index // 7 * STRIDE % len(self._kinds[city])]
        return self._good(index, kind, rules)

    def _good(self, index: int, kind: PersonKind, rules: City, issue: int = FIRST_ISSUE) -> Person:
        """Return a person with whom nothing is the matter."""
        someone = self._population.person(index, issue)
        psn_no = insured_number(rules.code, index)
        return Person(
            city=rules.code,
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
            card_issue=issue,
            standing=" ".join(kind.standing),
        )

    def _specimen(self, specimen: Specimen, psn_no: str) -> Person:
        """Return a specimen's person, who stands as the specimen says."""
        rules = self._cities[specimen.city]
        kind = PersonKind(specimen.insutype, specimen.psn_type, 1, specimen.balance)
        person = self._good(specimen.index, kind, rules, specimen.issue)
        twin = next((other for other in self._specimens.values() if other.name == specimen.twin), None)
        return msgspec.structs.replace(
            person,
            certno=self._population.person(min(specimen.index, twin.index)).certno if twin else person.certno,
            psn_insu_stas=specimen.psn_insu_stas,
            password_tries_left=0 if specimen.password_locked else person.password_tries_left,
            card_status=specimen.card_status,
            account_status=specimen.account_status,
            filed_to=specimen.filed_to,
            duplicate_of=insured_number(psn_no[:6], twin.index) if twin else "",
            fund_used_before_fen=int(specimen.fund_used),
            fund_used_before_benefit=specimen.fund_used_of,
            unlinked_issue=specimen.issue if specimen.unlinked else 0,
        )

    def _account(self, city: str, psn_no: str) -> BankAccount | None:
        """Return the account with its opening balance and the PIN that the bank handed out."""
        person = self.newcomer(city, psn_no)
        if person is None:
            return None
        bank = self._cities[city].bank
        specimen = self._specimens.get(int(psn_no[6:]))
        return BankAccount(
            city=city,
            psn_no=psn_no,
            bank_card_no=person.bank_card_no,
            balance_fen=int(bank.balance_fen),
            pin_check=self._key.password_check(person.bank_card_no, bank.pin_default),
            pin_tries_left=bank.pin_tries_max,
            card_issue=person.card_issue,
            counter=0,
            status=specimen.bank if specimen else "ACTIVE",
        )

    @cached_property
    def withheld(self) -> frozenset[str]:
        """The insured numbers of whom settlements are carried out and never answered."""
        return frozenset(
            insured_number(specimen.city, specimen.index) for specimen in self._specimens.values() if specimen.withheld
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
        return index if index in self._population else None
