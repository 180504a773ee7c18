"""Which kind of institution speaks for which channels: a channel is a matter of who asks, and never a claim.

Invented (assumed): the users' documents name outlets and not their codes. Test outlets of each city have codes of their
own (names), and credentials as every institution has. A terminal with a key of its own is a kiosk as well: it reads
cards and takes them back wherever it stands. What a telephone asks of insurance comes from the app.
"""

from collections.abc import Mapping
from typing import Final

from settlement.wire.card_service import Channel
from settlement.wire.names import BANK, HOSPITAL, ONLINE, PHARMACY, SERVICE_POINT

KIOSK: Final = "KIOSK"
TELEPHONE: Final = "APP"
"""The channel that a message without one comes by: a token, a family's binding."""

CHANNELS: Final[Mapping[str, frozenset[Channel]]] = {
    PHARMACY: frozenset({"PHARMACY"}),
    HOSPITAL: frozenset({"HOSPITAL"}),
    SERVICE_POINT: frozenset({"COUNTER", "HOME", "KIOSK", "PHONE"}),
    BANK: frozenset({"BANK", "HALL", "MOBILE_POS", "HOME", "KIOSK", "PHONE"}),
    ONLINE: frozenset({"APP", "WEB", "PORTAL", "UNIT"}),
}


def kind_for(channel: str) -> str:
    """Return the first kind of institution that speaks for a channel.

    >>> kind_for("PHONE"), kind_for("HALL"), kind_for("UNIT")
    ('S', 'B', 'E')
    """
    return next(kind for kind, channels in CHANNELS.items() if channel in channels)
