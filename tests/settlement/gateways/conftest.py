"""An ASGI application asked in its own process, without a server and without a client library; two desks."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

import msgspec
import pytest

from settlement.batch import judge_of
from settlement.data_directory import InstitutionKey
from settlement.engine.case import World
from settlement.engine.ledger.state import Person
from settlement.gateways.faults import NextFaults, UnsureService
from settlement.gateways.national import national_app
from settlement.gateways.national_form import AS_PLATFORMS
from settlement.stores.memory import MemoryStore
from settlement.tally import Tally
from settlement.validation.forms import filled
from settlement.validation.people import said_of
from settlement.wire.messages import Line
from settlement.wire.national_fields import PATH
from settlement.wire.outlet_channels import CHANNELS
from settlement.wire.signature import sign, sign_content

NOON_MS = 1_795_233_600_000
CODE = "P37010000001"
KEY = InstitutionKey("AK", "SK", CODE)
HOSPITAL = InstitutionKey("AKH", "SKH", "H37010000001")
OUTLETS = {kind: InstitutionKey(f"AK{kind}", f"SK{kind}", f"{kind}37010000001") for kind in "SBE"}
WHEN = "2026-11-21 12:00:00"
encode_json = msgspec.json.Encoder(decimal_format="number").encode


class Answer(NamedTuple):
    """What an application answered."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)


async def ask(
    app: Any,
    method: str,
    path: str,
    *,
    query: str = "",
    headers: Mapping[str, str] = {},
    body: bytes = b"",
    stalls: bool = False,
) -> Answer:
    """Ask an ASGI application once; the body comes in two pieces, or stops after the first half if it `stalls`."""
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "path": path,
        "raw_path": path.encode(), "query_string": query.encode(), "scheme": "http", "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2),
    }  # fmt: skip
    pieces = [body[: len(body) // 2], body[len(body) // 2 :]]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if stalls and len(pieces) == 1:
            await asyncio.Event().wait()
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    given = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:]), given)


@pytest.fixture(scope="session")
def asked() -> Callable[..., Awaitable[Answer]]:
    return ask


@pytest.fixture(scope="session")
def run() -> Callable[[Awaitable[Any]], Any]:
    """Run one piece of asyncio work."""

    def wait(work: Awaitable[Any]) -> Any:
        async def outer() -> Any:
            return await work

        return asyncio.run(outer())

    return wait


class Desk:
    """A pharmacy's own software, and a hospital's: keeps a session, numbers its messages, signs its requests."""

    key = KEY
    keys = (KEY, HOSPITAL, *OUTLETS.values())

    def __init__(self, world: World, asked: Callable[..., Any]) -> None:
        self.store, self.tally, self.asked = MemoryStore(), Tally(), asked
        self.now_ms, self.number = NOON_MS, 0
        judge, counted = judge_of(world), (self.tally.answered,)
        self.faults = NextFaults()
        self.service = UnsureService(
            self.store, judge, world.key, now_ms=self.clock, chance=bytes, answered=counted, faults=self.faults
        )
        self.app = national_app(self.service, self.keys, self.clock)

    def clock(self) -> int:
        return self.now_ms

    def envelope(self, infno: str, given: Any, /, **changed: Any) -> dict[str, Any]:
        self.number += 1
        return {
            "infno": infno, "msgid": f"{CODE}20261121120000{self.number:04d}", "mdtrtarea_admvs": "370100",
            "insuplc_admdvs": "370100", "recer_sys_code": "FSI", "dev_no": "", "infver": "1.0.0", "opter_type": "1",
            "opter": "clerk", "opter_name": "店员", "inf_time": WHEN, "fixmedins_code": CODE,
            "fixmedins_name": "药店", "sign_no": "", "input": given,
        } | changed  # fmt: skip

    async def post(self, content: bytes, *, stalls: bool = False, secret: str = "SK", **headers: str) -> Any:
        signed = {"_api_name": "n", "_api_version": "1", "_api_timestamp": str(self.now_ms), "_api_access_key": "AK"}
        signed |= headers
        signed |= {"_api_signature": sign(secret, signed)}
        return await self.asked(self.app, "POST", PATH, headers=signed, body=content, stalls=stalls)

    async def call(self, infno: str, given: Any, /, **changed: Any) -> dict[str, Any]:
        answer = await self.post(encode_json(self.envelope(infno, given, **changed)))
        assert answer.status == 200
        replied: dict[str, Any] = answer.json
        return replied

    async def treat(self, infno: str, person: Person, given: Any, /, **changed: Any) -> dict[str, Any]:
        """Send a message of the hospital's about a person; what is left out is filled in as scenarios have it."""
        where = {"mdtrtarea_admvs": "370100", "insuplc_admdvs": person.city}
        asked = filled(infno, given, said_of(person, "03") | where, WHEN, AS_PLATFORMS)
        envelope = self.envelope(infno, asked, **({"insuplc_admdvs": person.city} | changed))
        answer = await self.post_of_hospital(envelope)
        replied: dict[str, Any] = answer.json
        return replied

    async def post_of_hospital(self, envelope: dict[str, Any]) -> Any:
        content = encode_json(envelope | {"fixmedins_code": HOSPITAL.fixmedins_code})
        return await self.post(content, secret=HOSPITAL.secret_key, _api_access_key=HOSPITAL.access_key)

    async def sign_in(self, key: InstitutionKey = KEY) -> None:
        given = {"signIn": {"opter_no": "clerk", "mac": "00", "ip": "127.0.0.1"}}
        content = encode_json(self.envelope("9001", given, fixmedins_code=key.fixmedins_code))
        answer = await self.post(content, secret=key.secret_key, _api_access_key=key.access_key)
        assert answer.json["infcode"] == 0, answer.json["err_msg"]

    async def serve(
        self, name: str, fields: Any, query: str = "", *, at: str = "", later_ms: int = 1, **changed: str
    ) -> Any:
        """Ask for a card service, at the outlet whose channel it names; `changed` are headers changed after signing."""
        self.now_ms += later_ms
        channel = fields.get("channel", "PHONE") if isinstance(fields, dict) else "PHONE"
        asks = {"P": KEY, **OUTLETS}
        key = asks[at or next((kind for kind in OUTLETS if channel in CHANNELS[kind]), "S")]
        body = fields if isinstance(fields, bytes) else msgspec.json.encode(fields)
        path = f"/services/{name}"
        signed = {"_api_name": "n", "_api_version": "1", "_api_timestamp": str(self.now_ms)}
        signed |= {"_api_access_key": key.access_key}
        target = f"{path}?{query}" if query else path
        headers = signed | {"_api_signature": sign(key.secret_key, signed)}
        headers |= {"_api_content_signature": sign_content(key.secret_key, str(self.now_ms), target, body)} | changed
        return await self.asked(self.app, "POST", path, query=query, headers=headers, body=body)


@pytest.fixture(scope="session")
def at_desk(world: World, asked: Any) -> Callable[[Callable[[Desk], Any]], None]:
    """Run a test's coroutine at a signed-in desk."""

    def run(test: Callable[[Desk], Any]) -> None:
        async def both() -> None:
            desk = Desk(world, asked)
            running = asyncio.create_task(desk.service.run())
            for key in desk.keys:
                await desk.sign_in(key)
            await test(desk)
            desk.service.stop()
            await running

        asyncio.run(both())

    return run


def sale_to(person: Person, lines: tuple[Line, ...]) -> dict[str, Any]:
    """The input of 2101 and 2102 as a pharmacy's software makes it."""
    return {
        "druginfo": {
            "psn_no": person.psn_no, "mdtrt_cert_type": "03", "mdtrt_cert_no": person.card_number,
            "card_sn": person.card_id.hex().upper(), "psn_cert_type": "01", "certno": person.certno,
            "psn_type": person.psn_type, "psn_name": person.psn_name, "begntime": WHEN,
            "medfee_sumamt": sum(line.det_item_fee_sumamt_fen for line in lines) / 100, "insutype": "310",
            "acct_used_flag": "1", "med_type": "41",
        },
        "drugdetail": [
            {
                "feedetl_sn": line.feedetl_sn, "rx_circ_flag": "0", "fee_ocur_time": WHEN,
                "med_list_codg": line.med_list_codg, "medins_list_codg": "own-1",
                "det_item_fee_sumamt": f"{line.det_item_fee_sumamt_fen / 100:.2f}", "cnt": 1,
                "pric": line.pric_e6 / 1e6,
            }
            for line in lines
        ],
    }  # fmt: skip


@pytest.fixture
def sale(shoppers: list[Person], lines: tuple[Line, ...]) -> dict[str, Any]:
    return sale_to(shoppers[0], lines)


@pytest.fixture(scope="session")
def sold_to() -> Callable[..., dict[str, Any]]:
    return sale_to


@pytest.fixture
def refused(at_desk: Any) -> Callable[..., str]:
    """Have a request refused, and return what is said; nothing may be settled by it."""

    def refuse(infno: str, given: Any, /, **changed: Any) -> str:
        said: list[str] = []

        async def test(desk: Desk) -> None:
            reply = await desk.call(infno, given, **changed)
            assert (reply["infcode"], reply["output"]) == (-1, {})
            assert desk.store.audit_now().ledger == {}
            said.append(reply["err_msg"])

        at_desk(test)
        return said[0]

    return refuse
