"""What every test may lean on: services by marker, Hypothesis' profiles, and an honest word about what did not run.

Lives here: the marker `service("package")`, whose packages and probes are rows of tests/services.toml; tests/pcscd.py
is the one service that several areas start; tests/rules/proofs.py tells which rules a full run proved.
Must not: fixtures of one area; they stand in the conftest of its folder.
"""

import os
import shutil
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import settings

SERVICES = {
    row["package"]: row["probe"]
    for row in tomllib.loads(Path(__file__).with_name("services.toml").read_text("utf-8"))["service"]
}
pytest_plugins = ["tests.pcscd", "tests.rules.proofs"]
NO_SKIP = os.environ.get("SHUAKA_NO_SKIP") == "1"

NOT_INSTALLED = " not installed"

# A deadline would judge the machine, not the code. In CI the examples are the same every time.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


def is_there(probe: str) -> bool:
    """Whether a program's name, or a path that may hold a *, leads to a file; ./dev asks the same question."""
    if probe.startswith("/"):
        return any(Path("/").glob(probe[1:]))
    return shutil.which(probe, path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])) is not None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose service is not installed; a name that the table does not know is the test's own fault."""
    wanted = [name for marker in item.iter_markers("service") for name in marker.args]
    unknown = [name for name in wanted if name not in SERVICES]
    if unknown:
        pytest.fail(
            f"tests/services.toml has no service {', '.join(unknown)}; it has {', '.join(SERVICES)}", pytrace=False
        )
    missing = [name for name in wanted if not is_there(SERVICES[name])]
    if missing:
        pytest.skip(f"{', '.join(missing)}{NOT_INSTALLED}")


def skips(config: pytest.Config) -> list[pytest.TestReport]:
    """Return the reports of everything that was skipped so far."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return reporter.stats.get("skipped", []) if reporter else []


def wanted_by(report: pytest.TestReport) -> list[str]:
    """Return the services for want of which a test was skipped."""
    assert isinstance(report.longrepr, tuple)
    reason = report.longrepr[2].removeprefix("Skipped: ")
    return reason.removesuffix(NOT_INSTALLED).split(", ") if reason.endswith(NOT_INSTALLED) else []


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Make a run with skips a failed one where none is allowed."""
    if NO_SKIP and session.exitstatus == pytest.ExitCode.OK and skips(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say how many tests did not run and for want of what."""
    skipped = skips(config)
    if not skipped:
        return
    for report in skipped if NO_SKIP else ():
        terminalreporter.line(f"SKIPPED BUT MUST NOT BE: {report.nodeid}", red=True)
    counts = Counter(name for report in skipped for name in wanted_by(report))
    wants = "".join(f" {name} {count}," for name, count in counts.most_common()).rstrip(",") or " none"
    hint = "; `./dev services` installs them" if counts else ""
    terminalreporter.line(f"{len(skipped)} skipped, for want of a service:{wants}{hint}", yellow=True)
