"""The bank zone in a test: accounts as a bank keeps them, the bank's own machine, and branches."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from settlement.engine.arrival import Door
from settlement.engine.ledger.bank_zone import handed_out
from settlement.engine.ledger.books import bank_opening
from settlement.engine.ledger.state import BankAccount, Person
from settlement.engine.rules.directory import BANK_LANE
from settlement.stores.store import Changes
from settlement.wire import bank_services
from settlement.wire.bank import CardRequest
from settlement.wire.envelope import Reply, decode_output
from settlement.wire.names import AGENCY, institution_code, terminal_number

Keep = Callable[..., BankAccount]


@pytest.fixture
def keep(host: Any) -> Keep:
    """Store a person's account with other facts than the bank opened it with."""

    def kept(person: Person, **facts: Any) -> BankAccount:
        account = msgspec.structs.replace(host.account(person.psn_no), **facts)
        opened = () if (BankAccount, account.key) in host.store._rows else bank_opening(account, host.now_ms)
        host.store.save_now(Changes((account,), opened))
        return account

    return kept


@pytest.fixture
def hand_out(host: Any, keep: Keep) -> Callable[[Person, str], BankAccount]:
    """Hand an account out as a bank of the person's city does."""

    def handed(person: Person, bank_code: str) -> BankAccount:
        bank = host.world.cities[person.city].banks[bank_code]
        new = handed_out(host.account(person.psn_no), bank_code, bank)
        return keep(person, **{name: getattr(new, name) for name in ("bank_code", "status", "pin_must_change")})

    return handed


@pytest.fixture
def keep_person(host: Any) -> Callable[..., Person]:
    def kept(person: Person, **facts: Any) -> Person:
        changed = msgspec.structs.replace(person, **facts)
        host.store._rows[Person, changed.key] = changed
        return changed

    return kept


@pytest.fixture
def machine(teller: Any, pharmacy: Any) -> Any:
    """The bank's own machine at the same place."""
    at = teller(pharmacy.code)
    at.dev_no = terminal_number(pharmacy.code, BANK_LANE)
    return at.sign_in()


def _refusal(reply: Reply) -> tuple[str, str]:
    output: Any = decode_output(reply)
    return reply.refusal, output.response_code if output else ""


@pytest.fixture
def refusal() -> Callable[[Reply], tuple[str, str]]:
    """The code and DE 39 of a reply."""
    return _refusal


@pytest.fixture
def bank_asked() -> Callable[..., Reply]:
    """Ask a service of the bank zone as its holder at a branch of the card's bank does, unless it is said otherwise."""

    def asked(at: Any, person: Person, service: str, pins: tuple[str, str] = ("", ""), **said: Any) -> Reply:
        facts: dict[str, Any] = {
            "psn_no": person.psn_no,
            "channel": "BANK",
            "certno": person.certno,
            "card_sn": person.card_id.hex().upper(),
            "bank_code": "CCB",
        }
        if any(pins):
            facts |= {"pin_block": at.pin_block(person, pins[0]), "new_pin_block": at.pin_block(person, pins[1])}
        reply: Reply = at.ask(getattr(bank_services, service)(**(facts | said)))
        return reply

    return asked


@pytest.fixture
def at_bank(bank_asked: Any) -> Callable[..., Any]:
    """Ask what must be granted; return the zone's state."""

    def served(*asked: Any, **said: Any) -> Any:
        reply = bank_asked(*asked, **said)
        assert reply.approved, reply.err_msg
        return decode_output(reply)

    return served


@pytest.fixture
def agency(teller: Any) -> Callable[[Any], Reply]:
    """Ask as the agency of Jinan does."""
    asker = teller(institution_code(AGENCY, "370100", 0))
    asker.door = Door.ADMIN

    def asked(body: Any) -> Reply:
        reply: Reply = asker.ask(body, insured="370100")
        return reply

    return asked


@pytest.fixture
def asks(visits: Any) -> Callable[..., CardRequest]:
    """Make what a card asks of its bank, of any kind; `own` fields are the kind's."""

    def made(kind: type[CardRequest], at: Any, card: Any, amount_fen: int, own: Any = (), **how: Any) -> CardRequest:
        bought = visits.purchase(at, card, amount_fen, **how)
        return kind(**{name: getattr(bought, name) for name in CardRequest.__struct_fields__}, **dict(own))

    return made
