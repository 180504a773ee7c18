"""An e-card that cannot be bound (RJ17): the back office is told (0089), repairs it, and binding succeeds then."""

from settlement.engine.arrival import Arrival
from settlement.engine.cards import ecard
from settlement.engine.case import Case, Granted, Refused, Verdict, World
from settlement.engine.judge import Keys
from settlement.engine.ledger.making import EcardFault
from settlement.engine.ledger.state import Person
from settlement.wire import codes, making_codes
from settlement.wire.making import EcardFaultTold, TellEcardFault


def tell_fault(case: Case) -> Verdict:
    """0089, the operator's: an e-card is out of order from now on, or repaired."""
    asked = case.arrival.body
    assert isinstance(asked, TellEcardFault)
    person = case.person(asked.psn_no)
    if person is None:
        return Refused(codes.NO_INSURED_PERSON, asked.psn_no)
    before = case.state.get(EcardFault, person.city, person.psn_no)
    told_ms = before.told_ms if before and asked.repaired else case.now_ms
    fault = EcardFault(person.city, person.psn_no, told_ms, case.now_ms if asked.repaired else 0)
    return Granted(EcardFaultTold(person.psn_no, asked.repaired), (fault,))


def bind(case: Case, person: Person) -> Verdict:
    """0018: bind the e-card, unless it waits for its repair."""
    fault = case.state.get(EcardFault, person.city, person.psn_no)
    if fault and not fault.repaired_ms:
        return Refused(making_codes.ECARD_BIND_FAILED)
    return ecard.bind(case, person)


def bind_keys(arrival: Arrival, world: World) -> Keys:
    """Name the e-card and what is wrong with it."""
    [(_, holder)] = ecard.ecard_keys(arrival, world)
    return *ecard.ecard_keys(arrival, world), (EcardFault, holder)


def told_keys(arrival: Arrival, _world: World) -> Keys:
    """Name the person and the fault."""
    asked = arrival.body
    assert isinstance(asked, TellEcardFault)
    holder = arrival.home, asked.psn_no
    return (Person, holder), (EcardFault, holder)
