"""`python -m shuaka.rehearsing.beside_locust SCENARIO DATA PROCESSES`: plan and judgement of a plain `locust -f` run.

It prints the file of the plan, waits for a line (or for the end of whoever started it), judges the result and prints
the report. Exit codes as of `shuaka load`.
"""

import shlex
import sys
from pathlib import Path

import typer

from loadtests.evidence import report
from loadtests.workload import plan
from loadtests.workload.scenario import ScenarioError, load_scenario
from shuaka import compose
from shuaka.engine import Engine, EngineError
from shuaka.rehearsing import lane, load_child
from shuaka.rehearsing.load_child import ChildError
from shuaka.rehearsing.load_plan import RehearsalError
from shuaka.rehearsing.order import asked_of
from shuaka.rehearsing.rehearsal import judged_of, prepared

FAILED = 1


def main() -> int:
    """Compose, wait, judge; return the exit code."""
    name, data, processes = sys.argv[1:]
    try:
        scenario = load_scenario(name)
        run = compose.run_name("plain", "")
        command = _command(name, data, processes)
        asked = asked_of(scenario, data=Path(data), run=run, command=command, processes=int(processes))
        engine = Engine(asked.data)
        with lane.held(asked.data, asked.lane):
            load_plan = prepared(asked, engine)
            file = asked.place / "plan.json"
            plan.write(load_plan, file)
            print(file.absolute(), flush=True)
            if not sys.stdin.readline():
                return FAILED
            judged = judged_of(asked, load_plan, engine, load_child.left(load_plan, asked.place))
    except (ScenarioError, EngineError, ChildError, RehearsalError, typer.BadParameter) as error:
        print(f"error: {error}", file=sys.stderr)
        return FAILED
    assert judged.verdict is not None
    print(*report.lines(judged), f"result: {asked.result_file}", sep="\n")
    return judged.verdict.exit_code


def _command(name: str, data: str, processes: str) -> str:
    """Return what a person types for such a run."""
    many = ["--processes", processes] if int(processes) > 1 else []
    return shlex.join(["locust", "-f", "loadtests/locustfile.py", "--scenario", name, "--data", data, *many])


if __name__ == "__main__":
    sys.exit(main())
