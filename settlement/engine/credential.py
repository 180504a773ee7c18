"""What a patient shows (mdtrt_cert_type): whether it is the person's own, and good."""

from settlement.engine.case import Case, Refused
from settlement.engine.ledger.state import Person
from settlement.wire import codes
from settlement.wire.messages import DrugSale, QueryPerson, RegisterOutpatient

Shown = DrugSale | QueryPerson | RegisterOutpatient
"""The messages that show a credential."""


def credential_refusal(case: Case, shown: Shown, person: Person) -> Refused | None:
    """Return why a credential is refused, or None.

    It must be the person's own: an identity card by its number, a social security card by its 卡号 and by the 卡识别码
    that was read from the chip (card_sn, hex), of the last issue.
    """
    number = {
        codes.CREDENTIAL_IDENTITY_CARD: person.certno,
        codes.CREDENTIAL_SOCIAL_SECURITY_CARD: person.card_number,
    }.get(shown.mdtrt_cert_type)
    if number is None:
        return Refused(codes.CREDENTIAL_NOT_SUPPORTED, f"mdtrt_cert_type {shown.mdtrt_cert_type}")
    is_card = shown.mdtrt_cert_type == codes.CREDENTIAL_SOCIAL_SECURITY_CARD
    if is_card and shown.card_sn != person.card_id.hex().upper():
        return not_the_card(case, person, shown.card_sn)
    return Refused(codes.CARD_UNKNOWN, "mdtrt_cert_no") if shown.mdtrt_cert_no != number else None


def not_the_card(case: Case, person: Person, card_sn: str) -> Refused:
    """Return why a card that is not the person's last is refused: it was replaced, or never was theirs."""
    for issue in range(1, person.card_issue):
        if case.world.register.card(person.city, person.psn_no, issue).card_id.hex().upper() == card_sn:
            return Refused(codes.CARD_SUPERSEDED, f"issue {issue} of {person.card_issue}")
    return Refused(codes.CARD_UNKNOWN, "card_sn")


def identity_refusal(sale: DrugSale, person: Person) -> Refused | None:
    """Return why what a sale says of its patient is refused, or None: what it says must be true of the insured."""
    for name in ("certno", "psn_name", "psn_type"):
        stated = getattr(sale, name)
        if stated and stated != getattr(person, name):
            return Refused(codes.NO_INSURED_PERSON, f"{name} is not that of psn_no {person.psn_no}")
    return None
