"""What a patient shows (mdtrt_cert_type): whether it is the person's own, and good.

01 医保电子凭证 and 91 电子社保卡 are tokens: they say whose they are, of which kind and when issued, under a keyed
hash. Stored is one row a person and kind: which was issued last, and what it was shown for. A token is good once, for a
short time, and until the next one is issued. What becomes of the card does not touch them.
"""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import msgspec

from settlement.engine.arrival import Arrival
from settlement.engine.card_in_force import death_refusal, shown_refusal
from settlement.engine.case import Case, Refused, World
from settlement.engine.ledger.accounts import Token
from settlement.engine.ledger.state import Key, Person
from settlement.wire import codes, entitlement_codes, remote_codes
from settlement.wire.entitlement_codes import CREDENTIAL_ECARD, CREDENTIAL_VOUCHER
from settlement.wire.hospital import Admit, StaySale
from settlement.wire.messages import DrugSale, QueryPerson, RegisterOutpatient, SettleOutpatient

Shown = DrugSale | QueryPerson | RegisterOutpatient | SettleOutpatient | Admit | StaySale
"""The messages that show a credential."""

TOKENS: Final = frozenset({CREDENTIAL_VOUCHER, CREDENTIAL_ECARD})
TOKEN_SIZE: Final = 49
NUMBER: Final = slice(16)
KIND: Final = slice(16, 18)
ISSUED: Final = slice(18, 29)
CHECK: Final = slice(29, 49)
"""Of a token: insured number 16, kind 2, ms of its issue 11 hex, keyed hash 20 hex; mdtrt_cert_no takes 50."""
RETIRED_CADRE: Final = "13"
"""psn_type 离休."""


class TokenFacts(NamedTuple):
    """What an authentic token says."""

    psn_no: str
    mdtrt_cert_type: str
    issued_ms: int


def token_of(world: World, facts: TokenFacts) -> str:
    """Return a token as a telephone shows it."""
    text = f"{facts.psn_no}{facts.mdtrt_cert_type}{facts.issued_ms:011x}"
    return text + world.key.token_check(text).hex()


def token_facts(world: World, token: str) -> TokenFacts | None:
    """Return what a token says; None where nobody who has the key made it."""
    text = token[: ISSUED.stop]
    if len(token) != TOKEN_SIZE or world.key.token_check(text).hex() != token[CHECK]:
        return None
    return TokenFacts(token[NUMBER], token[KIND], int(token[ISSUED], 16))


def shown_by(asked: QueryPerson, world: World) -> str | None:
    """Return the insured number of whoever shows a credential: by identity number, or as the token says."""
    if asked.certno or asked.mdtrt_cert_type not in TOKENS:
        return world.register.psn_no(asked.certno)
    facts = token_facts(world, asked.mdtrt_cert_no)
    return facts.psn_no if facts else None


def token_keys(arrival: Arrival, psn_no: str) -> tuple[Key, ...]:
    """Name the row of the token that a request shows; none where it shows something else."""
    kind = getattr(arrival.body, "mdtrt_cert_type", "")
    return ((Token, (arrival.home, psn_no, kind)),) if kind in TOKENS else ()


def credential_refusal(case: Case, shown: Shown, person: Person, mdtrt_id: str = "") -> Refused | None:
    """Return why a credential is refused, or None; `mdtrt_id` is the visit that it may have been used for already.

    It must be the person's own: an identity card by its number, a social security card by its 卡号 and by the 卡识别码
    that was read from the chip (card_sn, hex), of the last issue, a token by whom it was issued to.
    """
    kind = shown.mdtrt_cert_type
    if kind not in case.world.cities[case.home].credentials.accepted:
        return Refused(codes.CREDENTIAL_NOT_SUPPORTED, f"mdtrt_cert_type {kind}")
    return death_refusal(person) or _CHECKS[kind](case, shown, person, mdtrt_id)


def spent(case: Case, shown: Shown, mdtrt_id: str) -> tuple[Token, ...]:
    """Return the row of a token that was good and is used up by this visit; nothing of any other credential."""
    if shown.mdtrt_cert_type not in TOKENS:
        return ()
    facts = token_facts(case.world, shown.mdtrt_cert_no)
    assert facts, "a credential is judged before it is spent"
    row = case.state.get(Token, case.home, facts.psn_no, facts.mdtrt_cert_type)
    assert row, "a token that is good was issued"
    return (msgspec.structs.replace(row, used_by=mdtrt_id),)


def _identity_card(_case: Case, shown: Shown, person: Person, _mdtrt_id: str) -> Refused | None:
    return None if shown.mdtrt_cert_no == person.certno else Refused(codes.CARD_UNKNOWN, "mdtrt_cert_no")


def _card(case: Case, shown: Shown, person: Person, _mdtrt_id: str) -> Refused | None:
    if person.psn_type == RETIRED_CADRE:
        return Refused(entitlement_codes.NO_CARD_FOR_CADRES)
    if refused := shown_refusal(case, person, shown.card_sn):
        return refused
    if shown.mdtrt_cert_no != person.card_number:
        return Refused(codes.CARD_UNKNOWN, "mdtrt_cert_no")
    if person.unlinked_issue == person.card_issue:
        return Refused(entitlement_codes.PERSON_NOT_LINKED)
    return None


def _token(case: Case, shown: Shown, person: Person, mdtrt_id: str) -> Refused | None:
    facts = token_facts(case.world, shown.mdtrt_cert_no)
    if facts is None or facts[:2] != (person.psn_no, shown.mdtrt_cert_type):
        return Refused(entitlement_codes.TOKEN_UNKNOWN)
    row = case.state.get(Token, case.home, *facts[:2])
    if row is None or facts.issued_ms > row.issued_ms:
        return Refused(entitlement_codes.TOKEN_UNKNOWN)
    if facts.issued_ms < row.issued_ms:
        return Refused(entitlement_codes.TOKEN_REPLACED)
    if row.used_by and row.used_by != mdtrt_id:
        return Refused(entitlement_codes.TOKEN_USED)
    if case.now_ms - facts.issued_ms > case.world.cities[case.home].credentials.token_valid_s * 1000:
        return Refused(entitlement_codes.TOKEN_EXPIRED)
    return None


def _ecard(case: Case, shown: Shown, person: Person, mdtrt_id: str) -> Refused | None:
    if case.remote and not case.world.cities[case.home].credentials.ecard_remote:
        return Refused(remote_codes.ECARD_REMOTE_OFF)
    return _token(case, shown, person, mdtrt_id)


_CHECKS: Final[Mapping[str, Callable[[Case, Shown, Person, str], Refused | None]]] = {
    CREDENTIAL_VOUCHER: _token,
    codes.CREDENTIAL_IDENTITY_CARD: _identity_card,
    codes.CREDENTIAL_SOCIAL_SECURITY_CARD: _card,
    CREDENTIAL_ECARD: _ecard,
}


def identity_refusal(sale: DrugSale | StaySale, person: Person) -> Refused | None:
    """Return why what a sale says of its patient is refused, or None: what it says must be true of the insured."""
    for name in ("certno", "psn_name", "psn_type"):
        stated = getattr(sale, name)
        if stated and stated != getattr(person, name):
            return Refused(codes.NO_INSURED_PERSON, f"{name} is not that of psn_no {person.psn_no}")
    return None
