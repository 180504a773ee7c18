"""Load run: what was offered, what was achieved, and whether the generator itself was fit to say so."""

from board import Board, Choice, Mark, Panel, Query, Row, Words

RUN = 'run=~"$run"'
WELL = 'outcome=~"SETTLED|DONE|REVOKED"'
GOOD = "PIN_CHANGED|PIN_RESET|PIN_VERIFIED|TAPPED|SCANNED|KEY_VERIFIED|REISSUED|BANK_PAID"
"""Events that belong to a visit that goes well; what is left are troubles."""


DUE = Words(
    "From the moment a patient was due, so that waiting counts (no coordinated omission), of what was served.",
    "自患者应到时刻起，等待计入（避免协同遗漏），仅含成功者。",
)
SENT = Words(
    "From the send: what the network and the host alone took, of what was served.",
    "自发出起：仅含网络与主机耗时，仅含成功者。",
)


def _p99(title: Words, about: Words, metric: str, label: str, since: str) -> Panel:
    """Return a picture of the 99th percentile by a label."""
    query = Query(
        f"histogram_quantile(0.99, sum by ({label}, le) (rate({metric}_bucket"
        f'{{since="{since}",{RUN}}}[$__rate_interval])))',
        f"{{{{{label}}}}}",
    )
    limits = ((1.5, "orange"), (3.0, "red"))
    return Panel(title, about, "s", (query,), "a load run; a stalled engine", limits=limits)


OFFERED = Row(
    Words("Offered and achieved", "提供与达成"),
    (
        Panel(
            Words("Arrivals", "到达"),
            Words(
                "Visits a second by fate: scheduled, sent, completed, achieved (while arrivals came), late, dropped.",
                "每秒业务数：计划、发出、完成、到达期内完成、迟到、丢弃。",
            ),
            "ops",
            (Query(f"sum by (state) (rate(shuaka_load_arrivals_total{{{RUN}}}[$__rate_interval]))", "{{state}}"),),
            "a load run",
        ),
        Panel(
            Words("Visits by flow", "各流程业务"),
            Words("Visits that ended as they should, by flow.", "按流程统计的正常结束业务。"),
            "ops",
            (Query(f"sum by (flow) (rate(shuaka_load_visits_total{{{WELL},{RUN}}}[$__rate_interval]))", "{{flow}}"),),
            "a load run",
            stacked=True,
        ),
    ),
)

LATENCY = Row(
    Words("How long it took", "时延"),
    (
        _p99(
            Words("Visits since due, p99", "业务自应到时刻起的时延 p99"),
            DUE, "shuaka_load_visit_seconds", "flow", "intended",
        ),
        _p99(
            Words("Visits since sent, p99", "业务自发出起的时延 p99"),
            SENT, "shuaka_load_visit_seconds", "flow", "sent",
        ),
        _p99(
            Words("Messages since due, p99", "报文自应到时刻起的时延 p99"),
            DUE, "shuaka_load_message_seconds", "group", "intended",
        ),
        _p99(
            Words("Messages since sent, p99", "报文自发出起的时延 p99"),
            SENT, "shuaka_load_message_seconds", "group", "sent",
        ),
    ),
)  # fmt: skip

FAILURES = Row(
    Words("What failed", "失败情况"),
    (
        Panel(
            Words("Visits that failed", "失败的业务"),
            Words(
                "Visits that ended otherwise than they should, by flow and result.", "未正常结束的业务，按流程与结果。"
            ),
            "ops",
            (
                Query(
                    f"sum by (flow, outcome) (rate(shuaka_load_visits_total{{{WELL.replace('=~', '!~')},{RUN}}}"
                    "[$__rate_interval])) > 0",
                    "{{flow}} {{outcome}}",
                ),
            ),
            "a refusal in a load run",
            stacked=True,
        ),
        Panel(
            Words("Messages that failed", "失败的报文"),
            Words("Messages that were refused or had no reply, by code.", "被拒绝或无应答的报文，按编号。"),
            "ops",
            (
                Query(
                    f'sum by (infno, outcome) (rate(shuaka_load_messages_total{{outcome!="approved",{RUN}}}'
                    "[$__rate_interval])) > 0",
                    "{{infno}} {{outcome}}",
                ),
            ),
            "a refusal in a load run",
            stacked=True,
        ),
        Panel(
            Words("Messages by outcome", "报文结果"),
            Words("Messages a second by class of outcome.", "每秒报文数，按结果类别。"),
            "ops",
            (Query(f"sum by (outcome) (rate(shuaka_load_messages_total{{{RUN}}}[$__rate_interval]))", "{{outcome}}"),),
            "a load run",
            stacked=True,
        ),
        Panel(
            Words("Troubles and strays", "异常与无主应答"),
            Words(
                "What went wrong on the way: wrong PINs, locks, repeats, undone purchases, replies that nobody waited for.",
                "途中异常：密码错误、锁定、重发、已撤销的扣款、无主应答。",
            ),
            "ops",
            (
                Query(
                    f'sum by (event) (rate(shuaka_load_events_total{{event!~"{GOOD}",{RUN}}}[$__rate_interval])) > 0',
                    "{{event}}",
                ),
                Query(f"sum by (kind) (rate(shuaka_load_strays_total{{{RUN}}}[$__rate_interval]))", "stray {{kind}}"),
            ),
            "a wrong PIN in a load run",
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
    ),
)

BOARD = Board(
    "load",
    Words("shuaka: load run", "刷卡：压测"),
    Words(
        "What was offered, what was achieved, and whether the generator can be believed.",
        "提供与达成的负载，以及压力机是否可信。",
    ),
    "shuaka_load_running",
    (OFFERED, LATENCY, FAILURES, FITNESS),
    (Choice("run", Words("Run", "压测"), "label_values(shuaka_load_arrivals_total, run)"),),
    (Mark(Words("Run begins or ends", "压测开始或结束"), f"shuaka_load_running{{{RUN}}}", "{{run}}"),),
)
