"""The types of the interface's fields: lengths and patterns, one name a kind. No message stands here."""

from typing import Annotated

from msgspec import Meta

Text = Annotated[str, Meta(min_length=1, max_length=50)]
Identifier = Annotated[str, Meta(min_length=1, max_length=30)]
OptionalIdentifier = Annotated[str, Meta(max_length=30)]
BatchName = Annotated[str, Meta(min_length=1, max_length=30, pattern="^[!-~]+$")]
"""chrg_bchno: without spaces and line ends, because a visit keeps a list of them."""
ItemCode = Annotated[str, Meta(min_length=1, max_length=50)]
Code = Annotated[str, Meta(max_length=6)]
Stated = Annotated[str, Meta(max_length=50)]
Region = Annotated[str, Meta(pattern="^[0-9]{6}$")]
CardSn = Annotated[str, Meta(max_length=32)]
"""The 卡识别码 in hex; empty where no card is shown."""
AccountUse = Annotated[str, Meta(pattern="^[012]$")]
"""0 none, 1 the patient's own account, 2 the family's (interface code table, acct_used_flag)."""
Flag = Annotated[str, Meta(pattern="^[01]$")]
"""0 no, 1 yes (interface code table)."""
Fen = Annotated[int, Meta(ge=-9_999_999_999_999_999, le=9_999_999_999_999_999)]
"""n(16,2) of the interface as an integer of fen."""
PriceE6 = Annotated[int, Meta(ge=-9_999_999_999_999_999, le=9_999_999_999_999_999)]
CountE4 = Annotated[int, Meta(ge=-9_999_999_999_999_999, le=9_999_999_999_999_999)]
