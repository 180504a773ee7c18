"""Who follows a run over all its processes, and writes its one result (gevent).

In the master, or in the only process. It gives the word to go once everybody is ready, keeps the live file and
/metrics, and ends the run when all have finished, when Locust is told to end, or when a process must be taken for dead.
`environment` is Locust's: its events and runners are untyped.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import gevent
import msgspec
from gevent.event import Event
from locust.runners import MasterRunner

from loadtests.evidence import result
from loadtests.evidence.provenance import this_machine, this_source
from loadtests.evidence.testimony import Report, merge
from loadtests.evidence.watch import watch
from loadtests.openload import health, intervals
from loadtests.running import live, metrics
from loadtests.running.process import GO, GO_WAIT_S, READY, REPORT, STOP, LoadProcess
from loadtests.workload.plan import RECOVERY_S, LoadPlan
from settlement.wire.names import CHINA

EVERY_S: Final = 1.0
MARGIN_S: Final = 30.0
"""Beyond everything that a run may take by its plan: then a process is taken for dead."""


class Conductor:
    """Follows the run from Locust's word to start; `alone` is the load of the only process, None in a master.

    `judge`, if there is one, is asked for the exit code once the result is written. Where Locust shows its page, the
    page stays when the run is over.
    """

    def __init__(
        self, plan: LoadPlan, environment: Any, alone: LoadProcess | None, judge: Callable[[], int] | None = None
    ) -> None:
        self._plan = plan
        self._environment = environment
        self._alone = alone
        self._reports: dict[str, Report] = {}
        self._everybody = False
        """Whether the latest report is of all processes; more may have reported since it was merged."""
        self._latest = Report()
        self._machine, self._source = this_machine(plan.engine), this_source()  # as it is now: that is what runs
        self._watch = watch(plan.engine, intervals.length_s(result.planned_s(plan.profile)))
        self._fault = ""
        self._ready = 0
        self._began_s = time.monotonic()
        self._started_at = _now()
        self._begun = self._stopped = self._written = False
        self._concluded = Event()
        self._judge = judge
        self._metrics_port = metrics.serve(self.latest, plan.profile.slo, plan.profile.run, plan.metrics_port)
        if isinstance(environment.runner, MasterRunner):
            environment.events.worker_report.add_listener(self._take)
            environment.runner.register_message(READY, self._one_ready)
        environment.events.test_start.add_listener(self._begin)
        environment.events.test_stopping.add_listener(self._end)
        environment.events.quitting.add_listener(self._end)

    def latest(self) -> Report:
        """Return everybody's report as one, as of the last second."""
        return self._latest

    def _look(self) -> None:
        """Merge what everybody reported; encoding histograms costs milliseconds, so it is done once a second."""
        arriving = self._latest.elapsed_s > 0
        self._everybody = self._alone is not None or len(self._reports) == self._plan.profile.processes
        self._latest = merge(self._reports.values()) if self._alone is None else self._alone.report()
        if not arriving and self._latest.elapsed_s > 0:
            self._started_at = _now(ago_s=self._latest.elapsed_s)  # not when terminals began to sign on

    def _take(self, client_id: str, data: dict[str, Any], **_: Any) -> None:
        if REPORT in data:
            self._reports[client_id] = msgspec.json.decode(data[REPORT], type=Report)

    def _one_ready(self, **_: Any) -> None:
        self._ready += 1
        if self._ready == self._plan.profile.processes:
            self._started_at = _now()
            self._environment.runner.send_message(GO)

    def _begin(self, **_: Any) -> None:
        """Follow the run from now on; a page may ask for another, and a plan is of one run."""
        if self._begun:
            logging.getLogger(__name__).warning("this run is over; another one is another command")
            gevent.spawn_later(EVERY_S, self._environment.runner.stop)
            return
        self._begun, self._began_s, self._started_at = True, time.monotonic(), _now()
        gevent.spawn(self._conduct)

    def _conduct(self) -> None:
        try:
            while not self._over():
                gevent.sleep(EVERY_S)
                self._look()
                self._watch.look(self._latest.elapsed_s)
                self._show()
            self._end()
        except Exception as error:
            self._fault = f"the run could not be followed: {error}"
            raise
        finally:
            self._leave()  # whatever happened: without a conductor Locust would run for ever

    def _leave(self) -> None:
        if self._environment.web_ui is None:
            self._environment.runner.quit()
        else:
            self._environment.runner.stop()

    def _show(self) -> None:
        planned_s = result.planned_s(self._plan.profile)
        state = live.live(
            self._latest,
            planned_s=planned_s,
            metrics_port=self._metrics_port,
            faults=self._plan.profile.faults,
            engine=self._watch.latest,
        )
        live.write(state, Path(self._plan.live_file))

    def _over(self) -> bool:
        profile = self._plan.profile
        bound_s = GO_WAIT_S + profile.preparing_s + result.planned_s(profile) + profile.drain_s + RECOVERY_S + MARGIN_S
        return self._finished() or self._written or self._lost() or time.monotonic() - self._began_s > bound_s

    def _lost(self) -> bool:
        """Whether Locust has not heard from a worker for some seconds: its part of the load can never be whole."""
        return self._alone is None and bool(self._environment.runner.clients.missing)

    def _rest_finished(self) -> bool:
        """Whether everybody has finished whom Locust has heard of in the last seconds, and others were lost."""
        if not self._lost():
            return False
        lost = {client.id for client in self._environment.runner.clients.missing}
        return all(report.finished for name, report in self._reports.items() if name not in lost)

    def _finished(self) -> bool:
        if self._fault or self._latest.failure:
            return True
        return self._latest.finished and self._everybody

    def _end(self, **_: Any) -> None:
        """End the run; if that is before its time, stop the arrivals and give what is under way time to end."""
        if not self._begun:
            return
        if not self._finished() and not self._written:
            self._stop()
        self._conclude()

    def _stop(self) -> None:
        self._stopped = True
        if self._alone is not None:
            self._alone.stop()
        else:
            self._environment.runner.send_message(STOP)
        until_s = time.monotonic() + self._plan.profile.drain_s + RECOVERY_S + 2 * EVERY_S
        while not self._finished() and not self._rest_finished() and time.monotonic() < until_s:
            gevent.sleep(EVERY_S / 10)
            self._look()

    def _conclude(self) -> None:
        """Write the result, once; whoever comes second waits until it is there."""
        if self._written:
            self._concluded.wait()
            return
        self._written = True
        try:
            self._write()
        finally:
            self._concluded.set()

    def _write(self) -> None:
        merged = self._as_it_ended()
        profile = self._plan.profile
        windows = result.Windows(self._started_at, result.planned_s(profile), profile.warmup_s, merged.elapsed_s)
        whole = result.Result(
            profile=profile,
            command=self._plan.command,
            windows=windows,
            machine=self._machine,
            source=self._source,
            report=merged,
            condition=health.condition(merged.health),
            interrupted=self._stopped,
            engine=self._watch.use,
        )
        result.write(whole.with_figures(), Path(self._plan.result_file))
        if self._judge is not None:
            self._environment.process_exit_code = self._judge()

    def _as_it_ended(self) -> Report:
        """Return everybody's report, and in it that somebody's end is missing: who came is judged all the same."""
        merged = self._latest
        if merged.failure or (merged.finished and not self._fault):
            return merged
        if self._fault:
            return msgspec.structs.replace(merged, failure=self._fault)
        reports = [merged] if self._alone is not None else self._reports.values()
        ended, every = sum(report.finished for report in reports), self._plan.profile.processes
        lost = f"a load process never reported its end ({ended} of {every} did)"
        if merged.arrivals.scheduled:
            return msgspec.structs.replace(merged, aborted=lost)
        return msgspec.structs.replace(merged, failure=lost)


def _now(ago_s: float = 0.0) -> str:
    return (datetime.now(CHINA) - timedelta(seconds=ago_s)).isoformat(timespec="seconds")
