"""The bank's answer to a card (0210): every one has its DE 39, and DE 55 wherever the card proved itself."""

from settlement.engine.bank.card import Presented
from settlement.engine.case import Case, Refused
from settlement.wire import codes
from settlement.wire.bank import CardRequest, PurchaseAnswered


def answered(
    case: Case,
    asked: CardRequest,
    response_code: str,
    chip_data: bytes,
    authorization_code: str = "",
    balance_fen: int = 0,
) -> PurchaseAnswered:
    """Return an 0210."""
    reference = f"{int.from_bytes(case.arrival.nonce[:8], 'big') % 10**12:012d}"
    return PurchaseAnswered(
        response_code, asked.trace, asked.batch, asked.amount_fen, chip_data, authorization_code, reference, balance_fen
    )


def authorization_code(case: Case) -> str:
    """Return DE 38 of an approval."""
    return f"{int.from_bytes(case.arrival.nonce[8:12], 'big') % 10**6:06d}"


def declined(case: Case, asked: CardRequest, refused: Refused, chip_data: bytes = b"") -> Refused:
    """Return a refusal with its 0210."""
    return refused._replace(output=answered(case, asked, response_code(refused), chip_data))


def declined_to(case: Case, asked: CardRequest, card: Presented, refused: Refused) -> Refused:
    """Return a refusal of a card that proved itself: its counter is used up all the same."""
    used_up = refused._replace(changes=refused.changes or (card.account,))
    return declined(case, asked, used_up, card.answer(response_code(refused)))


def response_code(refused: Refused) -> str:
    """Return DE 39 of a refusal."""
    return codes.RESPONSE_CODES.get(refused.refusal.code, codes.RESPONSE_CODE_OTHER)
