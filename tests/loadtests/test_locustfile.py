"""Whatever imports Locust runs in a process of its own: gevent takes the whole process."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import loadtests
from loadtests.workload import plan

LOCUSTFILE = Path(loadtests.__file__).with_name("locustfile.py")
LIMIT_S = 60


def python(code: str) -> str:
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=LIMIT_S, check=True)
    return said.stdout.strip()


def test_the_locustfile_imports_neither_trio_nor_asyncio() -> None:
    loops = {"trio", "asyncio", "uvloop"}
    bare = python(f"import sys, locust; print(sorted({loops} & set(sys.modules)))")
    ours = python(f"import sys, loadtests.locustfile; print(sorted({loops} & set(sys.modules)))")
    assert "trio" not in ours
    assert ours == bare  # what Locust itself brings is not ours


def test_no_module_of_ours_that_the_load_imports_imports_a_loop() -> None:
    code = (
        "import sys, loadtests.locustfile\n"
        "names = ('loadtests', 'terminals', 'cardsim', 'settlement')\n"
        "ours = [module for name, module in sys.modules.items() if name.split('.')[0] in names]\n"
        "print([module.__name__ for module in ours if {'trio', 'asyncio'} & set(vars(module))])"
    )
    assert python(code) == "[]"


def test_openload_imports_nothing_else_of_ours_and_gevent_only_where_it_runs() -> None:
    gevents = {"crew", "interruption", "locustfile", "timer", "visits"}
    there = {path.stem for path in (LOCUSTFILE.parent / "openload").glob("[a-z]*.py")}
    ours = {"cardsim", "terminals", "settlement", "shuaka"}
    for names, others in ((there - gevents, ours | {"gevent", "locust"}), (there & gevents, ours)):
        code = (
            "import sys\n"
            f"from loadtests.openload import {', '.join(sorted(names))}\n"
            f"print(sorted({{name.split('.')[0] for name in sys.modules}} & {others}))"
        )
        assert python(code) == "[]"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--master", "--headless"), "a master hands out the keys of terminals: add --master-bind-host 127.0.0.1"),
        (("--web-host", "0.0.0.0"), "the page is shown on this machine only: --web-host 127.0.0.1"),  # noqa: S104 - refused
    ],
)
def test_nothing_listens_on_other_addresses_than_this_machines(words: tuple[str, ...], complaint: str) -> None:
    said = subprocess.run(
        [
            sys.executable,
            "-m",
            "locust",
            "-f",
            str(LOCUSTFILE),
            "--master-bind-port",
            free(),
            "--web-port",
            free(),
            *words,
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert said.returncode == 1
    assert said.stderr.endswith(f"locustfile: {complaint}\n")


def free() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def test_without_a_plan_and_an_engine_locust_ends_with_a_sentence_that_says_what_to_do(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != plan.ENVIRONMENT}
    said = subprocess.run(
        [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless", "--data", str(tmp_path)],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert said.returncode == 1
    wanted = f"locustfile: no engine runs on {tmp_path}; start one with: shuaka serve --data {tmp_path}\n"
    assert said.stderr.endswith(wanted)
    assert "Traceback" not in said.stderr
