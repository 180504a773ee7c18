"""Skips are loud, counted by service, and failures where none is allowed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent

TESTS = """
import pytest

@pytest.mark.service("there")
def test_runs(): pass

@pytest.mark.service("absent")
def test_wants(): pass

@pytest.mark.service("absent")
@pytest.mark.service("there")
def test_wants_too(): pass
"""

SERVICES = """
[[service]]
package = "there"
probe = "sh"

[[service]]
package = "absent"
probe = "/nowhere/*/server"
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A suite of its own under our conftest and another table of services."""
    shutil.copy(HERE / "conftest.py", tmp_path)
    (tmp_path / "services.toml").write_text(SERVICES, "utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = service\n", "utf-8")
    (tmp_path / "test_it.py").write_text(TESTS, "utf-8")
    return tmp_path


def run(suite: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--color=no"]
    return subprocess.run(
        command, cwd=suite, env={"PATH": "/usr/bin:/bin", **environment}, capture_output=True, text=True, check=False
    )


def test_a_missing_service_skips_its_tests_and_the_last_lines_say_how_many(suite: Path) -> None:
    done = run(suite)
    assert done.returncode == 0
    assert "2 skipped, for want of a service: absent 2; `./dev services` installs them" in done.stdout
    assert "1 passed, 2 skipped" in done.stdout.splitlines()[-1]


def test_where_no_skip_is_allowed_each_skip_is_named_and_the_run_fails(suite: Path) -> None:
    done = run(suite, SHUAKA_NO_SKIP="1")
    assert done.returncode == 1
    assert "SKIPPED BUT MUST NOT BE: test_it.py::test_wants_too" in done.stdout


def test_a_skip_for_another_reason_is_no_reason_to_install_anything(suite: Path) -> None:
    (suite / "test_it.py").write_text("import pytest\ndef test_other(): pytest.skip('why')\n", "utf-8")
    done = run(suite)
    assert "1 skipped, for want of a service: none\n" in done.stdout


def test_a_module_that_skips_itself_counts_where_no_skip_is_allowed(suite: Path) -> None:
    (suite / "test_own.py").write_text("import pytest\npytest.skip('why', allow_module_level=True)\n", "utf-8")
    (suite / "test_it.py").write_text("def test_runs(): pass\n", "utf-8")
    assert run(suite).returncode == 0
    assert run(suite, SHUAKA_NO_SKIP="1").returncode == 1


def test_a_service_that_the_table_does_not_know_fails_its_test(suite: Path) -> None:
    (suite / "test_it.py").write_text("import pytest\n@pytest.mark.service('pcsd')\ndef test_typo(): pass\n", "utf-8")
    done = run(suite)
    assert done.returncode == 1
    assert "has no service pcsd; it has there, absent" in done.stdout


def test_without_skips_nothing_is_said_about_them(suite: Path) -> None:
    (suite / "test_it.py").write_text("def test_runs(): pass\n", "utf-8")
    assert "skipped" not in run(suite).stdout
