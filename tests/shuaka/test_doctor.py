"""What `shuaka doctor` says of vpcd, from the kernel's tables of sockets."""

import doctest
import sys
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path

import pytest

from shuaka import doctor

VPCD = 35963
HEADING = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
Found = Callable[..., list[tuple[str, str]]]
"""Rows of the kernel in, states and words of the doctor out."""

LISTENING, ESTABLISHED = "0A", "01"


def row(address: str, port: int = VPCD, state: str = LISTENING) -> str:
    """Return a line of /proc/net/tcp or tcp6, whose words have the machine's byte order."""
    packed = ip_address(address).packed
    words = [packed[at : at + 4] for at in range(0, len(packed), 4)]
    host = "".join(f"{int.from_bytes(word, sys.byteorder):08X}" for word in words)
    return f"   0: {host}:{port:04X} {'0' * len(host)}:0000 {state} 00000000:00000000 00:00000000 00000000 0 0 1\n"


@pytest.fixture
def vpcd_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Found:
    """Have the kernel say who listens, and return what doctor makes of it."""
    table = tmp_path / "tcp"
    monkeypatch.setattr(doctor, "SOCKET_TABLES", (table, tmp_path / "none"))

    def found(*rows: str) -> list[tuple[str, str]]:
        table.write_text(HEADING + "".join(rows))
        return [(finding.state, finding.words) for finding in doctor._vpcd(tmp_path)]

    return found


def test_vpcd_on_every_address_is_noted(vpcd_at: Found) -> None:
    everywhere = (doctor.NOTE, "listens on port 35963 of every address of this machine; shut it off outside")
    assert vpcd_at(row("0.0.0.0")) == [everywhere]  # noqa: S104 - what vpcd does
    assert vpcd_at(row("::")) == [everywhere]


def test_vpcd_on_loopback_is_well(vpcd_at: Found) -> None:
    assert vpcd_at(row("127.0.0.1")) == [(doctor.OK, "listens on 127.0.0.1:35963, for this machine alone")]
    assert vpcd_at(row("::1")) == [(doctor.OK, "listens on [::1]:35963, for this machine alone")]


def test_vpcd_on_one_outer_address_is_named_with_it(vpcd_at: Found) -> None:
    assert vpcd_at(row("192.0.2.7")) == [(doctor.NOTE, "listens on 192.0.2.7:35963; shut it off outside")]


def test_connections_and_other_ports_are_not_vpcd(vpcd_at: Found) -> None:
    assert vpcd_at(row("127.0.0.1", state=ESTABLISHED), row("127.0.0.1", port=22)) == []


def test_the_kernel_of_this_machine_can_be_asked(tmp_path: Path) -> None:
    assert all(finding.about == "vpcd" for finding in doctor._vpcd(tmp_path))


def test_every_port_of_engine_and_load_is_looked_at(tmp_path: Path) -> None:
    words = {finding.about: finding.words for finding in doctor._ports(tmp_path)}
    assert words.keys() == {"tcp port", "http port", "admin port", "metrics port", "load metrics port"}
    assert words["load metrics port"].startswith("127.0.0.1:7374 is ")


def test_a_machine_without_pyscard_is_told_which_extra_brings_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "find_spec", lambda _: None)
    (finding,) = doctor._pyscard(tmp_path)
    assert (finding.state, "shuaka[reader]" in finding.words) == (doctor.NOTE, True)


def test_the_examples_in_the_docstrings_are_true() -> None:
    outcome = doctest.testmod(doctor)
    assert outcome.attempted > 0
    assert outcome.failed == 0
