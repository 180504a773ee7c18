"""Terminals and cards: the field's side of the counter."""

from board import Board, Panel, Query, Row, Words

CARDS = Row(
    Words("Cards and readers", "卡片与读卡器"),
    (
        Panel(
            Words("APDU time, p50 and p99", "APDU 时延 p50 与 p99"),
            Words("One command to the card and its response, by interface.", "一条卡片指令及其响应的时延，按接口。"),
            "s",
            tuple(
                Query(
                    f"histogram_quantile({share}, sum by (interface, le) (rate(shuaka_apdu_seconds_bucket[$__rate_interval])))",
                    f"{{{{interface}}}} {name}",
                )
                for share, name in ((0.5, "p50"), (0.99, "p99"))
            ),
            "a card that is read",
        ),
        Panel(
            Words("Reader errors", "读卡器错误"),
            Words("Dialogues that the reader broke off, by what happened.", "读卡器中断的对话，按原因。"),
            "ops",
            (Query("sum by (kind) (rate(shuaka_reader_errors_total[$__rate_interval]))", "{{kind}}"),),
            "a card that is torn out",
            stacked=True,
        ),
        Panel(
            Words("PINs and locks", "密码与锁定"),
            Words(
                "Wrong PINs, locked PINs and locked keys that terminals saw on the chip.",
                "终端所见的密码错误、密码锁定与密钥锁死。",
            ),
            "ops",
            (Query("sum by (event) (rate(shuaka_card_events_total[$__rate_interval]))", "{{event}}"),),
            "a wrong remote PIN",
            stacked=True,
        ),
        Panel(
            Words("Local passwords at the host", "主机侧本地密码"),
            Words("What became of local passwords that settlements asked for.", "结算时校验的本地密码结果。"),
            "ops",
            (Query("sum by (outcome) (rate(shuaka_pins_total[$__rate_interval]))", "{{outcome}}"),),
            "a pharmacy settlement",
            stacked=True,
        ),
    ),
)

FIELD = Row(
    Words("Terminals", "终端"),
    (
        Panel(
            Words("Visits", "就诊/购药笔数"),
            Words("Visits that ended, by flow and result.", "已结束的业务，按流程与结果。"),
            "ops",
            (Query("sum by (flow, outcome) (rate(shuaka_visits_total[$__rate_interval]))", "{{flow}} {{outcome}}"),),
            "a visit",
            stacked=True,
        ),
        Panel(
            Words("Open in the journal", "流水中未了结的笔数"),
            Words("Intents that the journal holds and that are not resolved yet.", "流水中尚未了结的意向。"),
            "none",
            (Query("sum(shuaka_journal_open_entries)", "entries"),),
            "an engine that stops in the middle of settlements",
        ),
        Panel(
            Words("Reversals pending", "待发冲正"),
            Words("Reversals that a terminal still has to deliver.", "终端尚未送达的冲正。"),
            "none",
            (Query("sum(shuaka_reversals_pending)", "reversals"),),
            "an engine that stops in the middle of settlements",
        ),
        Panel(
            Words("Reconnects", "重连次数"),
            Words("Lines that were opened again, a second.", "每秒重新建立的连接数。"),
            "ops",
            (Query("sum(rate(shuaka_reconnects_total[$__rate_interval]))", "reconnects"),),
            "an engine that is stopped and started",
        ),
    ),
)

BOARD = Board(
    "terminals",
    Words("shuaka: terminals and cards", "刷卡：终端与卡片"),
    Words("What cards, readers and terminals did.", "卡片、读卡器与终端的情况。"),
    "shuaka_journal_open_entries",
    (CARDS, FIELD),
)
