"""A card is in order and an institution does not take it (0045, RJ25).

HRSS keeps cards in order; which cards a terminal takes is the matrix of generation and interface of the institution's
city. A card's own state comes first, so that nobody is sent to the wrong office.
"""

from settlement.engine.card_in_force import card_refusal
from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.ledger.state import Person
from settlement.engine.rules.outlets import Outlets
from settlement.wire import codes, making_codes
from settlement.wire.making import Acceptance, CheckAcceptance
from settlement.wire.refusal import Refusal

SERIAL_AT = slice(7, None)
"""Where an institution's code has its serial (wire.names)."""


def acceptance(case: Case, person: Person) -> Verdict:
    """0045: whether the card is taken there, and else who is asked."""
    asked = case.arrival.body
    assert isinstance(asked, CheckAcceptance)
    institution = case.world.directory.institution(asked.fixmedins_code)
    outlets = case.world.outlets.get(institution.city) if institution else None
    if institution is None or outlets is None:
        return Refused(codes.UNKNOWN_INSTITUTION, asked.fixmedins_code)
    refused = card_refusal(case, person)
    refusal = refused.refusal if refused else terminal_refusal(outlets, person.card_generation, asked)
    owner, said = (refusal.owner, refusal.text()) if refusal else ("", "")
    return Granted(Acceptance(person.psn_no, person.card_generation, refusal is None, owner, said))


def terminal_refusal(outlets: Outlets, generation: int, asked: CheckAcceptance) -> Refusal | None:
    """Return why the terminals of an institution do not take a card of a generation by an interface, or None."""
    rules = outlets.acceptance
    older = int(asked.fixmedins_code[SERIAL_AT]) >= rules.older_terminals_from
    if older and generation > rules.older_terminals_take:
        return making_codes.TERMINAL_WITHOUT_GENERATION
    if asked.interface == "CONTACTLESS" and (older or generation < rules.contactless_from_generation):
        return making_codes.TERMINAL_WITHOUT_GENERATION
    return None
