"""Outlets of a host without I/O: somebody without a card, and services as a counter or a unit asks them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from settlement.engine.arrival import Arrival, Door
from settlement.engine.ledger.making import CardApplication
from settlement.engine.ledger.state import Person
from settlement.wire.envelope import Reply, Request, decode_output, encode
from settlement.wire.making import ApplyForCard, CollectCard, CollectData, QueryProgress, TellStep, WithdrawApplication

DAY_MS = 86_400_000
MONDAY_2026_11_23 = 1_795_406_400_000
PHOTOS = Path(__file__).parents[5] / "tests" / "vectors" / "photos"
WHITE = (PHOTOS / "white.jpg").read_bytes()


class Office:
    """An outlet of a city: every service by the fields that differ from the usual."""

    def __init__(self, host: Any, teller: Any) -> None:
        self.host, self.teller = host, teller

    def person(self, person: Person) -> Person:
        found: Person = self.host.person(person.psn_no)
        return found

    def put(self, person: Person, **facts: Any) -> Person:
        """Let the ledger know a person as they are here."""
        changed = msgspec.structs.replace(person, **facts)
        self.host.put(changed)
        return changed

    def row(self, person: Person) -> CardApplication:
        key = (CardApplication, (person.city, person.psn_no))
        found: CardApplication = self.host.store.load_now((key,)).get(*(CardApplication, *key[1]))
        assert found
        return found

    def ask(self, kind: type, person: Person, **fields: Any) -> Reply:
        usual = {"psn_no": person.psn_no, "certno": person.certno, "channel": "COUNTER"}
        body = kind(**{**usual, **fields})
        reply: Reply = self.teller.ask(body)
        return reply

    def told(self, kind: type, person: Person, **fields: Any) -> Any:
        reply = self.ask(kind, person, **fields)
        assert reply.approved, reply.err_msg
        return decode_output(reply)

    def application(self, person: Person, **fields: Any) -> dict[str, Any]:
        whole = {"psn_name": person.psn_name, "bank_code": "CCB", "photo": WHITE, "phone": "13", "address": "a street"}
        return {**whole, **fields}

    def apply(self, person: Person, **fields: Any) -> Any:
        return self.told(ApplyForCard, person, **self.application(person, **fields))

    def refused(self, person: Person, **fields: Any) -> str:
        reply = self.ask(ApplyForCard, person, **self.application(person, **fields))
        assert not reply.approved
        return str(reply.refusal)

    def progress(self, person: Person, **fields: Any) -> Any:
        return self.told(QueryProgress, person, **{"channel": "APP", **fields})

    def withdraw(self, person: Person, **fields: Any) -> Reply:
        return self.ask(WithdrawApplication, person, **fields)

    def collect(self, person: Person, **fields: Any) -> Reply:
        return self.ask(CollectCard, person, **fields)

    def collect_data(self, person: Person, **fields: Any) -> Any:
        return self.told(CollectData, person, **{"channel": "APP", **fields})

    def tell(self, person: Person, step: str, outcome: str, cause: str = "") -> Reply:
        """Let the operator tell what became of a step."""
        return self.operate(person, TellStep(person.psn_no, step, outcome, cause))  # type: ignore[arg-type]  # a test may say anything

    def operate(self, person: Person, body: Any) -> Reply:
        """Ask at the operator's door, as the city's agency."""
        request = Request(
            msgid=self.teller.next_msgid(),
            fixmedins_code=f"A{person.city}00000",
            dev_no="admin",
            mdtrtarea_admvs=person.city,
            insuplc_admdvs="",
            sign_no="",
            counter=0,
            inf_time="",
            body=msgspec.Raw(encode(body)),
        )
        arrival: Arrival = self.host.arrival(request, body, Door.ADMIN)
        reply: Reply = self.host.decide(arrival)[0].reply
        return reply

    def fail(self, person: Person, step: str, cause: str) -> None:
        reply = self.tell(person, step, "FAILED", cause)
        assert reply.approved, reply.err_msg

    def until(self, person: Person, step: str, *, days_max: int = 120) -> Any:
        """Wait until a step is under way, looking once a day; return the progress then."""
        for _ in range(days_max):
            shown = self.progress(person)
            if shown.steps and shown.steps[-1].step == step:
                return shown
            self.wait(1)
        raise AssertionError(step)

    def until_ready(self, person: Person, *, days_max: int = 120) -> Any:
        for _ in range(days_max):
            shown = self.progress(person)
            if len(shown.steps) == 9 and shown.steps[-1].ended:
                return shown
            self.wait(1)
        raise AssertionError

    def wait(self, days: float) -> None:
        self.host.now_ms += int(days * DAY_MS)


@pytest.fixture
def monday(host: Any) -> int:
    host.now_ms = MONDAY_2026_11_23
    return MONDAY_2026_11_23


@pytest.fixture
def office(host: Any, pharmacy: Any, monday: int) -> Office:
    return Office(host, pharmacy)


@pytest.fixture
def office_in(host: Any, teller: Any, monday: int) -> Callable[[str], Office]:
    return lambda city: Office(host, teller(f"P{city}00001").sign_in())


@pytest.fixture
def cardless(office: Office, worker: Person) -> Person:
    """A worker whose card was cancelled."""
    return office.put(worker, card_status="CANCELLED")


@pytest.fixture
def white_photo() -> bytes:
    return WHITE


@pytest.fixture
def photos() -> Path:
    return PHOTOS
