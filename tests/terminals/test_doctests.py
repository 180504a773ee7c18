import doctest
import importlib
import pkgutil

import pytest

import terminals

MODULES = [module.name for module in pkgutil.walk_packages(terminals.__path__, "terminals.")]

NEEDS_PYSCARD = "terminals.readers.pcsc_process"


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_are_true(name: str) -> None:
    if name == NEEDS_PYSCARD:
        pytest.importorskip("smartcard", reason="pyscard is not built")
    assert doctest.testmod(importlib.import_module(name)).failed == 0
