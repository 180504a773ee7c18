"""The desk of the card services: whoever comes shows what a service asks for, unless the test says otherwise."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from settlement.engine.ledger.state import Person
from settlement.wire.card_service import CardService
from settlement.wire.envelope import Reply, decode_output
from settlement.wire.messages import ReissueCard
from settlement.wire.names import institution_code
from settlement.wire.service_catalogue import SERVICES
from tests.settlement.engine.conftest import NOON_2026_11_21, Host, Teller

NAMES = {kind: name for name, kind in SERVICES.items()}
PHOTO = (Path(__file__).parents[3] / "vectors" / "photos" / "white.jpg").read_bytes()
DAY_MS = 24 * 60 * 60 * 1000
PREFERRED = ("COUNTER", "BANK", "APP")
JINAN, WEIFANG, JINING, SICHUAN = "370100", "370700", "370800", "510100"


def card_sn(person: Person) -> str:
    return person.card_id.hex().upper()


class Desk:
    """Asks for services in the name of a person, at an outlet of their city or of another."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self._tellers: dict[tuple[str, str], Teller] = {}

    def teller(self, city: str, kind: str = "P") -> Teller:
        found = self._tellers.get((city, kind))
        if found is None:
            found = self._tellers[city, kind] = Teller(self.host, institution_code(kind, city, 1)).sign_in()
        return found

    def ask(self, kind: type, person: Person, *, at: str = "", msgid: str = "", **fields: Any) -> Reply:
        city = at or person.city
        asked = kind(**self._shown(kind, person) | fields)
        return self.teller(city).ask(asked, msgid=msgid, insured=person.city if city != person.city else "")

    def done(self, kind: type, person: Person, **how: Any) -> Any:
        """Ask what must be done; return what is told."""
        reply = self.ask(kind, person, **how)
        assert reply.approved, reply.err_msg
        return decode_output(reply)

    def refused(self, kind: type, person: Person, **how: Any) -> str:
        """Ask what must be refused; return the refusal's code."""
        reply = self.ask(kind, person, **how)
        assert not reply.approved
        return reply.refusal

    def _shown(self, kind: type, person: Person) -> dict[str, Any]:
        if kind is ReissueCard:
            named = {"psn_no": person.psn_no, "certno": person.certno, "psn_name": person.psn_name}
            return {**named, "card_sn": card_sn(person), "channel": "BANK"}
        assert issubclass(kind, CardService)
        offer = self.host.world.cities[person.city].services.get(NAMES.get(kind, ""))
        at = offer.at if offer else frozenset({"COUNTER"})
        return {
            "psn_no": person.psn_no,
            "channel": next((one for one in PREFERRED if one in at), min(at)),
            "certno": person.certno,
            "card_sn": card_sn(person),
        }

    def row(self, city: str, psn_no: str) -> Person:
        """The person as a city has them stored."""
        found = self.host.store.load_now(((Person, (city, psn_no)),)).get(Person, city, psn_no)
        assert found
        return found

    def holds(self, person: Person, **facts: Any) -> Person:
        """Have the ledger hold a person with other facts."""
        changed = msgspec.structs.replace(person, **facts)
        self.host.put(changed)
        return changed


@pytest.fixture
def desk(host: Host) -> Desk:
    """On a Monday: counters are closed at the weekend."""
    host.now_ms = NOON_2026_11_21 + 2 * DAY_MS
    return Desk(host)


@pytest.fixture
def of(host: Host) -> Any:
    """Give a working employee of a city, with money in the account."""

    def found(city: str, **facts: Any) -> Person:
        everybody = host.people(city, **({"insutype": "310", "psn_type": "11"} | facts))
        return next(person for person in everybody if person.balance_fen > 10_000)

    return found
