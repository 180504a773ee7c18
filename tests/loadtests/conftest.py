"""Plans, sites and a scripted host for the tests of the load: one pharmacy terminal unless told otherwise."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cardsim.issuing.card_profiles import CardProfile
from loadtests.evidence.history import Deed, History
from loadtests.openload.arrivals import ArrivalPlan
from loadtests.workload.plan import Block, LoadPlan, LoadTerminal, Profile
from settlement.wire.envelope import Reply, Request, decode_body, decode_request, encode
from settlement.wire.framing import FrameReader, frame
from settlement.wire.keys import REPLY, session_keys
from settlement.wire.messages import SignedIn
from settlement.wire.session import TerminalSession
from terminals.journal import Line
from terminals.kernel.entries import Entry, Fate, Intent, Resolution, Standing
from terminals.kernel.site import Site
from terminals.patients import Item

JINAN = "370100"
DEV_NO = "P3701000000101"
KEY = bytes(range(16))
SIGN_NO = "session-1"


def site(dev_no: str = DEV_NO, city: str = JINAN) -> Site:
    return Site(
        dev_no=dev_no, fixmedins_code=dev_no[:12], city=city, kind=dev_no[0], opter_no="run", password_asked=True
    )


def profile(**changed: Any) -> Profile:
    facts: dict[str, Any] = {
        "run": "run",
        "arrivals": ArrivalPlan.read("10/1s"),
        "seed": 1,
        "block": Block(seed=1, size=1000, first=0, count=100),
        "warmup_s": 0,
    }
    return Profile(**(facts | changed))


def load_plan(**changed: Any) -> LoadPlan:
    facts: dict[str, Any] = {
        "profile": profile(),
        "host": "127.0.0.1",
        "port": 1,
        "terminals": (LoadTerminal(site(), KEY.hex()),),
        "card_profiles": (CardProfile(name="gen2", city=JINAN, generation=2, weight=1),),
        "items": (Item("X1", 10_000_000, "01"),),
        "result_file": "result.json",
        "live_file": "live.json",
        "journal_dir": ".",
    }
    return LoadPlan(**(facts | changed))


def session() -> TerminalSession:
    return TerminalSession(KEY, dev_no=DEV_NO, fixmedins_code=DEV_NO[:12], city=JINAN)


class Host:
    """What a scripted host knows of a request, and how it answers."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._frames = FrameReader()
        self._sign_no = ""

    def request(self) -> Request | None:
        """Return the next request; None when the terminal hung up."""
        while True:
            for message, _ in self._frames:
                return decode_request(message)
            data = self._line.recv(65536)
            if not data:
                return None
            self._frames.feed(data)

    def reply(self, request: Request, *, msgid: str = "", counter: int | None = None, **fields: Any) -> bytes:
        """Return the frame of a reply, as the session's keys seal it."""
        infno = str(decode_body(request).__struct_config__.tag)
        output = SignedIn(SIGN_NO, "now") if infno == "9001" else fields.pop("output", None)
        raw = msgspec.Raw(encode(output)) if output is not None else msgspec.Raw(b"\xc0")
        message = encode(Reply(msgid or request.msgid, infno, fields.get("refusal", ""), "", "ref", "now", raw))
        keys = session_keys(KEY, request.sign_no)
        return frame(message, keys.mac(REPLY, request.counter if counter is None else counter, message))

    def send(self, *frames: bytes) -> None:
        self._line.sendall(b"".join(frames))


Script = Callable[[Host], None]


@contextmanager
def serving(*scripts: Script) -> Iterator[tuple[str, int]]:
    """Accept one connection for each script, in order, on any free port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_serve, args=(listener, scripts), daemon=True)
        thread.start()
        address = listener.getsockname()
        yield address[0], address[1]
        thread.join(5)
        assert not thread.is_alive()


def _serve(listener: socket.socket, scripts: tuple[Script, ...]) -> None:
    for script in scripts:
        line, _ = listener.accept()
        with line:
            script(Host(line))


@pytest.fixture(name="make_plan")
def _make_plan() -> Callable[..., LoadPlan]:
    return load_plan


@pytest.fixture(name="make_profile")
def _make_profile() -> Callable[..., Profile]:
    return profile


@pytest.fixture(name="make_session")
def _make_session() -> Callable[[], TerminalSession]:
    return session


@pytest.fixture(name="hosting")
def _hosting() -> Callable[..., AbstractContextManager[tuple[str, int]]]:
    return serving


@pytest.fixture(name="make_site")
def _make_site() -> Callable[..., Site]:
    return site


SHOP = "P37010000011"
DEV_NO = f"{SHOP}01"


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


def history_of(*deeds: Deed) -> History:
    return History(deeds)


@pytest.fixture(scope="session")
def make_history() -> Callable[..., History]:
    return history_of
