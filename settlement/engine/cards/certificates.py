"""Copies of electronic certificates (0044), kept with the card (RF08): bytes in, the same bytes out."""

from settlement.engine.arrival import Arrival
from settlement.engine.case import Case, Granted, Refused, Verdict, World
from settlement.engine.judge import Keys
from settlement.engine.ledger.making import CertificateCopy
from settlement.engine.ledger.state import Person
from settlement.wire import making_codes
from settlement.wire.making import CertificateCopyKept, KeepCertificateCopy


def keep(case: Case, person: Person) -> Verdict:
    """0044: keep a copy in the place of the one before it; without one, tell what is kept."""
    asked = case.arrival.body
    assert isinstance(asked, KeepCertificateCopy)
    if asked.content:
        copy = CertificateCopy(person.city, person.psn_no, asked.kind, asked.content, case.now_ms)
        return Granted(CertificateCopyKept(person.psn_no, copy.kind, copy.content), (copy,))
    kept = case.state.get(CertificateCopy, person.city, person.psn_no, asked.kind)
    if kept is None:
        return Refused(making_codes.NO_CERTIFICATE_COPY, asked.kind)
    return Granted(CertificateCopyKept(person.psn_no, kept.kind, kept.content))


def copy_keys(arrival: Arrival, _world: World) -> Keys:
    """Name the copy."""
    asked = arrival.body
    assert isinstance(asked, KeepCertificateCopy)
    return ((CertificateCopy, (arrival.home, asked.psn_no, asked.kind)),)
