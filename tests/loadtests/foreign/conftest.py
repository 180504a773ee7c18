"""Targets, people and journals for the tests of a load at a platform that is not ours."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cardsim.issuing.check_digits import identity_check
from loadtests.evidence.history import Deed, History
from terminals.journal import Line
from terminals.kernel.entries import Entry, Fate, Intent, Resolution, Standing

SHOP = "P37010000011"
DEV_NO = f"{SHOP}01"

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


def settled(msgid: str, fen: int = 1000, **changed: Any) -> Deed:
    """A 2102 that was acknowledged: half of it the fund's, 30 % the account's."""
    standing = Standing(f"V-{msgid}", "2026-11-21 12:00:00", "310", "41", fen, fen // 2, fen * 3 // 10, fen // 5)
    facts: dict[str, Any] = {"setl_id": f"T-{msgid}", "settled": standing} | changed
    return Deed(DEV_NO, Intent(msgid, "2102", "N1", "370100", fen), Resolution(msgid, Fate.DONE, **facts))


def ended(msgid: str, fate: Fate | None, fen: int = 1000, **facts: Any) -> Deed:
    """A 2102 that ended otherwise, or whose end is unknown."""
    resolution = Resolution(msgid, fate, **facts) if fate else None
    return Deed(DEV_NO, Intent(msgid, "2102", "N1", "370100", fen), resolution)


def revoked(msgid: str, of: str, fen: int = 1000, *, seen: bool = True) -> Deed:
    """A 2103 of a settlement; not `seen`: found by 5203, without its amounts."""
    standing = Standing(f"V-{of}", "2026-11-21 12:05:00", "310", "41", -fen, -fen // 2, -fen * 3 // 10, -fen // 5)
    intent = Intent(msgid, "2103", "N1", "370100", -fen, f"T-{of}", f"V-{of}")
    return Deed(
        DEV_NO, intent, Resolution(msgid, Fate.DONE, f"T-{msgid}" if seen else "", settled=standing if seen else None)
    )


@pytest.fixture(scope="session")
def make_settled() -> Callable[..., Deed]:
    return settled


@pytest.fixture(scope="session")
def make_ended() -> Callable[..., Deed]:
    return ended


@pytest.fixture(scope="session")
def make_revoked() -> Callable[..., Deed]:
    return revoked


@pytest.fixture
def journal(tmp_path: Path) -> Callable[..., Path]:
    """Write a journal's lines, as a terminal does."""

    def write(name: str, *entries: Entry, torn: bytes = b"") -> Path:
        path = tmp_path / name
        path.write_bytes(b"".join(msgspec.json.encode(Line(DEV_NO, entry)) + b"\n" for entry in entries) + torn)
        return path

    return write


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


def history_of(*deeds: Deed) -> History:
    return History(deeds)


@pytest.fixture(scope="session")
def make_history() -> Callable[..., History]:
    return history_of
