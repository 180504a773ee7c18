"""What a run looks like while it runs: a table that changes on a terminal, a line now and then elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.live import Live as RichLive
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from loadtests.openload.histograms import in_ms
from loadtests.running.live import Live
from shuaka.compose import HOST

LINE_EVERY_S: Final = 5.0
BAR_WIDTH: Final = 48
WORST: Final = "bold red"
NOBODY: Final = "-"
"""Instead of a latency, while nobody has been served."""

Show = Callable[[Live], None]


@contextmanager
def shown(*, quiet: bool, console: Console | None = None) -> Iterator[Show]:
    """Show a run on a terminal as a table that changes, elsewhere as a line now and then, for a machine not at all."""
    console = console or Console()
    if quiet:
        yield lambda _: None
    elif console.is_terminal:
        with RichLive(console=console, refresh_per_second=4, transient=True) as screen:
            yield lambda state: screen.update(picture(state))
    else:
        yield _Lines()


class _Lines:
    """Prints a line when LINE_EVERY_S of the run have passed since the last."""

    def __init__(self) -> None:
        self._next_s = 0.0

    def __call__(self, state: Live) -> None:
        if state.elapsed_s >= self._next_s:
            self._next_s = state.elapsed_s + LINE_EVERY_S
            print("  ".join(f"{name} {said}" for name, said in facts(state)), flush=True)


def picture(state: Live) -> RenderableType:
    """Return the table of a terminal, with how far the run is."""
    table = Table.grid(padding=(0, 2))
    for name, said in facts(state):
        table.add_row(name, Text(said, style=WORST if name in ("fault", "dropped") and said != "0" else ""))
    bar = ProgressBar(
        total=max(state.planned_s, 1e-3), completed=min(state.elapsed_s, state.planned_s), width=BAR_WIDTH
    )
    return Group(bar, table)


def facts(state: Live) -> Iterator[tuple[str, str]]:
    """Yield what is to be said now, by name."""
    fates, elapsed_s = state.arrivals, max(state.elapsed_s, 1e-3)
    arrived_s = max(min(state.elapsed_s, state.planned_s), 1e-3)
    mark = "" if state.p99_stated else "~"  # an estimate over few samples
    draining = ", the last visits end" if elapsed_s > state.planned_s and not state.finished else ""
    yield "time", f"{arrived_s:.0f}/{state.planned_s:.0f} s{draining}"
    yield "rate", f"{fates.completed / arrived_s:.1f}/s of {fates.scheduled / arrived_s:.1f}/s offered"
    yield "p50", in_ms(state.p50_us) if state.served else NOBODY
    yield "p99", mark + in_ms(state.p99_us) if state.served else NOBODY
    yield "in flight", str(fates.unfinished)
    yield "late", str(fates.late)
    yield "dropped", str(fates.dropped)
    for fault in state.going_on:
        yield "fault", fault
    for flow, ends in state.visits.items():
        yield flow, " ".join(f"{end} {count}" for end, count in ends.items())
    if state.engine is not None:
        engine = state.engine
        yield "engine", f"{engine.cpu_share:.0%} of a core, {engine.rss_bytes >> 20} MiB, queue {engine.queue_depth}"
    yield "metrics", f"http://{HOST}:{state.metrics_port}/metrics"
