"""`shuaka card check` with a card in a PC/SC reader: one of ours, and somebody's."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cardsim.card import Card
from shuaka.compose import population
from tests.pcscd import LabSlot, Somebodys

LIMIT_S = 60
HARMLESS = {"00A4", "00B0", "00B2", "00C0", "0084", "0088", "80CA"}

pytestmark = [pytest.mark.service(name) for name in ("pcscd", "vsmartcard-vpcd", "swig", "libpcsclite-dev")]


class Heard(Somebodys):
    """Somebody's card, which remembers what it was told."""

    def __init__(self, card: Card) -> None:
        super().__init__(card)
        self.commands: list[bytes] = []

    def transmit(self, command: bytes) -> bytes:
        self.commands.append(command)
        return super().transmit(command)


@pytest.fixture
def check(lab: tuple[LabSlot, LabSlot], tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Put a card into the reader and check it."""

    def run(card: object, *options: str) -> subprocess.CompletedProcess[str]:
        lab[0].insert(card)  # type: ignore[arg-type]  # whatever has contacts
        command = [sys.executable, "-m", "shuaka", "card", "check", "--reader", lab[0].name, *options]
        return subprocess.run(
            command, cwd=tmp_path, env=dict(os.environ), capture_output=True, text=True, timeout=LIMIT_S, check=False
        )

    return run


def test_a_card_of_ours_in_a_real_reader_passes_and_is_not_worn_out(
    check: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    card = population().card(0)
    done = check(card)
    assert (done.returncode, "none of ours" in done.stderr) == (0, False), done.stdout + done.stderr
    assert "| card | a simulated card of 370100 over PC/SC |" in done.stdout
    for name in ("pin.changed", "keys.counts", "writing.access", "debit.bank"):
        assert f"| ✓ | `{name}` |" in done.stdout
    assert "- `pin.locks`: there is only this one card" in done.stdout


def test_somebodys_card_is_read_and_nothing_else_and_its_holder_is_warned(
    check: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    card = Heard(population().card(0))
    done = check(card, "--sam", "software:370100")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "none of ours" in done.stderr
    asks = bytes.fromhex("00200000")
    assert {command[:2].hex().upper() for command in card.commands if command[:4] != asks} <= HARMLESS
    assert all(len(command) <= 5 for command in card.commands if command[:4] == asks)
    person = population().person(0)
    assert person.certno not in done.stdout
    assert card.atr.hex().upper() not in done.stdout
