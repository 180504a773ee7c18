"""Targets, people and journals for the tests of a load at a platform that is not ours."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cardsim.issuing.check_digits import identity_check

TARGET = """
name = "elsewhere"
address = "https://platform.example:8443"
gateway = "aksk"
city = "370100"
people = "people.csv"
items = "items.csv"
[[institutions]]
code = "P37010000011"
name = "Shop"
operators = ["clerk1", "clerk2"]
access_key_env = "SHOP_AK"
secret_key_env = "SHOP_SK"
[approval]
by = "Somebody"
on = 2026-11-20
host = "platform.example"
[window]
begins = 2026-11-21T22:00:00
ends = 2026-11-22T04:00:00
[ceilings]
rate_per_s = 5
settlements = 600
fen = 6_000_000
[abort]
error_share = 0.05
consecutive_errors = 10
p99_ms = 5000
busy = 5
"""


def certno(number: int) -> str:
    body = f"370102{1950 + number % 50}0{1 + number % 9}1{number % 10}{number:03d}"
    return body + identity_check(body)


@pytest.fixture
def write_target(tmp_path: Path) -> Callable[..., Path]:
    """Write a complete target with some of its text replaced."""

    def write(*changes: tuple[str, str]) -> Path:
        text = TARGET
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        path = tmp_path / "target.toml"
        path.write_text(text, "utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def target_lines() -> list[str]:
    """The lines of a complete target that give a value."""
    return [line for line in TARGET.splitlines() if "=" in line]


@pytest.fixture(scope="session")
def identity() -> Callable[[int], str]:
    return certno
