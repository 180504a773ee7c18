import doctest

import pytest

from loadtests.evidence import checkout, course, provenance
from loadtests.foreign import clerk
from loadtests.openload import histograms, hlog, intervals
from loadtests.running import metrics

MODULES = [checkout, metrics, provenance, course, histograms, hlog, intervals, clerk]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_the_examples_in_the_docstrings_are_true(module: object) -> None:
    outcome = doctest.testmod(module)  # type: ignore[arg-type]
    assert outcome.attempted > 0
    assert outcome.failed == 0
