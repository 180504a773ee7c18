"""./dev: one table of commands, one stamp, hashed locks, and one sentence for each thing a machine may lack."""

import importlib.machinery
import importlib.util
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
UV_LINES = "uv==2 \\\n    --hash=sha256:1 \\\n    --hash=sha256:2\n"
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-reader.lock")


def run_dev(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, ROOT / "dev", *words], capture_output=True, text=True, check=False)


@pytest.fixture
def dev(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module whose checkout is an empty folder, and which starts nothing."""
    loader = importlib.machinery.SourceFileLoader("dev", str(ROOT / "dev"))
    spec = importlib.util.spec_from_loader("dev", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader.exec_module(module)
    places = {"ROOT": ".", "VENV": ".venv", "PYTHON": ".venv/bin/python", "STAMP": ".venv/stamp", "BENCHES": "bench"}
    for name, place in places.items():
        monkeypatch.setattr(module, name, tmp_path / place)
    for lock in ("LOCK", "DEV_LOCK", "READER_LOCK"):
        monkeypatch.setattr(module, lock, tmp_path / f"{lock}.lock")
    monkeypatch.setattr(module, "POLICY", tmp_path / "policy-rc.d")
    (tmp_path / "bench").mkdir()
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/pip").touch()
    (tmp_path / "pyproject.toml").write_text("")
    monkeypatch.setattr(module, "READER_BUILD", ())
    module.READER_LOCK.write_text("reader==1 \\\n    --hash=sha256:4\n")
    module.DEV_LOCK.write_text(f"aa==1 \\\n    --hash=sha256:0\n{UV_LINES}zz==3 \\\n    --hash=sha256:3\n")
    return module


class Runs:
    """Stands for `run`: remembers commands; those that `refuse` recognises fail."""

    def __init__(self, refuse: str = "\0") -> None:
        self.commands: list[str] = []
        self.environment: dict[str, str] = {}
        self.refuse = refuse

    def __call__(self, *command: object, **environment: str) -> int:
        self.commands.append(" ".join(map(str, command)))
        self.environment |= environment
        return 1 if self.refuse in self.commands[-1] else 0


# --- the table --------------------------------------------------------------------------------------------------------


def test_without_a_word_dev_prints_every_command_and_succeeds() -> None:
    done = run_dev()
    assert done.returncode == 0
    assert re.findall(r"^  \./dev (\w+)", done.stdout, re.MULTILINE) == [
        "demo",
        "test",
        "check",
        "services",
        "bench",
        "lock",
    ]
    assert run_dev("--help").stdout == done.stdout


def test_an_unknown_command_names_the_nearest_and_is_a_usage_error() -> None:
    done = run_dev("chek")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "dev: there is no command chek; did you mean `./dev check`?\n"


def test_a_word_that_is_near_to_no_command_gets_the_table() -> None:
    done = run_dev("frobnicate")
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean" not in done.stderr
    assert done.stderr == f"dev: there is no command frobnicate; there are:\n{run_dev().stdout}"


def test_a_bench_refuses_a_file_that_cannot_be_written_before_it_measures(dev: ModuleType, tmp_path: Path) -> None:
    (dev.BENCHES / "bench_pay.py").write_text("raise SystemExit('measured')")
    with pytest.raises(dev.Stop, match=r"figures.json cannot be written: No such file or directory\.") as stop:
        dev.bench(["pay", "--json", str(tmp_path / "none" / "figures.json")])
    assert stop.value.code == 2


@pytest.mark.parametrize("name", ["check", "services"])
def test_a_command_without_arguments_refuses_one(name: str) -> None:
    assert run_dev(name, "more").returncode == 2


def test_a_bench_that_does_not_exist_is_a_usage_error_with_the_list(dev: ModuleType) -> None:
    (dev.BENCHES / "bench_pay.py").touch()
    with pytest.raises(dev.Stop, match=r"no bench is named fly; there are: pay\.") as stop:
        dev.bench(["fly"])
    assert stop.value.code == 2


# --- what a machine may lack ------------------------------------------------------------------------------------------


def test_an_older_python_gets_one_sentence(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "OLDEST", (9, 0))
    with pytest.raises(dev.Stop, match="shuaka needs CPython") as stop:
        dev.main(["check"])
    assert stop.value.code == 2


def test_a_python_without_ensurepip_gets_one_sentence(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "find_spec", lambda _: None)
    monkeypatch.setattr(dev.shutil, "which", lambda _: None)
    with pytest.raises(dev.Stop, match="apt-get install python3-venv") as stop:
        dev.prepare()
    assert stop.value.code == 2


def test_services_without_root_say_what_to_type(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "missing_services", lambda: [{"package": "pcscd"}])
    monkeypatch.setattr(dev.os, "geteuid", lambda: 1000)
    with pytest.raises(dev.Stop, match=r"installing pcscd needs root: run `sudo \./dev services`") as stop:
        dev.services([])
    assert stop.value.code == 2


# --- .venv ------------------------------------------------------------------------------------------------------------


def test_a_warm_start_runs_nothing(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = Runs()
    monkeypatch.setattr(dev, "run", runs)
    dev.STAMP.write_text("\n".join(dev.wanted_stamp()))
    dev.prepare()
    assert runs.commands == []


def test_another_lock_is_installed_into_the_same_venv(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = Runs()
    monkeypatch.setattr(dev, "run", runs)
    dev.STAMP.write_text("\n".join(dev.wanted_stamp()))
    dev.DEV_LOCK.write_text("aa==2")
    dev.prepare()
    assert not any(" venv " in command for command in runs.commands)
    assert any("--require-hashes" in command for command in runs.commands)
    assert dev.STAMP.read_text().splitlines() == dev.wanted_stamp()


def test_another_python_or_place_makes_the_venv_anew(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = Runs()
    monkeypatch.setattr(dev, "run", runs)
    dev.STAMP.write_text("/elsewhere/.venv CPython 3.11.0\n" + dev.wanted_stamp()[1])
    dev.prepare()
    assert " venv --clear " in runs.commands[0]


def test_uv_comes_by_its_own_hashed_lines_of_the_lock(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    installed: list[str] = []
    monkeypatch.setattr(dev, "run", lambda *command: installed.append(Path(command[-1]).read_text()))
    assert dev.pip_brings_uv() is None
    assert installed == [UV_LINES]


def test_where_uv_fails_pip_installs_the_same_hashed_lock(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = Runs(refuse="/usr/bin/uv")
    monkeypatch.setattr(dev, "run", runs)
    monkeypatch.setattr(dev.shutil, "which", lambda _: "/usr/bin/uv")
    dev.install()
    assert [command for command in runs.commands if "pip install --quiet --require-hashes" in command]
    assert "pip does, and takes longer" in capsys.readouterr().err


def test_an_install_that_fails_leaves_no_stamp(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "run", Runs(refuse="install"))
    dev.STAMP.write_text(dev.wanted_stamp()[0] + "\nold")
    with pytest.raises(dev.Stop, match="could not be installed"):
        dev.prepare()
    assert not dev.STAMP.exists()


def test_pyscard_is_built_from_its_own_lock_by_tools_that_are_locked_too(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = Runs()
    monkeypatch.setattr(dev, "run", runs)
    dev.prepare()
    assert runs.commands[-1].endswith(f"--no-deps --no-build-isolation --require-hashes -r {dev.READER_LOCK}")


def test_where_pyscard_cannot_be_built_everything_else_is_installed(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev, "run", Runs(refuse="READER_LOCK"))
    dev.prepare()
    assert "PC/SC tests are skipped" in capsys.readouterr().err
    assert dev.STAMP.exists()


def test_what_builds_pyscard_brings_pyscard_into_a_venv_that_was_made_without(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = Runs()
    monkeypatch.setattr(dev, "run", runs)
    monkeypatch.setattr(dev, "READER_BUILD", ("/no/such/tool",))
    dev.prepare()
    assert not any(str(dev.READER_LOCK) in command for command in runs.commands)
    monkeypatch.setattr(dev, "READER_BUILD", ())
    dev.prepare()
    assert str(dev.READER_LOCK) in runs.commands[-1]


# --- services ---------------------------------------------------------------------------------------------------------


def test_apt_is_not_asked_where_everything_is_here(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = Runs()
    monkeypatch.setattr(dev, "run", runs)
    monkeypatch.setattr(dev, "missing_services", list)
    assert dev.services([]) == 0
    assert runs.commands == []


def test_no_service_starts_while_packages_are_installed(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    policies: list[str] = []

    def run(*_command: object, **_environment: str) -> int:
        policies.append(dev.POLICY.read_text())
        return 0

    answers = iter([[{"package": "pcscd"}], []])
    monkeypatch.setattr(dev, "missing_services", lambda: next(answers))
    monkeypatch.setattr(dev.os, "geteuid", lambda: 0)
    monkeypatch.setattr(dev.shutil, "which", lambda _: "/usr/bin/apt-get")
    monkeypatch.setattr(dev, "run", run)
    dev.services([])
    assert policies == ["#!/bin/sh\nexit 101\n"] * 2
    assert not dev.POLICY.exists()


def test_a_policy_that_is_there_already_stays(dev: ModuleType) -> None:
    dev.POLICY.write_text("mine")
    with dev.no_service_starts():
        assert dev.POLICY.read_text() == "mine"
    assert dev.POLICY.read_text() == "mine"


def test_tests_go_on_where_packages_cannot_be_had(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = Runs(refuse="apt-get")
    monkeypatch.setattr(dev, "run", runs)
    monkeypatch.setattr(dev, "missing_services", lambda: [{"package": "pcscd"}])
    monkeypatch.setattr(dev.os, "geteuid", lambda: 0)
    monkeypatch.setattr(dev.sys, "stdin", None)
    dev.STAMP.write_text("\n".join(dev.wanted_stamp()))
    assert dev.test(["--no-skip", "-k", "card"]) == 0
    assert runs.commands[-1].endswith("-m pytest -k card")
    assert runs.environment["SHUAKA_NO_SKIP"] == "1"
    assert "skipped" in capsys.readouterr().err


def test_dev_and_the_tests_agree_on_what_is_there(dev: ModuleType, request: pytest.FixtureRequest) -> None:
    conftest = next(plugin for plugin in request.config.pluginmanager.get_plugins() if hasattr(plugin, "NO_SKIP"))
    probes = [*conftest.SERVICES.values(), "sh", "no-such-program", "/bin/s*", "/no/such/*"]
    assert [dev.is_there(probe) for probe in probes] == [conftest.is_there(probe) for probe in probes]


# --- bench ------------------------------------------------------------------------------------------------------------


def figure(**fields: object) -> dict[str, object]:
    return {"figure": "rate", "value": 1234.5678, "unit": "/s", "goal": ">= 2", "ok": True, **fields}


def bench_prints(dev: ModuleType, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    (dev.BENCHES / "bench_pay.py").write_text(f"print({text!r})", "utf-8")
    monkeypatch.setattr(dev, "PYTHON", sys.executable)
    monkeypatch.setattr(dev, "prepare", lambda: None)


def test_figures_are_a_table_on_stdout_and_a_list_in_the_file(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    bench_prints(dev, monkeypatch, "warming up\n" + json.dumps([figure()]))
    assert dev.bench(["pay", "--json", str(tmp_path / "figures.json")]) == 0
    assert capsys.readouterr().out == (
        "warming up\nfigure  value      unit  goal  ok\nrate    1,234.568  /s    >= 2  ok\n"
    )
    assert json.loads((tmp_path / "figures.json").read_text("utf-8")) == [figure()]


@pytest.mark.parametrize(
    "text",
    [json.dumps([figure(ok=False)]), json.dumps([figure(), {"figure": "half"}]), "[]", "no json", ""],
    ids=["goal missed", "a figure without its fields", "no figures", "no list", "silence"],
)
def test_a_bench_that_misses_its_goal_or_says_nothing_fails(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    bench_prints(dev, monkeypatch, text)
    assert dev.bench([]) == 1
    assert "MISSED" in capsys.readouterr().out


# --- the locks --------------------------------------------------------------------------------------------------------


def pins(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / lock).read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_of_a_lock_is_a_pin_or_its_hash(lock: str) -> None:
    shape = re.compile(r"[a-z0-9-]+==\S+( ; .*)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?")
    assert [line for line in (ROOT / lock).read_text("utf-8").splitlines() if not shape.fullmatch(line)] == []


def test_the_runtime_is_tested_with_the_versions_that_it_ships_with() -> None:
    assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items()


def test_the_locks_hold_every_dependency_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = project["dependency-groups"]
    wanted = {"requirements.lock": project["project"]["dependencies"]}
    wanted["requirements-reader.lock"] = project["project"]["optional-dependencies"]["reader"]
    wanted["requirements-dev.lock"] = [row for group in groups.values() for row in group if isinstance(row, str)]
    for lock, rows in wanted.items():
        assert {re.split(r"[>=]", row)[0] for row in rows} <= pins(lock).keys()
