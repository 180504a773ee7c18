"""Overview: is the promise kept, then rate, errors and duration of what the doors answer."""

from board import Board, Kind, Panel, Query, Row, Words

SERVED = 'outcome=~"approved|replayed"'

PROMISE = Row(
    Words("The promise", "服务目标"),
    (
        Panel(
            Words("Settlements decided within 1.5 s", "1.5 秒内完成裁决的结算占比"),
            Words(
                "Share of settlements that were answered within 1.5 s of their request's last byte, and neither busy"
                " (E1003) nor internal error (E9000), over five minutes.",
                "五分钟内，从收到请求末字节起 1.5 秒内应答、且未答忙（E1003）或内部错误（E9000）的结算占比。",
            ),
            "percentunit",
            (Query("1 - engine:settle_bad:ratio_rate5m", "within 1.5 s"),),
            "a settlement that takes longer than 1.5 s, or is answered busy or internal error",
            Kind.NUMBER,
            ((0.0, "red"), (0.99, "orange"), (0.999, "green")),
            width=6,
            height=6,
            decimals=3,
        ),
        Panel(
            Words("Error budget burnt", "错误预算消耗速度"),
            Words(
                "How many times faster than allowed (0.1 % slow or failed) the budget goes, over five minutes; 1 is allowed.",
                "五分钟内错误预算（0.1 %）的消耗倍速；1 为允许值。",
            ),
            "none",
            (Query("engine:settle_burn:ratio_rate5m", "times"),),
            "a settlement that is slow, or answered busy or internal error",
            Kind.NUMBER,
            ((1.0, "orange"), (6.0, "red")),
            width=6,
            height=6,
            decimals=2,
        ),
        Panel(
            Words("Books out of balance", "账簿不平金额"),
            Words(
                "By how many fen the worst books are off, as of the last look.",
                "最近一次核对时最不平账簿的金额（分）。",
            ),
            "none",
            (Query("max(shuaka_ledger_imbalance_fen)", "fen"),),
            "a ledger row that is deleted or changed behind the engine's back",
            Kind.NUMBER,
            ((1.0, "red"),),
            width=6,
            height=6,
            decimals=0,
        ),
        Panel(
            Words("Every engine up", "引擎全部在线"),
            Words(
                "1 while Prometheus reaches every engine, 0 when one is gone.",
                "全部引擎可抓取时为 1，有一个不可达即为 0。",
            ),
            "none",
            (Query('min(up{job="engine"})', "every engine up"),),
            "an engine that starts or stops",
            Kind.NUMBER,
            ((0.0, "red"), (1.0, "green")),
            width=6,
            height=6,
            decimals=0,
        ),
    ),
)

RED = Row(
    Words("Rate, errors, duration", "速率、错误、时延"),
    (
        Panel(
            Words("Replies by gateway", "各入口应答速率"),
            Words("Replies a second at each door.", "各入口每秒应答数。"),
            "reqps",
            (Query("sum by (gateway) (rate(shuaka_replies_total[$__rate_interval]))", "{{gateway}}"),),
            "any request",
            stacked=True,
        ),
        Panel(
            Words("Replies by transaction", "各交易应答速率"),
            Words("Replies a second by transaction code.", "按交易编号统计的每秒应答数。"),
            "reqps",
            (Query("sum by (infno) (rate(shuaka_replies_total[$__rate_interval])) > 0", "{{infno}}"),),
            "any request",
            stacked=True,
        ),
        Panel(
            Words("Refusals by owner", "拒绝（按责任方）"),
            Words("Refused requests a second, by who can cure it.", "每秒被拒绝的请求，按责任方。"),
            "reqps",
            (Query("sum by (owner) (rate(shuaka_refusals_total[$__rate_interval]))", "{{owner}}"),),
            "a request that is refused, such as a wrong password",
            stacked=True,
        ),
        Panel(
            Words("Refusals by code", "拒绝（按代码）"),
            Words("Refused requests a second, by refusal.", "每秒被拒绝的请求，按拒绝代码。"),
            "reqps",
            (
                Query(
                    f"sum by (outcome) (rate(shuaka_replies_total{{{SERVED.replace('=~', '!~')}}}[$__rate_interval])) > 0",
                    "{{outcome}}",
                ),
            ),
            "a request that is refused, such as a wrong password",
            stacked=True,
        ),
        Panel(
            Words("Settlement latency", "结算时延"),
            Words(
                "From a request's last byte to its reply, at the engine; p50, p95, p99 and p99.9 interpolated in buckets a"
                " square root of two apart.",
                "引擎侧从请求末字节到应答的时延；分位数按桶内插。",
            ),
            "s",
            tuple(
                Query(
                    f"histogram_quantile({share}, sum by (le) (rate(shuaka_reply_seconds_bucket"
                    '{group="settle"}[$__rate_interval])))',
                    name,
                )
                for share, name in ((0.5, "p50"), (0.95, "p95"), (0.99, "p99"), (0.999, "p99.9"))
            ),
            "settlements; a stalled disk moves the tail",
            limits=((1.5, "orange"), (3.0, "red")),
        ),
        Panel(
            Words("p99 by kind of message", "各类报文 p99 时延"),
            Words("99th percentile of the reply, by group of transactions.", "按交易类别统计的 99 分位时延。"),
            "s",
            (
                Query(
                    "histogram_quantile(0.99, sum by (group, le) (rate(shuaka_reply_seconds_bucket[$__rate_interval])))",
                    "{{group}}",
                ),
            ),
            "any request",
            limits=((1.5, "orange"), (3.0, "red")),
        ),
    ),
)

BOARD = Board(
    "overview",
    Words("shuaka: overview", "刷卡：总览"),
    Words("Is the promise kept, and what do the doors answer.", "服务目标是否达成，各入口的应答情况。"),
    "shuaka_build_info",
    (PROMISE, RED),
)
