"""Rules that import contracts cannot say: names, the law atop a file, what a process loads, what no file may name."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("cardsim", "settlement", "terminals", "loadtests", "shuaka")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
ROOMS = [
    path.parent for path in MODULES if path.name == "__init__.py" and path.parent.parent.name in ("loadtests", "shuaka")
]
NO_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "manager", "impl", "misc"}


def loaded_by(program: str, *suspects: str) -> set[str]:
    """Return which of `suspects` a fresh process has loaded after running `program`."""
    report = f"import sys, json; sys.stderr.write('\\n' + json.dumps([m for m in {suspects!r} if m in sys.modules]))"
    command = [sys.executable, "-c", f"import atexit; atexit.register(lambda: exec({report!r}, {{}}))\n{program}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stderr.splitlines()[-1]))


def own_files() -> list[Path]:
    """Return the files of the checkout, without what tools and runs leave in it (the folders of .gitignore)."""
    left = {line.rstrip("/") for line in (ROOT / ".gitignore").read_text("utf-8").splitlines()} | {".git"}
    tops = [top for top in ROOT.iterdir() if top.name not in left]
    files = [file for top in tops for file in ([top] if top.is_file() else top.rglob("*")) if file.is_file()]
    return [file for file in files if "__pycache__" not in file.parts]


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_says_its_law_at_the_top(module: Path) -> None:
    assert ast.get_docstring(ast.parse(module.read_text("utf-8")))


def test_modules_are_named_after_what_they_are() -> None:
    parts = {part for path in MODULES for part in path.relative_to(ROOT).with_suffix("").parts}
    assert parts & NO_NAMES == set()


def mapped(room: Path) -> list[str]:
    """Return the modules that a room's map names: columns of names and of what they are, two spaces or more between."""
    law = ast.get_docstring(ast.parse((room / "__init__.py").read_text("utf-8"))) or ""
    rows = [columns for line in law.splitlines() if len(columns := re.split(r"\s{2,}", line.strip())) > 1]
    return sorted(name for columns in rows for names in columns[::2] for name in names.split(", "))


@pytest.mark.parametrize("room", ROOMS, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_map_of_a_room_names_exactly_the_modules_that_are_there(room: Path) -> None:
    assert mapped(room) == sorted(path.stem for path in room.glob("[a-z]*.py"))


def test_every_package_is_typed_for_those_who_import_it() -> None:
    assert [package for package in PACKAGES if not (ROOT / package / "py.typed").is_file()] == []


def test_the_help_of_the_command_loads_no_loop_no_store_and_no_load_generator() -> None:
    program = "import sys; sys.argv = ['shuaka', '--help']\nfrom shuaka.__main__ import main; main()"
    assert loaded_by(program, "trio", "locust", "gevent", "uvicorn", "uvloop", "starlette", "apsw") == set()


def test_a_locust_process_knows_neither_trio_nor_asyncio_servers() -> None:
    """gevent removes select.epoll from the process, so that neither loop works there any more."""
    assert loaded_by("import loadtests.locustfile", "trio", "uvloop", "uvicorn") == set()


def test_the_card_draws_from_a_seeded_generator_and_never_from_the_process() -> None:
    trees = [ast.parse(path.read_text("utf-8")) for path in (ROOT / "cardsim").rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    assert not [node for node in nodes if isinstance(node, ast.Import) and node.names[0].name == "random"]
    froms = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module == "random"]
    assert {alias.name for node in froms for alias in node.names} <= {"Random"}


def test_no_file_names_a_machine() -> None:
    """A path of somebody's machine, a registry's host, an address beyond loopback and documentation (RFC 5737)."""
    machine = re.compile(
        rb"(?<![\w.])/(?:work|home|root)/\w"
        rb"|https?://[\w.-]*(?:pypi|pythonhosted|npmjs|debian)\.\w+"
        rb"|(?<![=.\w])(?!127\.|0\.0\.0\.0|192\.0\.2\.|198\.51\.100\.|203\.0\.113\.)(?:\d{1,3}\.){3}\d{1,3}(?![.\w])"
    )
    found = {
        f"{file.relative_to(ROOT)}: {match.group().decode()}"
        for file in own_files()
        for match in machine.finditer(file.read_bytes())
    }
    assert found == set()
