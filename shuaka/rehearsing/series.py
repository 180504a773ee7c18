"""Load runs in a row under one name: numbered, the engine at rest before each, and ended by Ctrl-C with what was run.

What a run leaves behind would be the next one's latency: before each the engine's queue must be seen empty twice. That
engine, which lends the people and is the gate's witness, must be the one that answers: a series at another ends.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

import msgspec
import typer

from loadtests.evidence.result import Result
from loadtests.evidence.watch import QUEUE, fetched, figures_of
from settlement.wire.names import compact_time
from shuaka import compose
from shuaka.engine import Engine
from shuaka.rehearsing.order import Rehearsal
from shuaka.rehearsing.rehearsal import rehearse

NUMBER: Final = "-00"
"""What the number of a run adds to the series' name, at the least."""
NAME_MAX: Final = compose.RUN_NAME_MAX - len(NUMBER)
RUNS_MAX: Final = 99
REST_S: Final = 0.5
REST_MAX_S: Final = 30.0
"""An engine that is busy for longer has something else to do than our last run."""
LOOKS: Final = 2


class EndedError(Exception):
    """A series that goes no further; one sentence for the user."""


class Perform(Protocol):
    """How a run is carried out: `shuaka.rehearsing.rehearsal.rehearse`."""

    def __call__(self, asked: Rehearsal, *, quiet: bool) -> Result:
        """Carry out a run and return its judged result."""


def series_name(kind: str, given: str) -> str:
    """Return the name of a series, made from the time where none is given; raise typer.BadParameter."""
    name = compose.run_name(kind, given or f"{kind}-{compact_time(time.time_ns() // 1_000_000)[2:]}")
    if len(name) > NAME_MAX:
        raise typer.BadParameter(f"{name!r} has more than {NAME_MAX} characters: runs add theirs", param_hint="--name")
    return name


def rested(
    data: Path,
    *,
    fetch: Callable[[str], str | None] = fetched,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Wait until the engine's queue was empty LOOKS times in a row, as its metrics tell; raise EngineError, EndedError.

    An engine that shows no metrics is not waited for.
    """
    address = str(Engine(data).endpoints.metrics)
    empty = 0
    for _ in range(int(REST_MAX_S / REST_S)):
        text = fetch(address)
        if text is None:
            return
        empty = 0 if figures_of(text).get(QUEUE) else empty + 1
        if empty == LOOKS:
            return
        sleep(REST_S)
    raise EndedError(f"the engine on {data} is still busy {REST_MAX_S:g} s after the last run; is somebody else there?")


class Series:
    """Runs under one name; `perform` carries one out once `rest` has seen the engine of a data directory at rest."""

    def __init__(
        self, name: str, *, quiet: bool, perform: Perform = rehearse, rest: Callable[[Path], None] = rested
    ) -> None:
        self._name = name
        self._quiet = quiet
        self._perform = perform
        self.rest = rest
        self._count = 0

    def begin(self, asked: Rehearsal) -> None:
        """See that it can begin: the engine is there and at rest, and the name is new to it.

        Raise EngineError or EndedError; nothing is written.
        """
        self.rest(asked.data)
        if (first := self._numbered(asked, 1).place).exists():
            raise EndedError(f"{first} is there already: choose another --name")

    def run(self, asked: Rehearsal, what: str) -> tuple[Result, Path]:
        """Carry out one more run; return it and its file. The run's name is the series' own.

        Raise EndedError if Ctrl-C ended it or its engine never saw it, and as `rehearse`.
        """
        if self._count == RUNS_MAX:
            raise EndedError(f"{RUNS_MAX} runs and no end")
        self._count += 1
        numbered = self._numbered(asked, self._count)
        self.say(f"{numbered.run}  {what}")
        self.rest(asked.data)
        result = self._perform(numbered, quiet=self._quiet or not sys.stdout.isatty())
        if result.interrupted:
            raise EndedError(f"ended by hand in {numbered.run}, whose result is {numbered.result_file}")
        if numbered.address is not None and result.audit is not None and not result.audit.engine:
            raise EndedError(
                f"the engine on {asked.data} saw nothing of {numbered.run}: another is behind --engine; name its --data"
            )
        return result, numbered.result_file

    def _numbered(self, asked: Rehearsal, number: int) -> Rehearsal:
        return msgspec.structs.replace(asked, run=f"{self._name}-{number:02d}")

    def say(self, line: str) -> None:
        """Tell how it goes, unless a machine reads."""
        if not self._quiet:
            print(line, flush=True)
