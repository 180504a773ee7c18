"""What a telephone shows: a token is issued (0047) to whoever knows the app's password, and the one before is dead.

An identity number and a name are written on many papers, so that they open nothing. The password is the e-card's, with
its tries; it opens the voucher as well (assumed: one password of one app). An e-card asks more: that it is bound, and
used in this city.
"""

from settlement.engine.arrival import Door
from settlement.engine.card_in_force import death_refusal
from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.credential import TokenFacts, token_of
from settlement.engine.ecard_in_force import ecard_of, opened, tried
from settlement.engine.ledger.accounts import Token
from settlement.engine.ledger.cards import Ecard
from settlement.engine.ledger.state import Person
from settlement.wire import codes
from settlement.wire.credentials import IssueToken, TokenIssued, pad_number
from settlement.wire.entitlement_codes import CREDENTIAL_ECARD
from settlement.wire.names import local_time


def issue(case: Case) -> Verdict:
    """0047: a new token of the kind that is asked for, good from now on."""
    asked = case.arrival.body
    assert isinstance(asked, IssueToken)
    psn_no = case.world.register.psn_no(asked.certno)
    person = case.person(psn_no) if psn_no else None
    if person is None or person.psn_name != asked.psn_name:
        return Refused(codes.NO_INSURED_PERSON)
    rules = case.world.cities[case.home].credentials
    if asked.mdtrt_cert_type not in rules.accepted:
        return Refused(codes.CREDENTIAL_NOT_SUPPORTED, f"mdtrt_cert_type {asked.mdtrt_cert_type}")
    unlocked = _unlocked(case, asked, person)
    if isinstance(unlocked, Refused):
        return unlocked
    last = case.state.get(Token, case.home, person.psn_no, asked.mdtrt_cert_type)
    issued_ms = max(case.now_ms, last.issued_ms + 1) if last else case.now_ms
    token = token_of(case.world, TokenFacts(person.psn_no, asked.mdtrt_cert_type, issued_ms))
    row = Token(case.home, person.psn_no, asked.mdtrt_cert_type, issued_ms, "")
    return Granted(TokenIssued(token, local_time(issued_ms + rules.token_valid_s * 1000)), (row, *unlocked))


def _unlocked(case: Case, asked: IssueToken, person: Person) -> tuple[Ecard, ...] | Refused:
    """Return the rows after the holder typed the password, or why the telephone shows nothing."""
    password = _typed(case, asked)
    if password is None:
        return Refused(codes.PIN_UNREADABLE)
    if asked.mdtrt_cert_type == CREDENTIAL_ECARD:
        return opened(case, person, password)
    if refused := death_refusal(person):
        return refused
    after = tried(case, person, password)
    if isinstance(after, Refused):
        return after
    return (after,) if after != ecard_of(case, person) else ()


def _typed(case: Case, asked: IssueToken) -> str | None:
    """Return the digits, empty where none came; None for a block that cannot be deciphered."""
    if case.arrival.door is Door.HTTP:
        return asked.password
    if not asked.pin_block:
        return ""
    keys = case.world.key.session(case.arrival.request.dev_no, case.arrival.request.sign_no)
    return keys.pin(asked.pin_block, pad_number(asked.certno))
