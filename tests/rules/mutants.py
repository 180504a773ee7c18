"""The mutants: for each rule one change of the source that breaks it, after which its marked test must fail.

A mutant is a row of mutants/*.toml: the file, the text that stands in it exactly once, and what replaces it. It lives
in a copy of the tree; the checkout is never touched. `python -m tests.rules.mutants [ID ...]` tries those, or all.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from settlement.rulebook import read_rules

ROOT: Final = Path(__file__).parents[2]
TABLES: Final = Path(__file__).with_name("mutants")
COPIED: Final = ("cardsim", "settlement", "terminals", "loadtests", "shuaka", "tests", "grafana", "pyproject.toml")
LIMIT_S: Final = 100
KILLED: Final = pytest.ExitCode.TESTS_FAILED


class Mutant(NamedTuple):
    """One rule broken in one place."""

    rule: str
    file: str
    find: str
    replace: str


def read_mutants() -> dict[str, Mutant]:
    """Return every mutant by its rule; a rule has one."""
    found: dict[str, Mutant] = {}
    for table in sorted(TABLES.glob("*.toml")):
        for rule, row in tomllib.loads(table.read_text("utf-8")).items():
            assert rule not in found, f"{table.name}: {rule} has a mutant already"
            found[rule] = Mutant(rule, row["file"], row["find"], row["replace"])
    return found


def applied(mutant: Mutant, root: Path) -> str:
    """Return the mutated text; the original must hold the place exactly once."""
    text = (root / mutant.file).read_text("utf-8")
    count = text.count(mutant.find)
    assert count == 1, f"{mutant.rule}: {mutant.file} has {mutant.find!r} {count} times, not once"
    return text.replace(mutant.find, mutant.replace)


@contextmanager
def copied() -> Iterator[Path]:
    """Copy the tree, without what was compiled."""
    with tempfile.TemporaryDirectory(prefix="shuaka-mutant-") as folder:
        for name in COPIED:
            source, target = ROOT / name, Path(folder) / name
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, target)
        yield Path(folder)


def survives(mutant: Mutant, test: str, root: Path) -> str:
    """Return why a mutant lives on in a copy of the tree; empty if the rule's test killed it."""
    place, text = root / mutant.file, (root / mutant.file).read_text("utf-8")
    try:
        broken = applied(mutant, root)
    except AssertionError as stale:
        return str(stale)
    place.write_text(broken, "utf-8")
    try:
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--no-header", test]
        environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
        ran = subprocess.run(
            command, cwd=root, env=environment, capture_output=True, text=True, timeout=LIMIT_S, check=False
        )
    finally:
        place.write_text(text, "utf-8")
    if ran.returncode == KILLED:
        return ""
    said = f"{ran.stdout[-1500:]}{ran.stderr[-500:]}"
    return f"{mutant.rule}: with {mutant.file} broken, {test} does not fail (pytest: {ran.returncode})\n{said}"


def survivors(chosen: list[str], hands: int = 2) -> list[str]:
    """Return why each of the chosen rules' mutants that lives on does; each hand works in a copy of its own."""
    mutants, tests = read_mutants(), {rule.id: rule.test for rule in read_rules()}

    def work(part: list[str]) -> list[str]:
        with copied() as root:
            return [said for rule in part if (said := survives(mutants[rule], tests[rule], root))]

    with ThreadPoolExecutor(hands) as pool:
        return [said for part in pool.map(work, [chosen[hand::hands] for hand in range(hands)]) for said in part]


if __name__ == "__main__":
    asked = sys.argv[1:] or sorted(read_mutants())
    alive = survivors(asked)
    sys.stdout.write("\n".join([*alive, f"{len(asked) - len(alive)} of {len(asked)} mutants were killed\n"]))
    sys.exit(bool(alive))
