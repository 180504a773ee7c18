"""A platform that is not ours, a process that knows nothing of the project, and trips to it.

A trip sells in this process, terminal by terminal, and then asks the platform for its statement; no Locust is between.
"""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cardsim.issuing.check_digits import identity_check
from loadtests.evidence.platform_time import PlatformTimes
from loadtests.evidence.proof import Proof
from loadtests.foreign.crowd import ForeignCrowd
from loadtests.foreign.lines import lines
from loadtests.foreign.order import Desk, write_order
from loadtests.foreign.undo import find_out
from loadtests.generator.visitor import Visitor, World
from loadtests.openload.arrivals import ArrivalPlan
from settlement.wire.session import TerminalSession
from shuaka.rehearsing import foreign, foreign_plan
from shuaka.rehearsing.order import Rehearsal
from terminals.journal import FileJournal
from terminals.kernel.outcome import Outcome
from terminals.kernel.outcome import Result as End
from terminals.kernel.site import AT_ONCE

PLATFORM = Path(__file__).parents[1] / "foreign_platform"
KEYS = {
    "SHOP_1_AK": "AK-SHOP-1",
    "SHOP_1_SK": "SK-SHOP-1-canary",
    "SHOP_2_AK": "AK-SHOP-2",
    "SHOP_2_SK": "SK-SHOP-2-canary",
}
PEOPLE = 40
LIMIT_S = 60


def certno(number: int) -> str:
    body = f"370102{1950 + number % 50}0{1 + number % 9}1{number % 10}{number:03d}"
    return body + identity_check(body)


class Platform(NamedTuple):
    """The stand-in, and the files of a target that leads to it."""

    port: int
    folder: Path

    @property
    def target(self) -> Path:
        return self.folder / "target.toml"

    def asked(self, path: str, content: bytes | None = None) -> Any:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{path}", content, timeout=LIMIT_S) as answer:
            return json.loads(answer.read())

    def aim(self, more: str = "", *, first: str = "", host: str = "127.0.0.1") -> None:
        """Write the target: `first` stands above its tables, `more` below."""
        shops = "".join(
            f'[[institutions]]\ncode = "P3701000001{shop}"\nname = "药店"\noperators = ["clerk{shop}"]\n'
            f'access_key_env = "SHOP_{shop}_AK"\nsecret_key_env = "SHOP_{shop}_SK"\n'
            for shop in (1, 2)
        )
        self.target.write_text(
            f'name = "stand-in"\naddress = "http://{host}:{self.port}"\ngateway = "aksk"\ncity = "370100"\n'
            f'people = "people.csv"\nitems = "items.csv"\ntimeout_s = 5\n{first}\n{shops}{more}'
        )

    def rehearsal(self, place: Path, rate: str = "20/1s", **changed: Any) -> Rehearsal:
        facts = {"run": "r", "data": place, "arrivals": ArrivalPlan.read(rate), "warmup_s": 0.0, "drain_s": 5.0}
        return Rehearsal(**(facts | changed))

    def plant(self, **plan: Any) -> None:
        self.asked("plan", json.dumps(plan).encode())

    @property
    def seen(self) -> dict[str, int]:
        return dict(self.asked("seen"))

    def stored_fen(self) -> int:
        return sum(entry["total"] for entry in self.asked("books"))


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("target")
    rows = [f"王{chr(0x4E00 + number)},{certno(number)},370100,A{number:08d}," for number in range(PEOPLE)]
    (folder / "people.csv").write_text(
        "psn_name,certno,insuplc_admdvs,card_number,card_sn\n" + "\n".join(rows), "utf-8"
    )
    (folder / "items.csv").write_text("med_list_codg,pric,medins_list_codg\nXA01,18.40,SHELF-1\nXA02,7.25,\n")
    command = [sys.executable, str(PLATFORM), str(folder / "people.csv")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield Platform(int(process.stdout.readline()), folder)
        process.terminate()


@pytest.fixture
def platform(stand_in: Platform, monkeypatch: pytest.MonkeyPatch) -> Platform:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    stand_in.aim()
    stand_in.plant()
    return stand_in


class Trip:
    """Visits made in this process, and the desk that asks for the platform's statement afterwards."""

    def __init__(self, platform: Platform, place: Path) -> None:
        found = foreign_plan.read(platform.target)
        self.plan = foreign_plan.plan_of(platform.rehearsal(place), found)
        self.times, self.stopped = PlatformTimes(), list[str]()
        opened = lines(self.plan, self.times, self.stopped.append, foreign.now_ms)
        self.place, self.crowd = place, ForeignCrowd(self.plan, 0)
        world = World(foreign.now_ms, time.monotonic, lambda _: None)
        self._journal = FileJournal(place / "load-0.jsonl", "buffered")
        self.visitors = []
        for terminal in self.plan.terminals:
            site = terminal.site
            session = TerminalSession(bytes(16), dev_no=site.dev_no, fixmedins_code=site.fixmedins_code, city=site.city)
            visitor = Visitor(site, session, opened.connection(site), self._journal, world)
            assert visitor.sign_on().result is End.DONE
            self.visitors.append(visitor)
        self.order = foreign_plan.order_of(found, self.plan, foreign_plan.today(foreign.now_ms()))
        write_order(self.order, place)

    def sell(self, count: int) -> list[Outcome]:
        outcomes = []
        for number in range(count):
            comer = self.crowd.next()
            assert comer is not None
            outcomes.append(self.visitors[number % 2].attend(comer, AT_ONCE).outcome)
        return outcomes

    def close(self) -> None:
        for visitor in self.visitors:
            visitor.close()
        self._journal.close()

    def desk(self) -> Desk:
        return Desk(self.order, self.place, foreign.now_ms, lambda _: None)

    def prove(self) -> Proof:
        desk = self.desk()
        try:
            list(find_out(desk.history(), desk.clerks))
            assert desk.history().open() == []
            return desk.prove()
        finally:
            desk.close()


Go = Callable[[], Trip]


@pytest.fixture
def go(platform: Platform, tmp_path: Path) -> Iterator[Go]:
    """Sign terminals on at the target as it stands when this is called."""
    with ExitStack() as closing:

        def start() -> Trip:
            trip = Trip(platform, tmp_path)
            closing.callback(trip.close)
            return trip

        yield start


@pytest.fixture
def trip(go: Go) -> Trip:
    return go()


@pytest.fixture(scope="session")
def identities() -> list[str]:
    """The identity numbers of everybody whom the platform knows."""
    return [certno(number) for number in range(PEOPLE)]
