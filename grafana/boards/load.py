"""Load run: what was offered, what was achieved, and whether the generator itself was fit to say so."""

from board import Board, Choice, Mark, Panel, Query, Row, Words

RUN = 'run=~"$run"'

OFFERED = Row(
    Words("Offered and achieved", "提供与达成"),
    (
        Panel(
            Words("Arrivals", "到达"),
            Words(
                "Visits a second by fate: scheduled, sent, completed, late, dropped.",
                "每秒业务数：计划、发出、完成、迟到、丢弃。",
            ),
            "ops",
            (Query(f"sum by (state) (rate(shuaka_load_arrivals_total{{{RUN}}}[15s]))", "{{state}}"),),
            "a load run",
        ),
        Panel(
            Words("Visits by flow", "各流程业务"),
            Words("Visits that ended, by flow and result.", "已结束的业务，按流程与结果。"),
            "ops",
            (Query(f"sum by (flow, outcome) (rate(shuaka_load_visits_total{{{RUN}}}[15s]))", "{{flow}} {{outcome}}"),),
            "a load run",
            stacked=True,
        ),
        Panel(
            Words("Latency since due", "自应到时刻起的时延"),
            Words(
                "From the moment a patient was due, so that waiting counts (no coordinated omission): p50 and p99 by message.",
                "自患者应到时刻起，等待计入（避免协同遗漏）：各报文 p50 与 p99。",
            ),
            "s",
            tuple(
                Query(
                    f"histogram_quantile({share}, sum by (name, le) (rate(shuaka_load_latency_seconds_bucket"
                    f'{{since="intended",{RUN}}}[15s])))',
                    f"{{{{name}}}} {name}",
                )
                for share, name in ((0.5, "p50"), (0.99, "p99"))
            ),
            "a load run; a stalled engine",
            limits=((1.5, "orange"), (3.0, "red")),
        ),
        Panel(
            Words("Latency since sent", "自发出起的时延"),
            Words("From the send: what the network and the host alone took.", "自发出起：仅含网络与主机耗时。"),
            "s",
            tuple(
                Query(
                    f"histogram_quantile({share}, sum by (name, le) (rate(shuaka_load_latency_seconds_bucket"
                    f'{{since="sent",{RUN}}}[15s])))',
                    f"{{{{name}}}} {name}",
                )
                for share, name in ((0.5, "p50"), (0.99, "p99"))
            ),
            "a load run; a stalled engine",
            limits=((1.5, "orange"), (3.0, "red")),
        ),
    ),
)

FITNESS = Row(
    Words("Is the generator fit", "压力机是否可信"),
    (
        Panel(
            Words("Schedule lag, p99", "调度滞后 p99"),
            Words(
                "How late the scheduler itself is; past 5 ms its percentiles are not to be trusted.",
                "调度器自身滞后；超过 5 毫秒则分位数不可信。",
            ),
            "s",
            (Query(f"max by (run) (shuaka_load_schedule_lag_p99_seconds{{{RUN}}})", "{{run}}"),),
            "a load process that has too little CPU",
            limits=((0.005, "red"),),
        ),
        Panel(
            Words("CPU of the busiest load process", "最忙压力进程的 CPU"),
            Words("Share of a core; past 80 % a run is generator-bound.", "占一个核的比例；超过 80 % 即受压力机限制。"),
            "percentunit",
            (Query(f"max by (run) (shuaka_load_cpu_share{{{RUN}}})", "{{run}}"),),
            "a load run",
            limits=((0.8, "red"),),
        ),
        Panel(
            Words("Messages", "报文"),
            Words("Messages a second by code and class of outcome.", "每秒报文数，按编号与结果类别。"),
            "ops",
            (
                Query(
                    f"sum by (infno, outcome) (rate(shuaka_load_messages_total{{{RUN}}}[15s]))", "{{infno}} {{outcome}}"
                ),
            ),
            "a load run",
            stacked=True,
        ),
        Panel(
            Words("Events and strays", "事件与无主应答"),
            Words(
                "What happened on the way: wrong PINs, locks, reconnects, replies that nobody waited for.",
                "途中事件：密码错误、锁定、重连、无主应答。",
            ),
            "ops",
            (
                Query(f"sum by (event) (rate(shuaka_load_events_total{{{RUN}}}[15s])) > 0", "{{event}}"),
                Query(f"sum by (kind) (rate(shuaka_load_strays_total{{{RUN}}}[15s]))", "stray {{kind}}"),
            ),
            "a wrong PIN in a load run",
            stacked=True,
        ),
    ),
)

BOARD = Board(
    "load",
    Words("shuaka: load run", "刷卡：压测"),
    Words(
        "What was offered, what was achieved, and whether the generator can be believed.",
        "提供与达成的负载，以及压力机是否可信。",
    ),
    (OFFERED, FITNESS),
    (Choice("run", Words("Run", "压测"), "label_values(shuaka_load_arrivals_total, run)"),),
    (Mark(Words("Run begins or ends", "压测开始或结束"), f"shuaka_load_running{{{RUN}}}"),),
)
