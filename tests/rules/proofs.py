"""What a full run says of the rules: one that is done and that no passing test proves makes the run a failed one.

A rule is proved by the test that settlement/rules.toml names: it carries the rule's mark and passed, with every one of
its parameters. Must not: judge a part of the suite, where other tests were never meant to run.
"""

from collections import defaultdict

import pytest

from settlement.rulebook import OUT_MAX, Rule, read_rules

marked = pytest.StashKey[dict[str, set[str]]]()
passed = pytest.StashKey[dict[str, bool]]()
unproved = pytest.StashKey[list[str]]()


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


def pytest_configure(config: pytest.Config) -> None:
    config.stash[marked] = defaultdict(set)
    config.stash[passed] = {}
    config.stash[unproved] = []


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        for marker in item.iter_markers("rule"):
            config.stash[marked][name_of(item.nodeid)].update(marker.args)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> object:
    """Note whether a marked test passed, with all its parameters."""
    report = yield
    name, results = name_of(item.nodeid), item.config.stash[passed]
    if name in item.config.stash[marked] and (report.when == "call" or report.failed):
        results[name] = results.get(name, True) and report.passed
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a full and otherwise good run in which a rule is not proved."""
    config = session.config
    whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    chosen = config.option.keyword or config.option.markexpr or config.option.collectonly
    if not whole or chosen or session.exitstatus != pytest.ExitCode.OK:
        return
    config.stash[unproved] = missing(read_rules(), config.stash[marked], config.stash[passed])
    if config.stash[unproved]:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say which rules are not proved."""
    for sentence in config.stash[unproved]:
        terminalreporter.line(f"RULE NOT PROVED: {sentence}", red=True)
