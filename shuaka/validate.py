"""`shuaka validate FILE...`: golden cases (JSON) through the split, scenarios (TOML) through an engine in memory.

The command opens the files and prints; what a case and a scenario are and how they are judged stands in
settlement.golden and settlement.validation (docs/validate.md). Exit codes: 0 all as expected, 1 any difference, 2 a
file cannot be used.
"""

from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from settlement.config import text_of
from settlement.engine.rules.profile import ProfileError
from settlement.golden import Difference, Verdict, judge, read_cases
from settlement.wire.keys import KEY_SIZE, NetworkKey
from shuaka import compose
from shuaka.ending import USAGE, end

DIFFERENT = 1
SCENARIO: Final = ".toml"
KEY: Final = NetworkKey(bytes(KEY_SIZE))
"""The key of an engine that nobody can reach and that ends with its scenario."""


def validate(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Golden cases (.json), scenarios (.toml).")],
    data: Annotated[Path, typer.Option(help="Data directory whose own rules a scenario obeys.")] = compose.DEFAULT_DATA,
    json: Annotated[bool, typer.Option("--json", help="For a machine to read.")] = False,
) -> None:
    """Compare golden cases and whole scenarios with what the engine makes of them, field by field."""
    verdicts = [verdict for file in files for verdict in _verdicts(file, data)]
    if json:
        print(msgspec.json.format(msgspec.json.encode([_record(verdict) for verdict in verdicts])).decode())
    else:
        for verdict in verdicts:
            print(_line(verdict))
    raise typer.Exit(DIFFERENT if any(verdict.differs for verdict in verdicts) else 0)


def _verdicts(file: Path, data: Path) -> list[Verdict]:
    try:
        return _played(file, data) if file.suffix == SCENARIO else _judged(file)
    except OSError as error:
        end(f"{file} cannot be read: {error.strerror}", USAGE)
    except ProfileError as error:
        end(str(error), USAGE)


def _judged(file: Path) -> list[Verdict]:
    return [judge(case) for case in read_cases(file.read_bytes(), file.name)]


def _played(file: Path, data: Path) -> list[Verdict]:
    """Play a scenario; a verdict a step, and one of the books."""
    from settlement.validation.differences import judge_scenario  # noqa: PLC0415 - an engine is imported by who plays
    from settlement.validation.scenario_file import read_scenario, seed_and_size  # noqa: PLC0415 - as above

    scenario = read_scenario(text_of(file), file.name)
    compose.adopt(data)
    people = compose.population(*seed_and_size(scenario.population, file.name))
    steps = judge_scenario(scenario, people, compose.world(people, KEY), file.name)
    return [Verdict(f"{scenario.name}: {step.step}", step.differs) for step in steps]


def _line(verdict: Verdict) -> str:
    if not verdict.differs:
        return f"{verdict.id} ok"
    return f"{verdict.id} DIFFERS {', '.join(map(_difference, verdict.differs))}"


def _difference(field: Difference) -> str:
    return f"{field.field} expected {field.expected} got {field.got}"


def _record(verdict: Verdict) -> dict[str, object]:
    return {"id": verdict.id, "ok": not verdict.differs, "differs": verdict.differs, "skipped": verdict.skipped}
