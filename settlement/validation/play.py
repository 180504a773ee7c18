"""A scenario, played: an engine in memory, its clock, and one step after the other by the door that the step names.

Messages of the national interface go through the form that the HTTP door reads and writes, so that what is compared is
what a client of it sees. Time stands still but for what a step says passes before it; chance is a count.
"""

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import Raw, Struct

from cardsim.issuing.population import Population
from settlement.batch import judge_of
from settlement.direct import DirectHost
from settlement.engine.arrival import Decision, Door
from settlement.engine.case import World
from settlement.engine.ledger.books import BANK_OPENING, OPENING
from settlement.engine.ledger.state import Person, Transfer
from settlement.engine.rules.profile import ProfileError
from settlement.gateways.national_form import AS_PLATFORMS, header_of, read_envelope, read_message
from settlement.gateways.national_reply import write
from settlement.stores.memory import MemoryStore
from settlement.stores.store import Changes
from settlement.validation.forms import filled, refuse_unknown, resolved
from settlement.validation.people import find, first_transfers, said_of
from settlement.validation.scenario_file import Scenario, StepRow, nearest, span_ms
from settlement.wire.codes import OPERATIONS
from settlement.wire.envelope import BODY_TYPES, MalformedError, Request, decode_body, decode_output, digest_of, encode
from settlement.wire.messages import SignIn
from settlement.wire.named import read_named, write_named
from settlement.wire.names import AGENCY, CHINA, compact_time, institution_code, local_time
from settlement.wire.national_values import encode_json
from settlement.wire.service_catalogue import CALLS

OPERATOR: Final = "scenario"


class Answer(NamedTuple):
    """What came of a step: the envelope as its door writes it, the refusal's code, and what was booked."""

    infcode: int
    refusal: str
    err_msg: str
    msgid: str
    output: Any
    transfers: tuple[Transfer, ...] = ()


class Play:
    """One scenario on its own engine; raises ProfileError where the scenario cannot be played as written."""

    def __init__(self, scenario: Scenario, people: Population, world: World, file: str) -> None:
        self._scenario = scenario
        self._file = file
        self._now_ms = int(scenario.starts.replace(tzinfo=CHINA).timestamp() * 1000)
        self._numbers = count(1)
        self.ledger: Final = MemoryStore(people.size)
        self._host = DirectHost(
            self.ledger, judge_of(world), world.key, now_ms=lambda: self._now_ms, chance=self._nonce
        )
        self.people: Final = {name: find(name, row, people, world, file) for name, row in scenario.people.items()}
        rows = tuple(self.people.values())
        opened = tuple(transfer for person in rows for transfer in first_transfers(person, self._now_ms))
        self.ledger.save_now(Changes(rows, opened))
        self._signed_in: set[str] = set()
        self._asked: dict[str, tuple[Callable[[], Decision], Callable[[Decision], Answer]]] = {}
        self._answers: dict[str, Answer] = {}

    def perform(self, step: StepRow, key: str) -> Answer:
        """Let time pass, send a step's message, and return what came of it."""
        self._now_ms += span_ms(step.after)
        if step.repeat:
            send, told = self._asked[step.repeat]
            answer = _booked(told, send())
        else:
            answer = self._send(step, key)
        if step.name:
            self._answers[step.name] = answer
        return answer

    def person(self, name: str) -> Person:
        """Return a person as the ledger has them now."""
        key = Person, self.people[name].key
        found = self.ledger.load_now((key,)).get(Person, *self.people[name].key)
        assert found is not None, "whoever takes part is stored from the start"
        return found

    def broken_laws(self) -> tuple[str, ...]:
        """Return the laws of the books that do not hold."""
        laws = self.ledger.audit_now().invariants
        return tuple(f"{law.name}: {law.detail}" for law in laws if not law.ok)

    def looked_up(self, name: str, field: str) -> str:
        """Return what {name.field} stands for; raise ProfileError where that is nothing."""
        key = f"{{{name}.{field}}}"
        if name in self.people:
            said = said_of(self.person(name), "03")
            if field not in said:
                raise ProfileError(self._file, key, f"a person has no such field{nearest(field, said)}")
            return said[field]
        if name not in self._answers:
            known = nearest(name, [*self.people, *self._answers])
            raise ProfileError(self._file, key, f"neither person nor earlier step{known}")
        answer = self._answers[name]
        found = answer.msgid if field == "msgid" else first_named(answer.output, field)
        if found is None:
            why = f"step {name} was refused ({answer.err_msg}), so" if answer.refusal else f"the answer of step {name}"
            raise ProfileError(self._file, key, f"{why} {'its answer ' if answer.refusal else ''}has no such field")
        return str(found)

    def _send(self, step: StepRow, key: str) -> Answer:
        if step.service:
            return self._served(step, key)
        if step.admin:
            return self._operated(step, key)
        refuse_unknown(step.infno, step.input, AS_PLATFORMS, self._file, key)
        self._sign_in(step.at)
        said = said_of(self.person(step.who), step.credential) if step.who else {}
        given = resolved(step.input, self.looked_up)
        if step.fill:
            where = {"mdtrtarea_admvs": step.at[1:7], "insuplc_admdvs": _insured_in(step, said) or step.at[1:7]}
            given = filled(step.infno, given, said | where, local_time(self._now_ms), AS_PLATFORMS)
        envelope = self._envelope(step, said, given)
        try:
            read = read_envelope(msgspec.json.encode(envelope))
            message = read_message(read, header_of(read))
        except MalformedError as error:
            return Answer(-1, error.refusal.code, error.refusal.text(str(error)), envelope["msgid"], {})
        door = Door.HTTP

        def send() -> Decision:
            return self._host.decide(message.request, message.body, message.infno, message.digest, door)

        def told(decision: Decision) -> Answer:
            written = msgspec.json.decode(encode_json(write(decision.reply, message.input)))
            reply = decision.reply
            return Answer(written["infcode"], reply.refusal, reply.err_msg, reply.msgid, written["output"])

        return self._kept(step, send, told)

    def _envelope(self, step: StepRow, said: Mapping[str, str], given: Any) -> dict[str, Any]:
        now = local_time(self._now_ms)
        return {
            "infno": step.infno,
            "msgid": resolved(step.msgid, self.looked_up) or self._msgid(step.at),
            "mdtrtarea_admvs": step.at[1:7],
            "insuplc_admdvs": _insured_in(step, said),
            "recer_sys_code": OPERATOR,
            "infver": "1.0.0",
            "opter_type": "1",
            "opter": OPERATOR,
            "opter_name": OPERATOR,
            "inf_time": now,
            "fixmedins_code": step.at,
            "fixmedins_name": step.at,
            "sign_no": "",
            "input": given,
        }

    def _served(self, step: StepRow, key: str) -> Answer:
        if step.service not in CALLS:
            problem = f"{step.service!r} is no card service{nearest(step.service, list(CALLS))}"
            raise ProfileError(self._file, f"{key}.service", problem)
        self._sign_in(step.at)
        said = said_of(self.person(step.who), step.credential) if step.who else {}
        insured = _insured_in(step, said)
        return self._named(step, key, CALLS[step.service], step.at, step.at[1:7], insured, OPERATOR, Door.HTTP, said)

    def _operated(self, step: StepRow, key: str) -> Answer:
        if step.admin not in OPERATIONS:
            problem = f"{step.admin!r} is no operation{nearest(step.admin, list(OPERATIONS))}"
            raise ProfileError(self._file, f"{key}.admin", problem)
        kind = BODY_TYPES[OPERATIONS[step.admin]]
        said = said_of(self.person(step.who), step.credential) if step.who else {}
        agency = institution_code(AGENCY, step.at, 0)
        return self._named(step, key, kind, agency, step.at, step.at, "admin", Door.ADMIN, said)

    def _named(
        self,
        step: StepRow,
        key: str,
        kind: type[Struct],
        code: str,
        city: str,
        insured: str,
        operator: str,
        door: Door,
        said: Mapping[str, str],
    ) -> Answer:
        """Send a message of ours, whose fields are named as they are on our wire."""
        fields = kind.__struct_fields__
        given = {name: said[name] for name in fields if name in said} if step.fill else {}
        given |= resolved(step.input, self.looked_up)
        for name in given:
            if name not in fields:
                problem = f"there is no such field{nearest(name, list(fields))}"
                raise ProfileError(self._file, f"{key}.input.{name}", problem)
        msgid = resolved(step.msgid, self.looked_up) or self._msgid(code)
        try:
            body: Any = read_named(msgspec.json.encode(given), kind)
            request = Request(msgid, code, operator, city, insured, "", 0, local_time(self._now_ms), Raw(encode(body)))
            decode_body(request)  # bounds that only the wire's own form states
        except MalformedError as error:
            return Answer(-1, error.refusal.code, error.refusal.text(str(error)), msgid, {})
        infno = kind.__struct_config__.tag
        assert isinstance(infno, str)

        def send() -> Decision:
            return self._host.decide(request, body, infno, digest_of(body, insured), door)

        def told(decision: Decision) -> Answer:
            reply = decision.reply
            output = decode_output(reply)
            written = {} if output is None else write_named(output)
            return Answer(0 if reply.approved else -1, reply.refusal, reply.err_msg, reply.msgid, written)

        return self._kept(step, send, told)

    def _kept(self, step: StepRow, send: Callable[[], Decision], told: Callable[[Decision], Answer]) -> Answer:
        if step.name:
            self._asked[step.name] = send, told
        return _booked(told, send())

    def _sign_in(self, code: str) -> None:
        if not self._scenario.sign_in or code in self._signed_in:
            return
        self._signed_in.add(code)
        body = SignIn(OPERATOR)
        now = local_time(self._now_ms)
        request = Request(self._msgid(code), code, OPERATOR, code[1:7], "", "", 0, now, Raw(encode(body)))
        self._host.decide(request, body, "9001", digest_of(body, ""), Door.HTTP)

    def _msgid(self, code: str) -> str:
        return f"{code}{compact_time(self._now_ms)}{next(self._numbers):04d}"

    def _nonce(self, size: int) -> bytes:
        return next(self._numbers).to_bytes(size, "big")


def first_named(value: Any, field: str) -> Any:
    """Return the first value of that name in an answer, node by node; None where there is none."""
    if isinstance(value, Mapping):
        if field in value:
            return value[field]
        return next((found for inner in value.values() if (found := first_named(inner, field)) is not None), None)
    if isinstance(value, list):
        return next((found for inner in value if (found := first_named(inner, field)) is not None), None)
    return None


def _insured_in(step: StepRow, said: Mapping[str, str]) -> str:
    return step.insured or said.get("city", "")


def _booked(told: Callable[[Decision], Answer], decision: Decision) -> Answer:
    booked = tuple(row for row in decision.transfers if row.cause not in (OPENING, BANK_OPENING))
    return told(decision)._replace(transfers=booked)
