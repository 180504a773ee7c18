"""A terminal's line through the national door: the kernel's own requests go out, and replies as the kernel knows them.

Both shapes of refusal are understood: the gateway's {"code", "message"} without an infcode, and the interface's infcode
-1. What is no answer at all is NoReply, and what became of the request stays unknown until 5203 or 2601 says; so does
what became of a settlement that is refused without a known code, or by a gateway that gave up waiting. A ceiling that
would be passed refuses a settlement here, before it leaves, and lets a visit wait that would come too soon.
"""

import time
from collections.abc import Callable
from http import HTTPStatus
from time import monotonic
from typing import Any, Final, Protocol

import msgspec

from loadtests.foreign.answers import REFUSED, Answered, read
from loadtests.foreign.gateway import OK, Answer, NoAnswer
from loadtests.foreign.messages import Sender, Shown, envelope, written
from loadtests.workload.door import NationalDoor
from settlement.wire import codes
from settlement.wire.envelope import MalformedError, Reply, decode_output
from settlement.wire.messages import PersonFound, QueryPerson, QuerySettlement, SettleDrugSale, SignedIn
from settlement.wire.names import local_time
from settlement.wire.national_values import Json, encode_json
from terminals.kernel.effects import NoReply, Request
from terminals.kernel.site import Site

CEILING: Final = "CEILING"
"""The refusal of a settlement that would pass a ceiling, or after an abort: ours, and nothing was sent."""
GATEWAY_REFUSALS: Final = {
    HTTPStatus.UNAUTHORIZED: codes.BAD_SIGNATURE.code,
    HTTPStatus.TOO_MANY_REQUESTS: codes.BUSY.code,
    HTTPStatus.SERVICE_UNAVAILABLE: codes.BUSY.code,
}
"""What a gateway says of a request that it did not take in; any other status leaves the outcome unknown."""
SIGN_IN: Final = "9001"

Post = Callable[[bytes], Answer]


class Watch(Protocol):
    """Whoever holds a run to its ceilings and abort rules, and measures the platform's own time."""

    def admits(self, msgid: str, amount_fen: int) -> bool:
        """Whether a settlement of this amount may leave."""

    def wait_s(self) -> float:
        """Return after how many seconds a visit may begin; its place is kept."""

    def saw(self, request: Request, reply: Reply | NoReply, took_us: int, platform_us: int | None) -> None:
        """Take note of a reply, or that none came."""


class NationalConnection:
    """A terminal's line; `post` sends an envelope and raises NoAnswer, `hang_up` ends the line."""

    def __init__(
        self,
        door: NationalDoor,
        site: Site,
        post: Post,
        hang_up: Callable[[], None],
        clock_ms: Callable[[], int],
        watch: Watch,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._door = door
        self._sender = Sender(
            site,
            door.opters.get(site.dev_no, site.dev_no),
            door.institutions[site.fixmedins_code],
            door.recer_sys_code,
            door.infver,
        )
        self._post = post
        self._hang_up = hang_up
        self._clock_ms = clock_ms
        self._watch = watch
        self._sleep = sleep
        self._shown = Shown()
        self._sign_no = ""

    def exchange(self, request: Request) -> Reply | NoReply:
        """Send one request and return its reply, or why there is none."""
        body = request.body
        if isinstance(body, SettleDrugSale) and not self._watch.admits(request.msgid, body.medfee_sumamt_fen):
            return _refused(request, CEILING, "a ceiling of this target, or an abort: nothing was sent")
        if isinstance(body, QuerySettlement) and not (body.setl_id or self._door.queries_by_msgid):
            return _refused(request, codes.ORIGINAL_UNKNOWN.code, "this platform finds nothing by its msgid: not asked")
        if isinstance(body, QueryPerson):
            self._shown = Shown(body.certno, body.psn_name)
            if wait_s := self._watch.wait_s():
                self._sleep(wait_s)
        began_s = monotonic()
        answered, decided = self._answered(request)
        took_us = int((monotonic() - began_s) * 1_000_000)
        if isinstance(answered, NoReply):
            self._watch.saw(request, answered, took_us, None)
            return answered
        self._watch.saw(request, answered.reply, took_us, answered.platform_us if self._door.times else None)
        self._remember(answered.reply)
        if isinstance(body, SettleDrugSale) and not decided:
            return NoReply(f"{answered.reply.refusal} {answered.reply.err_msg}")
        return answered.reply

    def close(self) -> None:
        """Hang up."""
        self._hang_up()

    def _answered(self, request: Request) -> tuple[Answered | NoReply, bool]:
        """Return what came, and whether it decides about a settlement: -1 of any cause and a busy gateway do not."""
        try:
            answer = self._post(self._written(request))
            if answer.status == OK:
                answered = read(answer.content, request)
                return answered, answered.reply.refusal != REFUSED
        except NoAnswer as error:
            return NoReply(str(error)), False
        except (MalformedError, msgspec.ValidationError) as error:
            return NoReply(f"an answer that cannot be read: {error}"), False
        refusal = GATEWAY_REFUSALS.get(HTTPStatus(answer.status)) if answer.status in set(HTTPStatus) else None
        if refusal is None:
            return NoReply(f"HTTP status {answer.status}"), False
        refused = _refused(request, refusal, _message(answer.content))
        return Answered(refused, None), answer.status != HTTPStatus.SERVICE_UNAVAILABLE

    def ask(self, infno: str, msgid: str, given: Json) -> bytes:
        """Return what answers a transaction that no flow sends; raise NoAnswer, also for a gateway's refusal."""
        asked = self._envelope(infno, msgid, "", local_time(self._clock_ms()))
        answer = self._post(encode_json(asked | {"input": given}))
        if answer.status != OK:
            raise NoAnswer(f"HTTP status {answer.status}: {_message(answer.content)}")
        return answer.content

    def _written(self, request: Request) -> bytes:
        infno, inf_time = str(request.body.__struct_config__.tag), local_time(self._clock_ms())
        given = written(request.body, self._shown, inf_time, self._door.own_codes)
        return encode_json(self._envelope(infno, request.msgid, request.insuplc_admdvs, inf_time) | {"input": given})

    def _envelope(self, infno: str, msgid: str, insuplc_admdvs: str, inf_time: str) -> Json:
        sign_no = "" if infno == SIGN_IN else self._sign_no
        return envelope(self._sender, infno, msgid, insuplc_admdvs, sign_no, inf_time)

    def _remember(self, reply: Reply) -> None:
        """Keep what later messages must say again: the session, and of what type the patient is."""
        if not reply.approved:
            return
        output: Any = decode_output(reply)
        if isinstance(output, SignedIn):
            self._sign_no = output.sign_no
        elif isinstance(output, PersonFound) and output.insuinfo:
            self._shown = self._shown._replace(psn_type=output.insuinfo[0].psn_type)


def _refused(request: Request, refusal: str, message: str) -> Reply:
    infno = str(request.body.__struct_config__.tag)
    return Reply(request.msgid, infno, refusal, message, "", "")


def _message(content: bytes) -> str:
    """Return what a gateway says in its own JSON, or the beginning of whatever it sent."""
    try:
        said = msgspec.json.decode(content, type=dict[str, Any])
    except msgspec.DecodeError:
        return content[:80].decode(errors="replace")
    return str(said.get("message", ""))[:200]
