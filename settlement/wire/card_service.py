"""What every card service asks: for whom, by which channel, by whom, and what was shown for it.

One struct a service; this is what they have in common. What a channel and an applicant may do is the city's to say
(engine.rules.card); that the documents were looked at is the word of the outlet that sends the request.
"""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

Identifier = Annotated[str, Meta(min_length=1, max_length=30)]
Stated = Annotated[str, Meta(max_length=50)]
CardSerial = Annotated[str, Meta(max_length=32)]
Region = Annotated[str, Meta(pattern="^[0-9]{6}$")]
OptionalRegion = Annotated[str, Meta(pattern="^([0-9]{6})?$")]
PinBlock = Annotated[bytes, Meta(max_length=16)]
Password = Annotated[str, Meta(pattern="^([0-9]{6})?$")]

Channel = Literal[
    "COUNTER",
    "BANK",
    "KIOSK",
    "PHONE",
    "WEB",
    "APP",
    "PORTAL",
    "PHARMACY",
    "HOSPITAL",
    "HALL",
    "HOME",
    "MOBILE_POS",
    "UNIT",
]
"""COUNTER is a service point of HRSS, BANK a branch, PHONE the hotline, PORTAL the national services across provinces;
PHARMACY and HOSPITAL are an institution's own terminal. HALL is a bank's window in a government hall, HOME and
MOBILE_POS are clerks of counter and bank who come to somebody, UNIT is an employer's desk."""
ON_SITE: Final = frozenset({"COUNTER", "BANK", "KIOSK", "PHARMACY", "HOSPITAL", "HALL", "HOME", "MOBILE_POS"})
"""Where somebody comes in person; elsewhere there is nobody to show a document to."""
Applicant = Literal["HOLDER", "PROXY", "GUARDIAN", "UNIT", "FINDER"]
"""FINDER picked somebody else's card up, and shows nothing but it."""
ReissueReason = Literal[
    "",
    "LOST",
    "DAMAGED",
    "OWN_FAULT",
    "DEFACED",
    "UNREADABLE",
    "EXPIRED",
    "RENEWAL",
    "UPGRADE",
    "CHANGE_BANK",
    "INFORMATION",
    "PHOTO",
]
"""Why a card is replaced: lost; damaged, by the holder's own fault, soiled, not to be read; expired or in its last
days; for one of a newer generation or of another bank; wrong information or photo on it."""
SECRETS: Final = ("pin_block", "new_pin_block", "password", "new_password")
"""Fields that are never kept, hashed or shown, also not in what a repeat must share."""


class CardService(Struct, frozen=True, array_like=True):
    """What all card services ask.

    `certno` is the holder's identity document as it was shown or put in, `agent_certno` the one of who acts for the
    holder, `card_sn` the card that was read (卡识别码, hex). Empty is what was not shown.
    """

    psn_no: Identifier
    channel: Channel
    applicant: Applicant = "HOLDER"
    certno: Stated = ""
    agent_certno: Stated = ""
    card_sn: CardSerial = ""
