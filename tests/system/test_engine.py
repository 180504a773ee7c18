"""The engine as a process: how it starts, refuses to start, dies and ends, and what its ledger keeps of it all."""

import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw
import pytest

from loadtests.evidence.checkout import this_checkout
from settlement import data_directory
from settlement.engine.ledger.state import Person
from settlement.stores.sqlite import SqliteStore
from settlement.stores.store import FILE_NAME, Origin
from settlement.wire.envelope import Reply
from settlement.wire.framing import FrameReader
from settlement.wire.keys import NetworkKey
from settlement.wire.messages import Body, Line, SettleDrugSale, SignIn
from settlement.wire.names import institution_code, insured_number, local_time, msgid, terminal_number
from settlement.wire.session import TerminalSession
from shuaka import compose
from shuaka.engine import Engine, EngineError

CITY = "370100"
SEQUENCE = itertools.count()
"""Of messages: a terminal that starts anew within a second must not use a msgid of that second again."""
ANY_PORTS = [f"--{door}-port=0" for door in ("tcp", "http", "admin", "metrics")]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "shuaka", *arguments]


def serve(data: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        command("serve", "--data", str(data), "--json", *ANY_PORTS, *arguments),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@contextmanager
def running(data: Path, *arguments: str) -> Iterator[Any]:
    """Run an engine, give its endpoints, and end it in order."""
    engine = serve(data, *arguments)
    assert engine.stdout is not None
    ready = engine.stdout.readline()
    try:
        yield json.loads(ready) | {"process": engine}
    finally:
        if engine.poll() is None:
            engine.send_signal(signal.SIGTERM)
        _, said = engine.communicate(timeout=20)
        assert "Traceback" not in said, said


def refused(data: Path, *arguments: str) -> str:
    """Have an engine refuse to start, and return the one sentence that it says."""
    done = subprocess.run(
        command("serve", "--data", str(data), *ANY_PORTS, *arguments),
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 2, done
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


class Till:
    """A pharmacy's terminal on a plain socket."""

    def __init__(self, data: Path, port: int, serial: int = 1) -> None:
        code = institution_code("P", CITY, serial)
        self.dev_no = terminal_number(code, 1)
        key = NetworkKey(data_directory.network_key(data)).terminal_key(self.dev_no)
        self.session = TerminalSession(key, dev_no=self.dev_no, fixmedins_code=code, city=CITY)
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.frames = FrameReader()
        self.session.accept(self.ask(SignIn("tester")))

    def send(self, body: Body) -> int:
        now = time.time_ns() // 1_000_000
        name = msgid(self.dev_no, now, next(SEQUENCE))
        sealed, counter = self.session.seal(body, msgid=name, clock_ms=now, inf_time=local_time(now))
        self.socket.sendall(sealed)
        return counter

    def ask(self, body: Body) -> Reply:
        counter = self.send(body)
        for message, mac in self.frames:
            return self.session.open(message, mac, counter)[0]
        while True:
            data = self.socket.recv(1 << 16)
            if not data:
                raise ConnectionResetError
            self.frames.feed(data)
            for message, mac in self.frames:
                reply, authentic = self.session.open(message, mac, counter, signing_in=isinstance(body, SignIn))
                assert authentic
                return reply

    def sale(self, person: Person, lines: tuple[Line, ...]) -> SettleDrugSale:
        return SettleDrugSale(
            psn_no=person.psn_no, mdtrt_cert_type="03", mdtrt_cert_no=person.card_number,
            card_sn=person.card_id.hex().upper(), insutype=person.insutype, med_type="41", acct_used_flag="1",
            medfee_sumamt_fen=sum(line.det_item_fee_sumamt_fen for line in lines), drugdetail=lines,
            pin_block=self.session.pin_block("000000", person.bank_card_no),
        )  # fmt: skip


@pytest.fixture
def tills(tmp_path: Path) -> Iterator[Callable[..., Till]]:
    """Make terminals whose sockets end with the test."""
    made: list[Till] = []

    def make(engine: Any, serial: int = 1) -> Till:
        made.append(Till(tmp_path, engine["tcp"]["port"], serial))
        return made[-1]

    yield make
    for till in made:
        till.socket.close()


@pytest.fixture(scope="module")
def shopper() -> Person:
    register = compose.world(compose.population(), NetworkKey(bytes(16))).register
    people = (register.newcomer(CITY, insured_number(CITY, index)) for index in itertools.count())
    return next(person for person in people if person and person.insutype == "310")


@pytest.fixture(scope="module")
def lines() -> tuple[Line, ...]:
    item = compose.items()[0]
    return (Line("1", item.med_list_codg, item.pric_e6, 10_000, item.pric_e6 // 10_000),)


def audit(data: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command("audit", "--data", str(data), *arguments), capture_output=True, text=True, timeout=30, check=False
    )


def test_an_engine_settles_is_audited_and_ends_in_order(
    tmp_path: Path, tills: Any, shopper: Person, lines: tuple[Line, ...]
) -> None:
    with running(tmp_path) as engine:
        till = tills(engine)
        assert till.ask(till.sale(shopper, lines)).approved
        report = json.loads(audit(tmp_path, "--json", "--opter", "tester").stdout)
        assert report["engine"] == {"2102": {"approved": 1}, "9001": {"approved": 1}}
        assert report["ledger"]["2102"]["settled"] == 1
        said = audit(tmp_path)
        assert said.returncode == 0
        assert "BROKEN" not in said.stdout
        process = engine["process"]
    assert process.returncode == 0
    assert not (tmp_path / "endpoints.json").exists()
    assert not (tmp_path / f"{FILE_NAME}-wal").exists()


def test_a_ledger_that_somebody_changed_by_hand_fails_the_audit(
    tmp_path: Path, tills: Any, shopper: Person, lines: tuple[Line, ...]
) -> None:
    with running(tmp_path) as engine:
        till = tills(engine)
        till.ask(till.sale(shopper, lines))
        connection = apsw.Connection(str(tmp_path / FILE_NAME))
        connection.execute("DELETE FROM transfer WHERE number = 0 AND cause <> 'OPENING'")
        connection.close()
        said = audit(tmp_path)
    assert said.returncode == 1
    assert "BROKEN" in said.stdout


def test_an_audit_without_an_engine_says_so(tmp_path: Path) -> None:
    done = audit(tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: no engine runs on")


def test_kill_9_in_the_middle_of_load_loses_no_acknowledged_settlement(
    tmp_path: Path, tills: Any, shopper: Person, lines: tuple[Line, ...]
) -> None:
    acknowledged: set[str] = set()
    for round_number in range(3):
        with running(tmp_path) as engine:
            till = tills(engine)
            for _ in range(30 + 7 * round_number):
                reply = till.ask(till.sale(shopper, lines))
                assert reply.approved
                acknowledged.add(reply.msgid)
            for _ in range(20):
                till.send(till.sale(shopper, lines))
            engine["process"].kill()
    with running(tmp_path):
        report = json.loads(audit(tmp_path, "--json").stdout)
    assert len(acknowledged) == 30 + 37 + 44
    assert len(acknowledged) <= report["ledger"]["2102"]["settled"] <= len(acknowledged) + 60
    assert all(law["ok"] for law in report["invariants"])


def inspector_of(engine: int) -> int:
    """Return the process that looks at an engine's books, once it has begun."""
    children = Path(f"/proc/{engine}/task/{engine}/children")
    deadline = time.monotonic() + 10
    while not (started := children.read_text().split()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    [inspector] = started
    return int(inspector)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are found in /proc")
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_who_looks_at_the_books_never_outlives_the_engine(tmp_path: Path, end: signal.Signals) -> None:
    with running(tmp_path) as engine:
        inspector = inspector_of(engine["pid"])
        engine["process"].send_signal(end)
        engine["process"].wait(10)
        deadline = time.monotonic() + 10
        while Path(f"/proc/{inspector}").exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_a_client_that_dies_before_its_reply_leaves_the_engine_to_the_others(
    tmp_path: Path, tills: Any, shopper: Person, lines: tuple[Line, ...]
) -> None:
    with running(tmp_path, "--store", "memory") as engine:
        for serial in range(1, 20):
            till = tills(engine, serial)
            till.send(till.sale(shopper, lines))
            till.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # reset, no farewell
            till.socket.close()
        last = tills(engine, 20)
        assert last.ask(last.sale(shopper, lines)).approved


def test_a_port_in_use_is_named_with_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for door in ("tcp", "http", "admin", "metrics"):
            said = refused(tmp_path, f"--{door}-port={port}")
            assert f"127.0.0.1:{port} ({door}) cannot be listened on: Address already in use" in said
            assert f"--{door}-port" in said


@pytest.mark.parametrize(
    ("first", "second"), [("tcp", "http"), ("http", "admin"), ("admin", "metrics"), ("tcp", "metrics")]
)
def test_one_port_for_two_doors_is_refused(tmp_path: Path, first: str, second: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    said = refused(tmp_path, f"--{first}-port={port}", f"--{second}-port={port}")
    assert f"127.0.0.1:{port} ({second}) cannot be listened on: Address already in use" in said


def test_an_engine_states_at_its_metrics_which_commit_it_was_started_from(tmp_path: Path) -> None:
    with running(tmp_path) as engine:
        address = f"http://127.0.0.1:{engine['metrics']['port']}/metrics?name[]=shuaka_build_info"
        with urllib.request.urlopen(address, timeout=5) as answer:
            assert f'commit="{this_checkout().commit}"' in answer.read().decode()


def test_an_engine_on_the_ipv6_loopback_address_settles_and_is_asked(tmp_path: Path) -> None:
    with running(tmp_path, "--host", "::1") as engine:
        assert {engine[door]["host"] for door in ("tcp", "http", "admin", "metrics")} == {"::1"}
        with urllib.request.urlopen(f"http://[::1]:{engine['metrics']['port']}/metrics", timeout=5) as answer:
            assert b"shuaka_build" in answer.read()
        assert audit(tmp_path).returncode == 0
        fleet = command("terminals", "--data", str(tmp_path), "--count=6", "--duration=1", "--think=0.05")
        done = subprocess.run(fleet, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as taken:
        port = taken.getsockname()[1]
        assert f"[::1]:{port} (http) cannot be" in refused(tmp_path, "--host", "::1", f"--http-port={port}")


def test_a_ledger_is_served_to_no_other_population(tmp_path: Path) -> None:
    with running(tmp_path, "--population", "1:1000"):
        pass
    said = refused(tmp_path, "--population", "2:1000")
    assert "keeps the accounts of population 1:1000, and 2:1000 was asked for" in said
    with running(tmp_path, "--population", "1:1000"):
        pass


def test_a_ledger_is_not_served_under_another_network_key(tmp_path: Path) -> None:
    with running(tmp_path):
        pass
    (tmp_path / "network.key").unlink()
    assert "every password would be wrong; put that key back" in refused(tmp_path)


def test_a_refused_lease_leaves_everybody_to_a_smaller_one(tmp_path: Path) -> None:
    with running(tmp_path, "--population", "1:1000"):
        engine = Engine(tmp_path)
        with pytest.raises(EngineError, match="1001 people are needed and 1000 that this ledger has not met are left"):
            engine.lease(1001, compose.People(1, 1000))
        with pytest.raises(EngineError, match="serves population 1:1000: come with --population 1:1000"):
            engine.lease(1, compose.People(2, 1000))
        assert engine.lease(1000, compose.People(1, 1000)) == 0


def test_what_an_engine_writes_is_readable_by_its_owner_alone(
    tmp_path: Path, shopper: Person, lines: tuple[Line, ...]
) -> None:
    data = tmp_path / "data"
    with running(data) as engine:
        till = Till(data, engine["tcp"]["port"])
        with till.socket:
            assert till.ask(till.sale(shopper, lines)).approved
        modes = {file.name: file.stat().st_mode & 0o777 for file in data.iterdir()}
    assert {FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm"} < modes.keys()
    assert set(modes.values()) == {0o600}
    assert data.stat().st_mode & 0o777 == 0o700


def test_a_data_directory_below_a_regular_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "cannot be written: Not a directory" in refused(tmp_path / "file" / "data")


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_a_data_directory_on_a_read_only_mount_is_refused(tmp_path: Path) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", tmp_path], check=True)
    try:
        assert "cannot be written: Read-only file system" in refused(tmp_path)
        assert "cannot be written: Read-only file system" in refused(tmp_path / "below")
    finally:
        subprocess.run(["umount", tmp_path], check=True)


def test_two_engines_on_one_directory_are_refused(tmp_path: Path) -> None:
    with running(tmp_path):
        assert "an engine runs on" in refused(tmp_path)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "everywhere"])  # noqa: S104 - that it is refused
def test_an_address_that_others_can_reach_is_refused(tmp_path: Path, host: str) -> None:
    assert f"--host {host}" in refused(tmp_path, "--host", host)


def test_a_ledger_of_another_format_is_refused(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path, Origin(1, 10, ""))
    store._connection.pragma("user_version", 99)
    store._connection.close()
    assert "is a ledger of format 99" in refused(tmp_path)


def test_a_database_that_is_no_ledger_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    connection = apsw.Connection(str(tmp_path / FILE_NAME))
    connection.execute("CREATE TABLE precious (row)")
    connection.close()
    before = (tmp_path / FILE_NAME).read_bytes()
    assert "no ledger of shuaka" in refused(tmp_path)
    assert (tmp_path / FILE_NAME).read_bytes() == before


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"not a database, but long enough to be looked at" * 100)
    assert "cannot be opened as a ledger" in refused(tmp_path)


@pytest.mark.parametrize("population", ["1", "1:", ":5", "a:b", "1:0", "1:-5"])
def test_a_population_that_is_none_is_a_usage_error(tmp_path: Path, population: str) -> None:
    done = subprocess.run(
        command("serve", "--data", str(tmp_path), "--population", population),
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "SEED:SIZE" in done.stderr


def test_keys_are_made_once_and_never_shown(tmp_path: Path) -> None:
    def keys(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            command("keys", "--data", str(tmp_path), *arguments),
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    assert keys().returncode == 0
    first = (tmp_path / "network.key").read_text().strip()
    again = keys()
    assert (again.returncode, "--force" in again.stderr) == (1, True)
    out = tmp_path / "terminal.key"
    derived = keys("--terminal", "P3701000000101", "--out", str(out))
    assert derived.returncode == 0, derived.stderr
    assert out.read_text().strip() == NetworkKey(bytes.fromhex(first)).terminal_key("P3701000000101").hex()
    assert out.stat().st_mode & 0o777 == 0o600
    assert keys("--force").returncode == 0
    second = (tmp_path / "network.key").read_text().strip()
    assert second != first
    assert all(secret not in each.stdout + each.stderr for each in (again, derived) for secret in (first, second))
