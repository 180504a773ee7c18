"""What an insurance agency does itself about treatment elsewhere: filings, and the monthly clearing. All our own.

The interface files by 2501 and its neighbours, and has withdrawn its clearing messages (3203, 3204); neither is copied
here, because their fields are not at hand. Only the operator's own port takes these.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Identifier = Annotated[str, Meta(min_length=1, max_length=30)]
Region = Annotated[str, Meta(pattern="^[0-9]{6}$")]
Month = Annotated[int, Meta(ge=2000_01, le=9999_12)]
"""yyyymm; that its month is one of twelve is the judge's to see."""


class FileElsewhere(Struct, frozen=True, array_like=True, tag="0075"):
    """0075 异地就医备案: the insured of this city may be treated at another as its policy says.

    `kind` is LONG_TERM, TEMPORARY or REFERRED; `months` is how long a temporary filing holds, and nothing else has it.
    """

    psn_no: Identifier
    place: Region
    kind: Literal["LONG_TERM", "TEMPORARY", "REFERRED"] = "LONG_TERM"
    months: Annotated[int, Meta(ge=0, le=120)] = 0


class WithdrawFiling(Struct, frozen=True, array_like=True, tag="0076"):
    """0076 取消备案."""

    psn_no: Identifier


class ClearMonth(Struct, frozen=True, array_like=True, tag="0077"):
    """0077 月度清算: whatever is owed at the end of a month is paid, in all cities."""

    month: Month


ClearingMessage = FileElsewhere | WithdrawFiling | ClearMonth
"""What an agency may ask."""


class Filed(Struct, frozen=True, array_like=True, tag="filed"):
    """0075's and 0076's output: the filing as it stands; `place` is empty once it is withdrawn. Times as elsewhere."""

    psn_no: str
    place: str
    kind: str
    enabled_time: str
    end_time: str


class MonthCleared(Struct, frozen=True, array_like=True, tag="cleared"):
    """0077's output: how many claims were paid; a month that was cleared before pays none."""

    month: int
    claims: int


ClearingOutput = Filed | MonthCleared
"""What an agency may be answered."""
