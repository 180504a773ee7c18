"""Questions that change nothing: who is this person (1101), what became of that settlement (5203)."""

import msgspec

from settlement.engine.card_in_force import ISSUED_UNENABLED, NONE, status_of
from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.credential import credential_refusal, shown_by
from settlement.engine.enabling import enabled, enables
from settlement.engine.judge import Keys
from settlement.engine.ledger.identity import setl_id_of
from settlement.engine.ledger.state import SETTLED, Person, Record, Settlement
from settlement.engine.medical.settling import patient_of
from settlement.engine.medical.standing import known, usable_fen
from settlement.engine.medical.treatment import treatment_of, visit_keys
from settlement.engine.medical.undo import decode_info
from settlement.wire import codes
from settlement.wire.messages import Insurance, PersonFound, QueryPerson, QuerySettlement
from settlement.wire.service_codes import CARD_NOT_ENABLED


def person(case: Case) -> Verdict:
    """1101: the insured person whose credential was shown; name and identity must agree with it.

    A token may say by itself whose it is. Who has no card that is enabled is shown a balance of 0 (RC07).
    """
    asked = case.arrival.body
    assert isinstance(asked, QueryPerson)
    psn_no = shown_by(asked, case.world)
    if psn_no is None:
        return Refused(codes.NO_INSURED_PERSON)
    found = known(case, psn_no)
    if isinstance(found, Refused):
        return found
    if asked.certno and asked.psn_name != found.psn_name:
        return Refused(codes.NO_INSURED_PERSON, "psn_name does not belong to certno")
    found, changes = _read(case, asked, found)
    refused = credential_refusal(case, asked, found)
    if refused and refused.refusal is not CARD_NOT_ENABLED:
        return refused
    balance_fen = 0 if status_of(case, found) in (ISSUED_UNENABLED, NONE) else usable_fen(found)
    return Granted(
        PersonFound(
            psn_no=found.psn_no,
            psn_cert_type=asked.psn_cert_type,
            certno=found.certno,
            psn_name=found.psn_name,
            gend=found.gend,
            brdy=found.brdy,
            insuinfo=(Insurance(balance_fen, found.insutype, found.psn_type, found.psn_insu_stas, found.city),),
            bank_card_no=found.bank_card_no,
        ),
        changes,
    )


def _read(case: Case, asked: QueryPerson, person: Person) -> tuple[Person, tuple[Record, ...]]:
    """Return the person after their card was read, which may be what enables it, and the rows of that (RA06)."""
    is_card = asked.mdtrt_cert_type == codes.CREDENTIAL_SOCIAL_SECURITY_CARD
    if not is_card or not enables(case, person, "READ", asked.card_sn):
        return person, ()
    rows = enabled(case, person)
    return next((row for row in rows if isinstance(row, Person)), person), rows


def settlement(case: Case) -> Verdict:
    """5203: a settlement by its setl_id, or by the msgid that asked for it; only its own institution may ask."""
    asked = case.arrival.body
    assert isinstance(asked, QuerySettlement)
    found = case.state.get(Settlement, case.home, asked.psn_no, setl_id_asked(case))
    if found is None:
        return Refused(codes.ORIGINAL_UNKNOWN, asked.setl_id or asked.medins_setl_id)
    if found.fixmedins_code != case.institution.code:
        return Refused(codes.NOT_OWNER, asked.setl_id or asked.medins_setl_id)
    person = case.person(asked.psn_no)
    assert person, "a settlement has its person"
    told = msgspec.structs.replace(
        decode_info(found.info),
        refd_setl_flag="0" if found.state == SETTLED else "1",
        patient=patient_of(case, person),
        treatment=treatment_of(case, found),
    )
    return Granted(told)


def visit_keys_asked(case: Case) -> Keys:
    """Name the visit or stay of the settlement that a 5203 means, once it is known."""
    asked = case.arrival.body
    assert isinstance(asked, QuerySettlement)
    return visit_keys(case, case.state.get(Settlement, case.home, asked.psn_no, setl_id_asked(case)))


def setl_id_asked(case: Case) -> str:
    """Return the settlement that a 5203 means."""
    asked = case.arrival.body
    assert isinstance(asked, QuerySettlement)
    return asked.setl_id or setl_id_of(case.institution.city, case.institution.code, asked.medins_setl_id)
