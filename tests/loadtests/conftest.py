"""Plans, sites and a scripted host for the tests of the load: one pharmacy terminal unless told otherwise."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import msgspec
import pytest

from cardsim.issuing.card_profiles import CardProfile
from loadtests.openload.arrivals import ArrivalPlan
from loadtests.workload.plan import Block, LoadPlan, LoadTerminal, Profile
from settlement.wire.envelope import Reply, Request, decode_body, decode_request, encode
from settlement.wire.framing import FrameReader, frame
from settlement.wire.keys import REPLY, session_keys
from settlement.wire.messages import SignedIn
from settlement.wire.session import TerminalSession
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
