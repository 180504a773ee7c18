"""The bank zone of a city's cards, as data: what the account takes, and what each bank that issues there does its way.

Financial rules follow the issuing bank (002 RE02): what differs between banks is a value of its profile, and no bank's
name stands in the code.
"""

from typing import Annotated, Literal

from msgspec import Meta, field

from settlement.engine.rules.profile import Fen, Named, Row

Expired = Literal["CONTINUE", "LIMITED", "DEAD"]
"""What a card's bank zone does after its last day: goes on; pays no more, while the counter serves it until it is
closed; nothing but be closed."""
Times = Annotated[int, Meta(ge=0, le=99)]
Region = Annotated[str, Meta(pattern="^[0-9]{6}$")]
Pin = Annotated[str, Meta(pattern="^[0-9]{6}$")]
Tries = Annotated[int, Meta(ge=1, le=15)]


class Bank(Row, frozen=True):
    """The account on the cards of a city."""

    code: Named
    """The bank of the population's cards, one of the city's banks."""
    pin_default: Pin
    pin_tries_max: Tries
    balance_fen: Fen = field(name="balance")
    """Opening balance of each account."""
    small_amount_max_fen: Fen = field(name="small_amount_max")
    """The most that a tap pays without a PIN (小额免密)."""
    tapped_max_fen: Fen = field(name="tapped_max")
    """The most that taps without a PIN pay together until the PIN is typed again."""
    taps_max: Times
    """How many of them there may be until then."""
    amount_max_fen: Fen = field(name="amount_max")
    """The most that one purchase takes."""
    expired: Expired
    expired_by_issuer: dict[Region, Expired] = field(default_factory=dict)
    """Where cards of a former or other issuing city do otherwise (RA37)."""


class IssuingBank(Row, frozen=True):
    """How one bank does it in one city."""

    issued_active: bool
    """Whether the account is active when the card is handed out, or must be activated at the bank."""
    pin_must_change: bool
    """Whether the first PIN must be changed before the first debit, or may stay."""
    nationwide_close: bool
    """Whether any branch in the country closes an account (RA28)."""
    free_withdrawals: Times
    """Withdrawals at other banks' machines that cost nothing, a month (RE08)."""
    withdrawal_fee_fen: Fen = field(name="withdrawal_fee")
    """What every further one costs."""
