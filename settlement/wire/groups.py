"""By which group of transactions a latency is shown: the engine and whoever loads it show the same ones."""

from typing import Final

from settlement.wire.codes import KINDS

OTHER: Final = "other"
"""The rest: sign-ons, statements, clearing and the operator's own work."""
GROUPS: Final = ("read", "trial", "settle", "undo", "visit", "file", "bank", "card", OTHER)
"""Few, since a histogram has some thirty series; the counters tell each transaction."""
GROUP_OF: Final = {infno: kind.group if kind.group in GROUPS else OTHER for infno, kind in KINDS.items()}
"""By infno."""
