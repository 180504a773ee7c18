"""Whatever imports Locust runs in a process of its own: gevent takes the whole process."""

import os
import subprocess
import sys
from pathlib import Path

from loadtests import plan

LOCUSTFILE = Path(plan.__file__).with_name("locustfile.py")
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


def test_openload_imports_nothing_else_of_ours_and_no_gevent() -> None:
    code = (
        "import sys\n"
        "from loadtests.openload import arrivals, clock, health, histograms, outcomes, verdict\n"
        "others = {'cardsim', 'terminals', 'settlement', 'gevent', 'locust'}\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & others))"
    )
    assert python(code) == "[]"


def test_without_a_plan_locust_ends_with_a_clear_sentence() -> None:
    environment = {name: value for name, value in os.environ.items() if name != plan.ENVIRONMENT}
    said = subprocess.run(
        [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless"],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert said.returncode == 1
    assert "SHUAKA_LOAD_PLAN names no plan: start a load with `shuaka load`" in said.stderr
    assert "Traceback" not in said.stderr
