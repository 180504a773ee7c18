"""What a telephone shows: a token is issued (0047), and the one before it is dead."""

from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.credential import TokenFacts, token_of
from settlement.engine.ledger.accounts import Token
from settlement.wire import codes
from settlement.wire.credentials import IssueToken, TokenIssued
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
    last = case.state.get(Token, case.home, person.psn_no, asked.mdtrt_cert_type)
    issued_ms = max(case.now_ms, last.issued_ms + 1) if last else case.now_ms
    token = token_of(case.world, TokenFacts(person.psn_no, asked.mdtrt_cert_type, issued_ms))
    row = Token(case.home, person.psn_no, asked.mdtrt_cert_type, issued_ms, "")
    return Granted(TokenIssued(token, local_time(issued_ms + rules.token_valid_s * 1000)), (row,))
