"""The numbers that a message of the bank has of its own, all of them its msgid's: date, batch and trace.

No two messages of a terminal have the same batch and trace within a year: the batch is the ten minutes in which a
message was made, the trace its second and sequence there. A terminal that has signed in at the bank (0800) has the
batch from there instead, and traces that no two of eleven messages in a second share within a day.
"""

from typing import Final

from settlement.wire.names import SEQUENCES

DAY: Final = slice(14, 20)
"""Where a msgid has the date of 9A, YYMMDD."""
MOMENT: Final = slice(16, 26)
SEQUENCE: Final = slice(28, 30)
"""MMDDhhmmss, and the number among the messages of that second in base 36."""
DAYS_A_MONTH, TENS_A_DAY, TEN_MINUTES, MINUTE_S = 31, 144, 10, 60
TRACES_A_SECOND: Final = 11
"""86,400 times this fits into the six digits of DE 11."""


def numbers_of(msgid: str, open_batch: int = 0) -> tuple[int, int]:
    """Return the batch (DE 60.2) and the trace (DE 11) of the message with this msgid.

    >>> numbers_of("P3701000000120261121120005010A")
    (52200, 6490)
    >>> numbers_of("P3701000000120261121120005010A", 7)
    (7, 475265)
    """
    moment = msgid[MOMENT]
    month, day, hour, minute, second = (int(moment[at : at + 2]) for at in range(0, len(moment), 2))
    if open_batch:
        of_day_s = (hour * MINUTE_S + minute) * MINUTE_S + second
        return open_batch, of_day_s * TRACES_A_SECOND + int(msgid[SEQUENCE], 36) % TRACES_A_SECOND
    tens, minutes = divmod(minute, TEN_MINUTES)
    batch = (month * DAYS_A_MONTH + day) * TENS_A_DAY + hour * 6 + tens
    return batch, (minutes * MINUTE_S + second) * SEQUENCES + int(msgid[SEQUENCE], 36)
