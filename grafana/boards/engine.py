"""Settlement engine: where a settlement's time goes, what a commit carries, what the process uses."""

from board import Board, Kind, Panel, Query, Row, Words

STAGES = Row(
    Words("Where the time goes", "时间花在哪里"),
    (
        Panel(
            Words("Stage latency, p99", "各阶段时延 p99"),
            Words(
                "99th percentile of the stages of a batch: waiting in the queue, loading rows, deciding, the durable commit,"
                " handing out replies.",
                "一个批次各阶段的 99 分位：排队、装载、裁决、提交、应答。",
            ),
            "s",
            (
                Query(
                    "histogram_quantile(0.99, sum by (stage, le) (rate(shuaka_stage_seconds_bucket[$__rate_interval])))",
                    "{{stage}}",
                ),
            ),
            "any request; a stalled disk moves save",
        ),
        Panel(
            Words("Share of the time by stage", "各阶段时间占比"),
            Words("Seconds of each stage a second of the clock.", "每秒时钟时间内各阶段所用秒数。"),
            "none",
            (Query("sum by (stage) (rate(shuaka_stage_seconds_sum[$__rate_interval]))", "{{stage}}"),),
            "any request",
            stacked=True,
        ),
        Panel(
            Words("Commit", "提交时延"),
            Words("One durable commit: p50 and p99.", "一次持久提交的时延：p50 与 p99。"),
            "s",
            (
                Query(
                    "histogram_quantile(0.5, sum by (le) (rate(shuaka_commit_seconds_bucket[$__rate_interval])))", "p50"
                ),
                Query(
                    "histogram_quantile(0.99, sum by (le) (rate(shuaka_commit_seconds_bucket[$__rate_interval])))",
                    "p99",
                ),
            ),
            "a settlement; a stalled disk",
        ),
        Panel(
            Words("Requests of one commit", "每次提交的请求数"),
            Words("Mean size of a batch: group commit grows with the load.", "批次平均大小：负载越高，批次越大。"),
            "none",
            (
                Query(
                    "sum(rate(shuaka_batch_requests_sum[$__rate_interval])) / sum(rate(shuaka_batch_requests_count[$__rate_interval])) > 0",
                    "requests",
                ),
            ),
            "more requests at once",
        ),
    ),
)

LOAD = Row(
    Words("Load and limits", "负载与上限"),
    (
        Panel(
            Words("Queue", "排队请求数"),
            Words(
                "Requests that wait behind the last batch; at 8,192 the engine refuses at once (E1003).",
                "最近批次之后等待的请求数；达到 8192 时立即拒绝（E1003）。",
            ),
            "none",
            (Query("max by (instance) (shuaka_queue_requests)", "{{instance}}"),),
            "more requests than the engine settles",
            limits=((4096.0, "orange"), (8192.0, "red")),
        ),
        Panel(
            Words("Repeats answered again", "重复报文重放"),
            Words(
                "Messages whose msgid had been decided, answered byte for byte from what was kept.",
                "msgid 已裁决、按原应答逐字节重放的报文。",
            ),
            "reqps",
            (Query('sum by (infno) (rate(shuaka_replies_total{outcome="replayed"}[$__rate_interval]))', "{{infno}}"),),
            "a message that is sent twice",
            stacked=True,
        ),
        Panel(
            Words("CPU", "CPU 使用"),
            Words("Cores that the engine's process uses.", "引擎进程使用的核数。"),
            "none",
            (Query("sum by (instance) (rate(shuaka_engine_cpu_seconds_total[$__rate_interval]))", "{{instance}}"),),
            "more requests at once",
            limits=((0.8, "orange"), (0.95, "red")),
            decimals=2,
        ),
        Panel(
            Words("Memory", "内存"),
            Words("Resident memory of the engine's process.", "引擎进程的常驻内存。"),
            "bytes",
            (Query("max by (instance) (shuaka_engine_resident_bytes)", "{{instance}}"),),
            "an engine that starts",
        ),
        Panel(
            Words("Which engine", "引擎版本与存储"),
            Words(
                "Version and store of each engine, and when a commit is durable.", "各引擎的版本、存储及持久性承诺。"
            ),
            "none",
            (
                Query(
                    "shuaka_build_info * on (job, instance) group_left (store, durability) shuaka_store_info",
                    "",
                    instant=True,
                ),
            ),
            "an engine that starts",
            Kind.TABLE,
            width=24,
            height=6,
        ),
    ),
)

BOARD = Board(
    "engine",
    Words("shuaka: settlement engine", "刷卡：结算引擎"),
    Words("Where a settlement's time goes and what limits it.", "结算的时间构成与瓶颈。"),
    "shuaka_build_info",
    (STAGES, LOAD),
)
