"""What happens in the scene, in its order: at the till, at the books, in the field, and an engine that dies."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import apsw
import pytest

from settlement.engine.ledger.state import Transfer
from settlement.stores.schema import SAVE
from settlement.stores.store import FILE_NAME
from settlement.wire.messages import QueryPerson, Reverse
from shuaka.engine import EngineError
from tests.system.dashboards.prometheus import SCRAPE_S
from tests.system.dashboards.scene import BRITTLE, LIMIT_S, SHUAKA, Scene
from tests.system.dashboards.till import WRONG, Till, shoppers

STALL_S = 1.7
"""Past the SLO's 1.5 s."""
LOAD_S = 60
"""Longer than the scene, which ends whoever is still at work."""
BURST, BURST_TILLS, BURSTS_MAX = 500, 12, 8
TRIES_MAX, LOCKED_TRIES = 6, 12
"""After how many wrong local passwords it is locked, and more tries of it than the alert lets pass in a minute."""
HALT_S = 0.1
AT_WORK = (
    "sum(rate(shuaka_load_events_total[15s]))",
    "sum(rate(shuaka_load_message_seconds_count[15s]))",
    "sum(rate(shuaka_reader_errors_total[1m]))",
    'sum(rate(shuaka_card_events_total{event="pin_wrong"}[1m]))',
)
FIRING = 'ALERTS{{alertname="{}",alertstate="firing"}}'
DELETE = "DELETE FROM transfer WHERE city = ? AND psn_no = ? AND cause = ? AND undo = ? AND number = ?"


def play(scene: Scene) -> None:
    """Let everything happen."""
    time.sleep(2 * SCRAPE_S)
    with scene.event("an engine that starts"):
        scene.start_engine()
        scene.prometheus.wait_until('up{job="engine"} == 1', LIMIT_S)
    with ExitStack() as running, closing(Till(scene.data)) as till:
        at_the_till(scene, till)
        began = time.time()
        for command in commands(scene):
            running.enter_context(scene.beside(*command))
        with scene.event("a stalled disk"), stalled_disk(scene.data):
            assert till.ask(till.sale(shoppers(scene.data)[1])).approved
        locked_out(scene, till)
        at_the_books(scene)
        in_the_field(scene, began)
        out_of_order(scene)
    starved(scene)


def commands(scene: Scene) -> Iterator[tuple[str, ...]]:
    """Yield a load run, a fleet, and a fleet in which things go wrong."""
    data, ports = ("--data", str(scene.data)), scene.ports
    yield *SHUAKA, "load", "smoke", *data, "--duration", str(LOAD_S), "--metrics-port", str(ports["load"])
    shift = ("--duration", str(LOAD_S), "--think", "0.1", "--mix", "remote=0.5")
    fleet = ("terminals", *data, *shift, "--count", "12")
    yield *SHUAKA, *fleet, "--metrics-port", str(ports["terminals"])
    brittle = ("terminals", *data, *shift, "--count", "10", "--lane", "3", "--name", "brittle")
    yield *BRITTLE, *brittle, "--metrics-port", str(ports["brittle"])


def at_the_till(scene: Scene, till: Till) -> None:
    """What one terminal can do: settle, send twice, type wrongly, undo what never was, ask too much."""
    one, other, third, fourth, *_ = shoppers(scene.data)
    sales = {1: till.sale(one), 2: till.sale(other)}
    for number in scene.twice("a settlement"):
        assert till.ask(sales[number]).approved
    said, name = till.sale(third), till.name()
    till.ask(said, name)
    for _ in scene.twice("a message that is sent twice"):
        assert till.ask(said, name).approved
    for _ in scene.twice("a wrong password"):
        assert not till.ask(till.sale(fourth, WRONG)).approved
    with scene.event("a reversal that comes before its original"):
        till.ask(Reverse(psn_no=one.psn_no, omsgid=till.name(), oinfno="2102"))
        scene.audit()
    with scene.event("more requests than the engine settles"):
        for _ in range(BURSTS_MAX):  # a queue that empties between two scrapes is seen by nobody
            burst(scene)
            if scene.prometheus.at("max_over_time(shuaka_queue_requests[10s]) > 0", time.time()):
                break


def locked_out(scene: Scene, till: Till) -> None:
    """A locked password, tried again and again; after the stall, which must be a great share of the settlements."""
    *_, somebody = shoppers(scene.data)
    for _ in range(TRIES_MAX):
        till.ask(till.sale(somebody, WRONG))
    with scene.event("a locked password that is tried again and again"):
        for _ in scene.twice("a locked password"):
            for _ in range(LOCKED_TRIES):
                assert not till.ask(till.sale(somebody)).approved
        scene.prometheus.wait_until(FIRING.format("PinLocks"), LIMIT_S)


def burst(scene: Scene) -> None:
    """Have a dozen terminals ask hundreds of questions each at once: more than the engine answers in a second."""
    tills = [Till(scene.data, serial) for serial in range(2, BURST_TILLS + 2)]
    shown = QueryPerson("02", "110101190001010000", "", "01", "110101190001010000", "nobody")
    frames = [b"".join(till.sealed(shown)[0] for _ in range(BURST)) for till in tills]
    for till, sent in zip(tills, frames, strict=True):
        till.socket.sendall(sent)
    for till in tills:
        till.replies(BURST)
        till.close()


@contextmanager
def stalled_disk(data: Path) -> Iterator[None]:
    """Hold the ledger's file, so that a commit in the block takes as long as on a disk that stalls."""
    held, may_go = threading.Event(), threading.Event()

    def hold() -> None:
        connection = apsw.Connection(str(data / FILE_NAME))
        connection.set_busy_timeout(5000)
        connection.execute("BEGIN IMMEDIATE")
        held.set()
        may_go.wait(STALL_S)
        connection.execute("ROLLBACK")
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(LIMIT_S)
    try:
        yield
    finally:
        may_go.set()
        holder.join()


def at_the_books(scene: Scene) -> None:
    """A ledger that cannot be read, then one that lost a row, and has it again."""
    ledger = scene.data / FILE_NAME
    with scene.event("a ledger that cannot be read"):
        away = ledger.rename(ledger.with_suffix(".away"))
        try:
            with pytest.raises(EngineError):
                scene.audit()
        finally:
            away.rename(ledger)
    with scene.event("a look at the books"):
        scene.audit()
    connection = apsw.Connection(str(ledger))
    connection.set_busy_timeout(5000)
    with scene.event("a ledger row that is deleted"):
        [row] = connection.execute("SELECT * FROM transfer WHERE cause GLOB '[0-9]*' LIMIT 1").fetchall()
        connection.execute(DELETE, row[:5])
        scene.audit()
    with scene.event("the row that is there again"):
        connection.execute(SAVE[Transfer], row)
        scene.audit()
    connection.close()


def in_the_field(scene: Scene, began: float) -> None:
    """Fleets and a load run at work."""
    for seen in AT_WORK:
        scene.prometheus.wait_until(f"{seen} > 0", LIMIT_S)
    scene.audit()
    time.sleep(3 * SCRAPE_S)
    scene.happened["the field at work"] = began, time.time()
    scene.keep_pages()


def out_of_order(scene: Scene) -> None:
    """The engine dies in the middle of settlements, and is started again."""
    scene.prometheus.wait_until('up{job="engine"} == 1', LIMIT_S)
    with scene.event("an engine that dies"):
        scene.end_engine(signal.SIGKILL)
        scene.prometheus.wait_until(FIRING.format("EngineDown"), LIMIT_S)
    with scene.event("an engine that is started again"):
        scene.start_engine()
        scene.prometheus.wait_until(FIRING.format("EngineDown"), LIMIT_S, empty=True)
        scene.prometheus.wait_until("sum(shuaka_reconnects_total) > 0", LIMIT_S)


def starved(scene: Scene) -> None:
    """A load run whose processes are halted again and again; by then nobody else is at work."""
    command = (
        *SHUAKA,
        "load",
        "--data",
        str(scene.data),
        "--rate",
        "20",
        "--duration",
        str(LOAD_S),
        "--name",
        "starved",
    )
    bound = FIRING.format("GeneratorBound")
    scene.prometheus.wait_until(bound, LIMIT_S, empty=True)
    with scene.beside(*command, "--metrics-port", str(scene.ports["starved"])) as load:
        scene.prometheus.wait_until('shuaka_load_arrivals_total{run="starved"} > 0', LIMIT_S)
        with scene.event("a load process that has too little CPU"):
            while not scene.prometheus.at(bound, time.time()):
                for how in (signal.SIGSTOP, signal.SIGCONT):
                    os.killpg(load.pid, how)
                    time.sleep(HALT_S)
    with scene.event("a load run that has ended"):
        scene.prometheus.wait_until(bound, LIMIT_S, empty=True)
