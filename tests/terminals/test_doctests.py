import doctest
import importlib
import pkgutil

import pytest

import terminals

MODULES = [module.name for module in pkgutil.walk_packages(terminals.__path__, "terminals.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
