"""The little language of the dashboards: a board is rows of panels, a panel its queries, unit, limits and one event.

Lives here: how a board becomes Grafana's JSON, by the foundation SDK. Must not: know a metric; those stand in boards/.
It puts the matchers of the chosen job and instance into every selector that the boards write without them.
Every panel names the event that moves it, so that somebody who doubts a picture knows how to move it, and so does the
test that looks.
"""

import json
import re
from enum import StrEnum
from itertools import count
from typing import Final, NamedTuple

from grafana_foundation_sdk.builders import common, dashboard, prometheus, stat, table, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common as shapes
from grafana_foundation_sdk.models import dashboard as models

SOURCE: Final = models.DataSourceRef(type_val="prometheus", uid="${datasource}")
TAG: Final = "shuaka"
COLUMNS: Final = 24
NODE_EXPORTER: Final = "https://grafana.com/grafana/dashboards/1860"
PICKED: Final = 'job=~"$job",instance=~"$instance"'
SELECTOR: Final = re.compile(r"\b(shuaka_\w+|up)\b(?:\{([^}]*)\})?")


class Language(StrEnum):
    """In which words a board is built."""

    ENGLISH = "en"
    CHINESE = "zh"


class Words(NamedTuple):
    """The same thing said twice."""

    en: str
    zh: str

    def said(self, language: Language) -> str:
        """Return it in one language."""
        return self.en if language is Language.ENGLISH else self.zh


class Query(NamedTuple):
    """One expression of PromQL and what its lines are called; an instant one asks for now alone."""

    expr: str
    legend: str
    instant: bool = False


class Kind(StrEnum):
    """How a panel is drawn."""

    LINES = "timeseries"
    NUMBER = "stat"
    TABLE = "table"


class Panel(NamedTuple):
    """One picture. `limits`: from which value on it is drawn in which colour; `moved_by`: the event that moves it."""

    title: Words
    about: Words
    unit: str
    queries: tuple[Query, ...]
    moved_by: str
    kind: Kind = Kind.LINES
    limits: tuple[tuple[float, str], ...] = ()
    width: int = 12
    height: int = 8
    stacked: bool = False
    decimals: int | None = None


class Row(NamedTuple):
    """Panels under one heading."""

    title: Words
    panels: tuple[Panel, ...]


class Choice(NamedTuple):
    """A variable: the label whose values are offered."""

    name: str
    title: Words
    query: str


class Mark(NamedTuple):
    """An annotation: where an expression is not nought, a line is drawn, titled by labels of its series."""

    name: Words
    expr: str
    title: str


class Board(NamedTuple):
    """One dashboard; `uid` names it for links and files, `shown` is what each process that it tells of shows."""

    uid: str
    title: Words
    about: Words
    shown: str
    rows: tuple[Row, ...]
    choices: tuple[Choice, ...] = ()
    marks: tuple[Mark, ...] = ()

    @property
    def panels(self) -> tuple[Panel, ...]:
        """Return every panel."""
        return tuple(panel for row in self.rows for panel in row.panels)


DATA_SOURCE: Final = Words("Data source", "数据源")


def json_of(board: Board, language: Language) -> str:
    """Return a board as Grafana reads it; the same board gives the same text."""
    built = _board(board, language)
    document = json.loads(JSONEncoder().encode(built.build()))
    for mark, written in zip(board.marks, document["annotations"].get("list", ()), strict=True):
        written["titleFormat"] = mark.title  # the SDK's model has no such field
    return json.dumps(document, sort_keys=True, indent=2, ensure_ascii=False) + "\n"


def uid_of(board: Board, language: Language) -> str:
    """Return the name under which links find a board."""
    return f"{TAG}-{board.uid}" if language is Language.ENGLISH else f"{TAG}-{board.uid}-zh"


def picked(expr: str) -> str:
    """Return an expression whose every selector matches the chosen job and instance; what is recorded has neither.

    >>> picked('sum(up{job="engine"})')
    'sum(up{job=~"$job",instance=~"$instance",job="engine"})'
    """
    return SELECTOR.sub(lambda found: f"{found[1]}{{{','.join(filter(None, (PICKED, found[2])))}}}", expr)


def _board(board: Board, language: Language) -> dashboard.Dashboard:
    built = (
        dashboard.Dashboard(board.title.said(language))
        .uid(uid_of(board, language))
        .description(board.about.said(language))
        .tags([TAG, f"{TAG}-{language}"])
        .readonly()
        .tooltip(models.DashboardCursorSync.CROSSHAIR)
        .refresh("5s")
        .time("now-15m", "now")
        .timezone("browser")
        .with_variable(dashboard.DatasourceVariable("datasource").label(DATA_SOURCE.said(language)).type("prometheus"))
        .link(_others(language))
        .link(_hosts(language))
    )
    for choice in (*_processes(board.shown), *board.choices):
        built = built.with_variable(_variable(choice, language))
    for mark in board.marks:
        built = built.annotation(_annotation(mark, language))
    number = count(1)
    for row in board.rows:
        built = built.with_row(dashboard.Row(row.title.said(language)).id(next(number)))
        for panel in row.panels:
            built = built.with_panel(_panel(panel, language).id(next(number)))
    return built


def _processes(shown: str) -> tuple[Choice, ...]:
    """Return the choices that every board has."""
    job = Choice("job", Words("Job", "任务"), f"label_values({shown}, job)")
    return job, Choice("instance", Words("Instance", "实例"), f'label_values({shown}{{job=~"$job"}}, instance)')


def _others(language: Language) -> dashboard.DashboardLink:
    title = Words("shuaka's other dashboards", "其他面板").said(language)
    return (
        dashboard.DashboardLink(title)
        .type(models.DashboardLinkType.DASHBOARDS)
        .tags([f"{TAG}-{language}"])
        .include_vars(include_vars=False)  # a job chosen here is no job of theirs
        .keep_time(keep_time=True)
        .as_dropdown(as_dropdown=True)
    )


def _hosts(language: Language) -> dashboard.DashboardLink:
    title = Words("Hosts (node_exporter's own dashboard)", "主机（node_exporter 面板）").said(language)
    return (
        dashboard.DashboardLink(title)
        .type(models.DashboardLinkType.LINK)
        .url(NODE_EXPORTER)
        .target_blank(target_blank=True)
    )


def _variable(choice: Choice, language: Language) -> dashboard.QueryVariable:
    return (
        dashboard.QueryVariable(choice.name)
        .label(choice.title.said(language))
        .query(choice.query)
        .datasource(SOURCE)
        .multi(multi=True)
        .include_all(include_all=True)
        .all_value(".+")
        .refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(models.VariableSort.ALPHABETICAL_ASC)
    )


def _annotation(mark: Mark, language: Language) -> dashboard.AnnotationQuery:
    query = dashboard.AnnotationQuery().name(mark.name.said(language)).datasource(SOURCE).enable(enable=True)
    return query.icon_color("orange").expr(picked(mark.expr))


def _panel(panel: Panel, language: Language) -> timeseries.Panel | stat.Panel | table.Panel:
    built = _drawn(panel)
    moved = Words("Moved by", "由此变化").said(language)
    built = (
        built.title(panel.title.said(language))
        .description(f"{panel.about.said(language)}\n\n{moved}: {panel.moved_by}")
        .datasource(SOURCE)
        .unit(panel.unit)
        .min(0)
        .span(panel.width)
        .height(panel.height)
        .thresholds(_limits(panel))
    )
    if panel.decimals is not None:
        built = built.decimals(panel.decimals)
    for number, query in enumerate(panel.queries):
        built = built.with_target(_target(query, chr(ord("A") + number), panel.kind))
    return built


def _drawn(panel: Panel) -> timeseries.Panel | stat.Panel | table.Panel:
    if panel.kind is Kind.NUMBER:
        return _number()
    return table.Panel() if panel.kind is Kind.TABLE else _lines(panel)


def _target(query: Query, ref_id: str, kind: Kind) -> prometheus.Dataquery:
    target = (
        prometheus.Dataquery().expr(picked(query.expr)).legend_format(query.legend).ref_id(ref_id).datasource(SOURCE)
    )
    if kind is Kind.TABLE:
        target = target.format("table")
    return target.instant() if query.instant else target.range()


def _limits(panel: Panel) -> dashboard.ThresholdsConfig:
    steps = [models.Threshold(value=None, color="green")]
    steps += [models.Threshold(value=value, color=colour) for value, colour in panel.limits]
    return dashboard.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(steps)


def _lines(panel: Panel) -> timeseries.Panel:
    built = (
        timeseries.Panel()
        .line_width(1)
        .fill_opacity(30 if panel.stacked else 5)
        .show_points(shapes.VisibilityMode.NEVER)
        .legend(common.VizLegendOptions().show_legend(show_legend=True).placement(shapes.LegendPlacement.BOTTOM))
        .tooltip(common.VizTooltipOptions().mode(shapes.TooltipDisplayMode.MULTI))
    )
    if panel.stacked:
        built = built.stacking(common.StackingConfig().mode(shapes.StackingMode.NORMAL))
    if panel.limits:
        style = common.GraphThresholdsStyleConfig().mode(shapes.GraphThresholdsStyleMode.DASHED)
        built = built.thresholds_style(style)
    return built


def _number() -> stat.Panel:
    return (
        stat.Panel()
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]).values(values=False))
        .color_mode(shapes.BigValueColorMode.VALUE)
        .graph_mode(shapes.BigValueGraphMode.AREA)
    )
