"""One request with what a judgement of it needs, and the two ways a judgement can end."""

from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec
from msgspec import Struct, field

from cardsim import pboc
from settlement.engine.arrival import Arrival, Door, Password
from settlement.engine.ledger.state import BankAccount, Person, Record, State, Transfer
from settlement.engine.persons import Register
from settlement.engine.rules.calendar import WEEKENDS_ONLY, Calendar
from settlement.engine.rules.catalogue import Catalogue
from settlement.engine.rules.city import City
from settlement.engine.rules.directory import Directory, Institution
from settlement.engine.rules.outlets import Outlets
from settlement.engine.rules.policy import Policy
from settlement.wire import codes
from settlement.wire.keys import NetworkKey
from settlement.wire.messages import Output
from settlement.wire.names import AGENCY, day_of, institution_code
from settlement.wire.refusal import Refusal
from settlement.wire.service_catalogue import SERVICES

AT_OUTLETS: Final = frozenset(("9001", "9002", *(str(kind.__struct_config__.tag) for kind in SERVICES.values())))
"""The transactions that an outlet may ask for; for any other it is no institution."""


class World(Struct, frozen=True):
    """What is the same for every request: the rules, the institutions, the people and the keys.

    `issuer_keys` are the banks' master keys for their cards' cryptograms: test keys, one set for all banks.
    """

    cities: Mapping[str, City]
    policies: Mapping[str, Policy]
    catalogues: Mapping[str, Catalogue]
    directory: Directory
    register: Register
    key: NetworkKey
    issuer_keys: Mapping[pboc.Algorithm, bytes] = field(default_factory=lambda: pboc.TEST_MASTER_KEYS)
    outlets: Mapping[str, Outlets] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)

    def calendar(self, city: str) -> Calendar:
        """Return the working days of a city's outlets; weekends where it has none."""
        outlets = self.outlets.get(city)
        return WEEKENDS_ONLY if outlets is None else self.calendars[outlets.calendar]

    def policy(self, city: str) -> Policy:
        """Return the benefit policy of a place of insurance."""
        return self.policies[self.cities[city].policy]

    def catalogue(self, city: str) -> Catalogue:
        """Return the catalogue of a place of treatment."""
        return self.catalogues[self.cities[city].catalogue]


class Refused(NamedTuple):
    """A request that is not carried out; `changes` may still count a wrong password, `output` be the bank's answer."""

    refusal: Refusal
    detail: str = ""
    changes: tuple[Record, ...] = ()
    password: Password = Password.NOT_ASKED
    output: Output | None = None


class Granted(NamedTuple):
    """A request that is carried out."""

    output: Output
    changes: tuple[Record, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    password: Password = Password.NOT_ASKED


Verdict = Granted | Refused


class Case(NamedTuple):
    """A request before its judge.

    `home` is the city of insurance; `institution` sends it from the place of treatment, on `opter_no`'s word.
    """

    arrival: Arrival
    state: State
    world: World
    institution: Institution
    home: str
    opter_no: str

    @property
    def remote(self) -> bool:
        """Whether the place of insurance is another city than the place of treatment."""
        return self.home != self.institution.city

    @property
    def now_ms(self) -> int:
        """Return when the request came in."""
        return self.arrival.received_ms

    def person(self, psn_no: str) -> Person | None:
        """Return an insured person of the home city: as stored, or as the register knows a newcomer."""
        return self.state.get(Person, self.home, psn_no) or self._newcomer(psn_no)

    def _newcomer(self, psn_no: str) -> Person | None:
        """Return a person at the first touch; what is said to have been used before was used this year."""
        person = self.world.register.newcomer(self.home, psn_no)
        if person is None or not person.fund_used_before_fen:
            return person
        return msgspec.structs.replace(person, fund_used_before_year=day_of(self.now_ms) // 10_000)

    def account(self, psn_no: str) -> BankAccount | None:
        """Return the bank account of a person of the home city: as stored, or as the bank opened it."""
        return self.state.get(BankAccount, self.home, psn_no) or self.world.register.account(self.home, psn_no)


def case_of(arrival: Arrival, state: State, world: World, opter_no: str = "") -> Case | Refused:
    """Return the case of a request, or which of its places is unknown; at the admin door its city's agency acts."""
    request = arrival.request
    home = arrival.home
    for city in (request.mdtrtarea_admvs, home):
        if city not in world.cities:
            return Refused(codes.UNKNOWN_CITY, city)
    if arrival.door is Door.ADMIN:
        city = request.mdtrtarea_admvs
        agency = Institution(institution_code(AGENCY, city, 0), city, AGENCY, 0, pilot=False)
        return Case(arrival, state, world, agency, home, opter_no)
    institution = world.directory.institution(request.fixmedins_code) or _outlet(arrival, world)
    if institution is None or institution.city != request.mdtrtarea_admvs:
        return Refused(codes.UNKNOWN_INSTITUTION, f"{request.fixmedins_code} in {request.mdtrtarea_admvs}")
    return Case(arrival, state, world, institution, home, opter_no)


def _outlet(arrival: Arrival, world: World) -> Institution | None:
    return world.directory.outlet(arrival.request.fixmedins_code) if arrival.infno in AT_OUTLETS else None
