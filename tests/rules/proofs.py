"""What a full run says of the rules: one that is done and that no passing test proves makes the run a failed one.

A rule is proved by the test that settlement/rules.toml names: it carries the rule's mark and passed, with every one of
its parameters. Must not: judge a part of the suite, where other tests were never meant to run.
"""

from collections import defaultdict

import pytest

from settlement.rulebook import OUT_MAX, Rule, read_rules

RULE = "rule"
"""The marker, and the property under which a test's report carries it from a worker to whoever judges."""


def name_of(nodeid: str) -> str:
    """Return a test's name without its parameters."""
    return nodeid.partition("[")[0]


def missing(rules: tuple[Rule, ...], marks: dict[str, set[str]], results: dict[str, bool]) -> list[str]:
    """Return a sentence for each rule that is done and not proved, and one if too many are out."""
    said = []
    for rule in rules:
        if rule.state != "done":
            continue
        if rule.id not in marks.get(rule.test, ()):
            said.append(f"{rule.id} is done, but {rule.test or 'no test'} does not carry its mark")
        elif not results.get(rule.test, False):
            said.append(f"{rule.id} is done, but {rule.test} did not pass")
    out = sum(rule.state == "out" for rule in rules)
    if out > OUT_MAX:
        said.append(f"{out} rules are out, {OUT_MAX} at most may be")
    return said


class Proofs:
    """Gathers what marked tests came to, and judges a full run by it."""

    def __init__(self) -> None:
        self.marks: defaultdict[str, set[str]] = defaultdict(set)
        self.results: dict[str, bool] = {}
        self.unproved: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note whether a marked test passed, with all its parameters."""
        rules = {value for key, value in report.user_properties if key == RULE}
        if rules and (report.when == "call" or report.failed):
            name = name_of(report.nodeid)
            self.marks[name] |= rules
            self.results[name] = self.results.get(name, True) and report.passed

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail a full and otherwise good run in which a rule is not proved."""
        option = session.config.option
        whole = session.config.args_source is pytest.Config.ArgsSource.TESTPATHS
        if not whole or option.keyword or option.markexpr or option.collectonly or session.exitstatus:
            return
        self.unproved = missing(read_rules(), self.marks, self.results)
        if self.unproved:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say which rules are not proved."""
        for sentence in self.unproved:
            terminalreporter.line(f"RULE NOT PROVED: {sentence}", red=True)


def pytest_configure(config: pytest.Config) -> None:
    """Judge where the reports come together: not in a worker."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Proofs())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each marked test's report carry its rules."""
    for item in items:
        item.user_properties.extend((RULE, rule) for marker in item.iter_markers(RULE) for rule in marker.args)
