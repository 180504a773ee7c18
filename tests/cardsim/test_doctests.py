import doctest

import pytest

from cardsim import tlv
from cardsim.debit import object_lists
from cardsim.issuing import check_digits, issuer


@pytest.mark.parametrize("module", [check_digits, issuer, object_lists, tlv], ids=lambda module: module.__name__)
def test_the_examples_in_the_docstrings_are_true(module: object) -> None:
    outcome = doctest.testmod(module)  # type: ignore[arg-type]
    assert outcome.attempted > 0
    assert outcome.failed == 0
