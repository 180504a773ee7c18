"""The wheel: what is in it, and what an empty environment gets with it."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PACKAGES = {"cardsim", "settlement", "terminals", "loadtests", "shuaka"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel with the backend that is installed here: no network, no build environment."""
    target = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(target)]
    subprocess.run(build, cwd=ROOT, check=True)
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def content(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with nothing but the wheel and the runtime lock."""
    place = tmp_path_factory.mktemp("environment") / "venv"
    venv.create(place, symlinks=True)
    uv = shutil.which("uv", path=os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]]))
    assert uv, "uv is in requirements-dev.lock"
    install = [uv, "pip", "install", "--quiet", "--python", str(place / "bin" / "python")]
    subprocess.run([*install, "--require-hashes", "-r", str(ROOT / "requirements.lock")], check=True)
    subprocess.run([*install, "--no-deps", str(wheel)], check=True)
    return place


def test_the_wheel_holds_our_packages_and_nothing_else(content: set[str]) -> None:
    tops = {name.split("/")[0] for name in content}
    assert {top for top in tops if not top.endswith(".dist-info")} == PACKAGES


def test_the_wheel_holds_every_module_and_its_data(content: set[str]) -> None:
    kept = {".py", ".toml", ".json", ".typed", ".css", ".js"}
    files = {path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.suffix in kept}
    assert {str(path.relative_to(ROOT)) for path in files} - content == set()


def test_grafanas_files_are_data_of_the_command(content: set[str]) -> None:
    every = (ROOT / "grafana").rglob("*")
    files = {path.relative_to(ROOT) for path in every if path.is_file() and path.suffix != ".py"}
    ours = {f"shuaka/{path}" for path in files if "__pycache__" not in path.parts}
    assert {name for name in content if name.startswith("shuaka/grafana/")} == ours


def test_the_wheel_holds_no_test(content: set[str]) -> None:
    assert [name for name in content if re.search(r"(^|/)(tests?|conftest|test_\w+)(/|\.py$)", name)] == []


@pytest.mark.timeout(240)
def test_an_empty_environment_gets_the_lock_and_us_and_no_more(environment: Path) -> None:
    (site,) = environment.glob("lib/python*/site-packages")
    brought = {re.sub(r"[._-]+", "-", info.name.rsplit("-", 2)[0]).lower() for info in site.glob("*.dist-info")}
    rows = re.findall(r"^([a-z0-9].*?)(?: \\)?$", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE)
    locked = [Requirement(row) for row in rows]
    here = {row.name for row in locked if row.marker is None or row.marker.evaluate()}
    assert brought == here | {"shuaka"}


@pytest.mark.timeout(240)
def test_the_installed_command_answers_outside_the_checkout(environment: Path, tmp_path: Path) -> None:
    command = [str(environment / "bin" / "shuaka"), "--help"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "demo" in done.stdout


def test_the_version_is_the_one_in_pyproject(wheel: Path) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert wheel.name == f"shuaka-{version}-py3-none-any.whl"
