"""A terminal's line through the national door: both shapes of refusal, and what is no answer at all."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from loadtests.foreign.answers import REFUSED
from loadtests.foreign.connection import CEILING, NationalConnection
from loadtests.foreign.gateway import Answer, NoAnswer
from loadtests.workload.door import Credential, CredentialError, NationalDoor
from settlement.wire import codes, messages
from settlement.wire.envelope import Reply
from settlement.wire.messages import Body, Line
from terminals.kernel.effects import NoReply, Request
from terminals.kernel.site import Site

SHOP = "P37010000011"
SITE = Site(f"{SHOP}01", SHOP, "370100", "P", "clerk1", password_asked=False)
SALE = messages.SettleDrugSale(
    "N1", "03", "A1", "", "310", "41", "1", 1000, (Line("1", "XA01", 10_000_000, 10_000, 1000),)
)


class Scripted:
    """A gateway that answers as it is told, and a watch that notes what it is told."""

    def __init__(self) -> None:
        self.posts: list[dict[str, Any]] = []
        self.answers: list[Answer | Exception] = []
        self.seen: list[Reply | NoReply] = []
        self.closed = self.platform_us = 0
        self.open_ = True
        self.wait = 0.0
        self.slept: list[float] = []

    def post(self, content: bytes) -> Answer:
        self.posts.append(json.loads(content))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def hang_up(self) -> None:
        self.closed += 1

    def admits(self, _msgid: str, _amount_fen: int) -> bool:
        return self.open_

    def wait_s(self) -> float:
        return self.wait

    def saw(self, _: Request, reply: Reply | NoReply, _took_us: int, platform_us: int | None) -> None:
        self.seen.append(reply)
        self.platform_us = platform_us or 0


Connect = Callable[..., tuple[Scripted, NationalConnection]]


@pytest.fixture
def connect() -> Connect:
    def made(**changed: Any) -> tuple[Scripted, NationalConnection]:
        door = NationalDoor(institutions={SHOP: "药店"}, credentials=(), opters={SITE.dev_no: "clerk1"}, **changed)
        scripted = Scripted()
        return scripted, NationalConnection(
            door, SITE, scripted.post, scripted.hang_up, lambda: 0, scripted, scripted.slept.append
        )

    return made


def ok(**output: Any) -> Answer:
    said = {"infcode": 0, "output": output, "refmsg_time": "20261121120000000", "respond_time": "20261121120000007"}
    return Answer(200, json.dumps(said).encode())


def exchange(connection: NationalConnection, body: Body) -> Reply | NoReply:
    return connection.exchange(Request(body, "M1", "370100"))


def test_a_session_and_a_patient_are_said_again_in_what_follows(connect: Connect) -> None:
    scripted, connection = connect()
    scripted.answers = [
        ok(signinoutb={"sign_no": "S1"}),
        ok(baseinfo={"psn_no": "N1"}, insuinfo=[{"psn_type": "12"}]),
        ok(setlinfo={"setl_id": "T1"}),
    ]
    exchange(connection, messages.SignIn("clerk1"))
    exchange(connection, messages.QueryPerson("03", "A1", "", "01", "370102195102110011", "王一"))
    exchange(connection, SALE)
    signed, asked, sold = scripted.posts
    assert [post["sign_no"] for post in scripted.posts] == ["", "S1", "S1"]
    assert {(post["opter"], post["dev_no"], post["fixmedins_code"]) for post in scripted.posts} == {
        ("clerk1", SITE.dev_no, SHOP)
    }
    drug = sold["input"]["druginfo"]
    assert (drug["certno"], drug["psn_name"], drug["psn_type"]) == ("370102195102110011", "王一", "12")
    assert (signed["infno"], asked["infno"], sold["infno"]) == ("9001", "1101", "2102")


@pytest.mark.parametrize(
    ("status", "refusal"),
    [(401, codes.BAD_SIGNATURE.code), (429, codes.BUSY.code), (503, codes.BUSY.code)],
)
def test_a_gateways_refusal_has_no_infcode_and_a_code_of_its_own(connect: Connect, status: int, refusal: str) -> None:
    scripted, connection = connect()
    scripted.answers = [Answer(status, '{"code":1,"message":"签名不匹配"}'.encode())]
    reply = exchange(connection, messages.QueryPerson("03", "A1", "", "01", "1", "王一"))
    assert isinstance(reply, Reply)
    assert (reply.refusal, reply.err_msg, reply.approved) == (refusal, "签名不匹配", False)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500, b""), Answer(502, b"<html>"), Answer(504, b""), Answer(799, b""), Answer(200, b"<html>"),
        Answer(200, b'{"infcode":0}'), Answer(200, b'{"code":0,"message":"?"}'), NoAnswer("no answer within 2 s"),
    ],
)  # fmt: skip
def test_what_is_no_answer_leaves_the_outcome_unknown(connect: Connect, answer: Answer | Exception) -> None:
    scripted, connection = connect()
    scripted.answers = [answer]
    reply = exchange(connection, SALE)
    assert isinstance(reply, NoReply)
    assert scripted.seen == [reply]


@pytest.mark.parametrize(
    ("answer", "counted"),
    [
        (Answer(503, b'{"code":503,"message":"busy"}'), codes.BUSY.code),
        (Answer(200, b'{"infcode":-1,"err_msg":"no reason"}'), REFUSED),
    ],
)
def test_a_settlement_refused_by_a_word_that_excludes_nothing_is_unknown(
    connect: Connect, answer: Answer, counted: str
) -> None:
    scripted, connection = connect()
    scripted.answers = [answer]
    assert isinstance(exchange(connection, SALE), NoReply)
    [seen] = scripted.seen
    assert isinstance(seen, Reply)
    assert seen.refusal == counted, "the abort rules still count what it was"


@pytest.mark.parametrize("status", [401, 429])
def test_a_settlement_that_the_gateway_did_not_take_in_is_refused(connect: Connect, status: int) -> None:
    scripted, connection = connect()
    scripted.answers = [Answer(status, b"{}")]
    assert isinstance(exchange(connection, SALE), Reply)


def test_a_settlement_refused_with_a_known_code_is_refused(connect: Connect) -> None:
    scripted, connection = connect()
    scripted.answers = [Answer(200, b'{"infcode":-1,"err_msg":"[E3101] no"}')]
    reply = exchange(connection, SALE)
    assert isinstance(reply, Reply)
    assert reply.refusal == "E3101"


def test_a_visit_that_would_come_too_soon_waits_before_its_first_message(connect: Connect) -> None:
    scripted, connection = connect()
    scripted.wait = 0.25
    scripted.answers = [ok(baseinfo={"psn_no": "N1"}, insuinfo=[{"psn_type": "12"}]), ok(setlinfo={"setl_id": "T1"})]
    exchange(connection, messages.QueryPerson("03", "A1", "", "01", "1", "王一"))
    exchange(connection, SALE)
    assert scripted.slept == [0.25]


def test_a_settlement_that_a_ceiling_forbids_is_never_sent(connect: Connect) -> None:
    scripted, connection = connect()
    scripted.open_ = False
    reply = exchange(connection, SALE)
    assert isinstance(reply, Reply)
    assert (reply.refusal, scripted.posts) == (CEILING, [])


def test_a_query_by_msgid_is_not_sent_where_the_platform_has_none(connect: Connect) -> None:
    scripted, connection = connect(queries_by_msgid=False)
    reply = exchange(connection, messages.QuerySettlement("N1", "", "", "M1"))
    assert isinstance(reply, Reply)
    assert (reply.refusal, scripted.posts) == (codes.ORIGINAL_UNKNOWN.code, [])
    scripted.answers = [ok(setlinfo={"setl_id": "T1"})]
    exchange(connection, messages.QuerySettlement("N1", "T1", "V1"))
    assert len(scripted.posts) == 1


@pytest.mark.parametrize(("times", "platform_us"), [(True, 7000), (False, 0)])
def test_the_platforms_time_counts_where_it_is_its_own(connect: Connect, *, times: bool, platform_us: int) -> None:
    scripted, connection = connect(times=times)
    scripted.answers = [ok(setlinfo={"setl_id": "T1"})]
    exchange(connection, SALE)
    assert scripted.platform_us == platform_us


def test_a_transaction_that_no_flow_sends_brings_its_bytes_or_that_there_are_none(connect: Connect) -> None:
    scripted, connection = connect()
    scripted.answers = [Answer(200, b"PK"), Answer(401, b'{"message":"no"}')]
    assert connection.ask("9102", "M1", {}) == b"PK"
    with pytest.raises(NoAnswer, match="HTTP status 401: no"):
        connection.ask("9102", "M2", {})
    connection.close()
    assert scripted.closed == 1


def test_credentials_come_from_the_environment_by_name_and_show_nothing() -> None:
    named = Credential(fixmedins_code=SHOP, access_key_env="A", secret_key_env="B")
    assert named.resolved({"A": "x", "B": "y"}).secret_key == "y"
    assert "y" not in repr(named.resolved({"A": "x", "B": "y"}))
    with pytest.raises(CredentialError, match=f"the environment variable B, a key of {SHOP}, is not set"):
        named.resolved({"A": "x", "B": ""})


@pytest.mark.parametrize("key", ["canary\n", "canary 1", "canaryé", "canary\x00", "\u3000canary"])
def test_a_key_that_no_header_can_hold_is_named_and_never_repeated(key: str) -> None:
    named = Credential(fixmedins_code=SHOP, access_key_env="A", secret_key_env="B")
    with pytest.raises(CredentialError, match=r"the environment variable B, .* printable ASCII") as error:
        named.resolved({"A": "x", "B": key})
    assert "canary" not in str(error.value)


def test_an_institution_without_credentials_is_named() -> None:
    with pytest.raises(CredentialError, match="there are no credentials of P1"):
        NationalDoor(institutions={}, credentials=()).credential("P1", {})
