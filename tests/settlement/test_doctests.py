import doctest

import pytest

from settlement import data_directory
from settlement.engine.rules import money
from settlement.stores import schema
from settlement.wire import framing, names, national_fields, national_values, signature

MODULES = [data_directory, framing, names, money, schema, signature, national_fields, national_values]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_the_examples_in_the_docstrings_are_true(module: object) -> None:
    outcome = doctest.testmod(module)  # type: ignore[arg-type]
    assert outcome.attempted > 0
    assert outcome.failed == 0
