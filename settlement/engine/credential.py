"""What a patient shows (mdtrt_cert_type): whether it is the person's own, and good.

01 医保电子凭证 and 91 电子社保卡 are tokens: they say whose they are, of which kind and when issued, to nobody but us.
Stored is one row a person and kind: which was issued last, and what it was shown for. A token is good once, for a
short time, and until the next one is issued. What becomes of the card does not touch them.
"""

from collections.abc import Callable, Mapping
from hmac import compare_digest
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
from settlement.wire.messages import DrugSale, OutpatientSale, QueryPerson, RegisterOutpatient, SettleOutpatient


class Presented(NamedTuple):
    """A credential by itself, where a message has several."""

    mdtrt_cert_type: str
    mdtrt_cert_no: str
    card_sn: str


Shown = DrugSale | QueryPerson | RegisterOutpatient | SettleOutpatient | Admit | StaySale | Presented
"""What shows a credential: a message, or one of the several that a message has."""

TOKENS: Final = frozenset({CREDENTIAL_VOUCHER, CREDENTIAL_ECARD})
NUMBER_DIGITS: Final = 16
KIND_DIGITS: Final = 2
NUMBER: Final = slice(7)
KIND: Final = slice(7, 8)
ISSUED: Final = slice(8, 14)
FACTS_SIZE: Final = 14
TOKEN_SIZE: Final = 48
"""A token is hex: insured number 7 bytes, kind 1, ms of its issue 6, all under a mask, and a keyed hash of these 10;
mdtrt_cert_no takes 50. The mask follows from the hash, so that no two tokens share one (as in RFC 5297)."""
RETIRED_CADRE: Final = "13"
"""psn_type 离休."""


class TokenFacts(NamedTuple):
    """What an authentic token says."""

    psn_no: str
    mdtrt_cert_type: str
    issued_ms: int


def token_of(world: World, facts: TokenFacts) -> str:
    """Return a token as a telephone shows it."""
    said = (
        int(facts.psn_no).to_bytes(KIND.start, "big")
        + int(facts.mdtrt_cert_type).to_bytes(1, "big")
        + facts.issued_ms.to_bytes(ISSUED.stop - ISSUED.start, "big")
    )
    check = world.key.token_check(said.hex())
    return (_masked(world, said, check) + check).hex()


def token_facts(world: World, token: str) -> TokenFacts | None:
    """Return what a token says; None where nobody who has the key made it."""
    try:
        content = bytes.fromhex(token)
    except ValueError:
        return None
    if len(token) != TOKEN_SIZE or len(content) * 2 != TOKEN_SIZE:
        return None
    check = content[FACTS_SIZE:]
    said = _masked(world, content[:FACTS_SIZE], check)
    if not compare_digest(world.key.token_check(said.hex()), check):
        return None
    number, kind, issued_ms = (int.from_bytes(said[part], "big") for part in (NUMBER, KIND, ISSUED))
    return TokenFacts(f"{number:0{NUMBER_DIGITS}d}", f"{kind:0{KIND_DIGITS}d}", issued_ms)


def _masked(world: World, said: bytes, check: bytes) -> bytes:
    """Return facts under their mask, or out of it."""
    mask = world.key.token_mask(check)[:FACTS_SIZE]
    return bytes(one ^ other for one, other in zip(said, mask, strict=True))


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


def presented_keys(home: str, psn_no: str, shown: Presented) -> tuple[Key, ...]:
    """Name the row of the token that a person presents; none where it is something else."""
    return ((Token, (home, psn_no, shown.mdtrt_cert_type)),) if shown.mdtrt_cert_type in TOKENS else ()


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


def identity_refusal(said: RegisterOutpatient | DrugSale | OutpatientSale | StaySale, person: Person) -> Refused | None:
    """Return why what a message says of its patient is refused, or None: what it says must be true of the insured."""
    for name in ("certno", "psn_name", "psn_type"):
        stated = getattr(said, name, "")
        if stated and stated != getattr(person, name):
            return Refused(codes.NO_INSURED_PERSON, f"{name} is not that of psn_no {person.psn_no}")
    return None
