"""Questions that change nothing: who is this person (1101), what became of that settlement (5203)."""

import msgspec

from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.credential import credential_refusal
from settlement.engine.ledger.identity import setl_id_of
from settlement.engine.ledger.state import SETTLED, Settlement
from settlement.engine.medical.entitlement import insured
from settlement.engine.medical.undo import decode_info
from settlement.wire import codes
from settlement.wire.messages import Insurance, PersonFound, QueryPerson, QuerySettlement


def person(case: Case) -> Verdict:
    """1101: the insured person whose credential was shown; name and identity must agree with it."""
    asked = case.arrival.body
    assert isinstance(asked, QueryPerson)
    psn_no = case.world.register.psn_no(asked.certno)
    if psn_no is None:
        return Refused(codes.NO_INSURED_PERSON)
    found = insured(case, psn_no)
    if isinstance(found, Refused):
        return found
    if asked.psn_name != found.psn_name:
        return Refused(codes.NO_INSURED_PERSON, "psn_name does not belong to certno")
    if refused := credential_refusal(case, asked, found):
        return refused
    return Granted(
        PersonFound(
            psn_no=found.psn_no,
            psn_cert_type=asked.psn_cert_type,
            certno=found.certno,
            psn_name=found.psn_name,
            gend=found.gend,
            brdy=found.brdy,
            insuinfo=(Insurance(found.balance_fen, found.insutype, found.psn_type, found.psn_insu_stas, found.city),),
            bank_card_no=found.bank_card_no,
        )
    )


def settlement(case: Case) -> Verdict:
    """5203: a settlement by its setl_id, or by the msgid that asked for it; only its own institution may ask."""
    asked = case.arrival.body
    assert isinstance(asked, QuerySettlement)
    found = case.state.get(Settlement, case.home, asked.psn_no, setl_id_asked(case))
    if found is None:
        return Refused(codes.ORIGINAL_UNKNOWN, asked.setl_id or asked.medins_setl_id)
    if found.fixmedins_code != case.institution.code:
        return Refused(codes.NOT_OWNER, asked.setl_id or asked.medins_setl_id)
    undone = "0" if found.state == SETTLED else "1"
    return Granted(msgspec.structs.replace(decode_info(found.info), refd_setl_flag=undone))


def setl_id_asked(case: Case) -> str:
    """Return the settlement that a 5203 means."""
    asked = case.arrival.body
    assert isinstance(asked, QuerySettlement)
    return asked.setl_id or setl_id_of(case.institution.city, case.institution.code, asked.medins_setl_id)
