"""Money and clearing: whether the books hold, what stands open, what cities owe each other."""

from board import Board, Panel, Query, Row, Words

BOOKS = Row(
    Words("The books", "账簿"),
    (
        Panel(
            Words("Imbalance", "不平金额"),
            Words("By how many fen the books are off, as of the last look.", "最近一次核对时账簿不平的金额（分）。"),
            "none",
            (Query("max by (instance) (shuaka_ledger_imbalance_fen)", "{{instance}}"),),
            "a ledger row that is changed behind the engine's back",
            limits=((1.0, "red"),),
        ),
        Panel(
            Words("Broken laws", "被破坏的账簿定律"),
            Words("Laws of the books that do not hold.", "不成立的账簿定律数。"),
            "none",
            (Query("max by (instance) (shuaka_ledger_broken_invariants)", "{{instance}}"),),
            "a ledger row that is changed behind the engine's back",
            limits=((1.0, "red"),),
        ),
        Panel(
            Words("Age of the last look", "距上次核对"),
            Words("Seconds since the laws were last looked at.", "距上次核对账簿定律的秒数。"),
            "s",
            (Query("time() - max by (instance) (shuaka_ledger_audited_timestamp_seconds > 0)", "{{instance}}"),),
            "the engine's look at its books, which brings it back to nought",
            limits=((300.0, "orange"),),
        ),
        Panel(
            Words("Looks that failed", "失败的核对"),
            Words("Looks at the books that could not be carried out.", "未能完成的核对次数。"),
            "none",
            (Query("sum(increase(shuaka_ledger_audit_failures_total[$__rate_interval]))", "failures"),),
            "a ledger that cannot be read",
            limits=((1.0, "red"),),
        ),
    ),
)

OPEN = Row(
    Words("Open items and clearing", "未了事项与清算"),
    (
        Panel(
            Words("Open items", "未了事项"),
            Words("What the ledger holds that somebody has yet to finish, by kind.", "账簿中待了结的事项，按类别。"),
            "none",
            (Query("sum by (item) (shuaka_ledger_open_items)", "{{item}}"),),
            "a reversal that comes before its original",
        ),
        Panel(
            Words("Between cities", "城市间往来"),
            Words(
                "What one city's agency owes another's and has not cleared, in yuan.",
                "城市经办机构之间尚未清算的金额（元）。",
            ),
            "currencyCNY",
            (Query("sum by (owing, owed) (shuaka_clearing_balance_fen) / 100", "{{owing}} → {{owed}}"),),
            "a settlement in another city",
        ),
    ),
)

BOARD = Board(
    "money",
    Words("shuaka: money and clearing", "刷卡：资金与清算"),
    Words(
        "Whether the books hold, what stands open, what cities owe each other.", "账簿是否平衡、未了事项及城市间往来。"
    ),
    "shuaka_build_info",
    (BOOKS, OPEN),
)
