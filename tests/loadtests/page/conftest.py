"""One result, made once: pages are made of it in many ways, and nothing changes it."""

import pytest

from loadtests.evidence.result import Result
from loadtests.page.facts import Facts, facts
from tests.loadtests.page.queued_runs import queued_run


@pytest.fixture(scope="package", name="result")
def _result() -> Result:
    return queued_run()


@pytest.fixture(scope="package", name="found")
def _found(result: Result) -> Facts:
    return facts(result)
