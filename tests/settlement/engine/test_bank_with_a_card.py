"""Both ends against each other: the chip asks, the bank answers, the chip believes it or not."""

from typing import Any

import msgspec
import pytest

from cardsim.card import Card
from cardsim.debit.data import ISSUED_CELLS, Debit, DebitFacts
from cardsim.debit.transaction import Kind, Transaction
from cardsim.interface import Interface
from cardsim.issuing.card_profiles import CardProfile
from cardsim.issuing.population import Population
from cardsim.memory import Memory
from cardsim.pboc import Algorithm
from cardsim.status import SW
from cardsim.tlv import encode_ber, parse_ber
from settlement.engine.ledger.state import Person
from settlement.engine.persons import PopulationRegister
from settlement.wire import codes
from settlement.wire.envelope import decode_output
from settlement.wire.messages import ReissueCard
from settlement.wire.names import institution_code

SELECT = bytes.fromhex("00A4040008A000000333010101")
TERMINAL = bytes.fromhex("000000000000 0156 0000000000 0156 261121 00 8EEDC74D")
"""What follows the amount in CDOL1: 9F03 9F1A 95 5F2A 9A 9C 9F37."""
TERMINAL_TAGS = ((0x9F03, 6), (0x9F1A, 2), (0x95, 5), (0x5F2A, 2), (0x9A, 3), (0x9C, 1), (0x9F37, 4))


def exchange(card: Card, command: bytes) -> tuple[bytes, int]:
    """Send a command, and fetch what T=0 holds back."""
    answer = card.transmit(command)
    if answer[0] == 0x61:
        answer = card.transmit(bytes((0x00, 0xC0, 0x00, 0x00, answer[1])))
    return answer[:-2], int.from_bytes(answer[-2:], "big")


def template(card: Card, command: bytes) -> dict[int, bytes]:
    data, status = exchange(card, command)
    assert status == SW.SUCCESS
    return dict(parse_ber(dict(parse_ber(data))[0x77]))


def asked_over(card: Card, interface: Interface, amount_fen: int, wanted: str = "80", qualifiers: str = "26") -> bytes:
    """Let the chip ask for its bank, or want another cryptogram of it (P1, or a tap's 9F66); return DE 55."""
    amount = bytes.fromhex(f"{amount_fen:012d}")
    card.power_on(interface)
    exchange(card, SELECT)
    if interface is Interface.CONTACT:
        said = template(card, bytes.fromhex("80A800000B830900") + amount + bytes.fromhex("0156"))
        said |= template(card, bytes.fromhex(f"80AE{wanted}001D") + amount + TERMINAL)
    else:
        said = template(card, bytes.fromhex(f"80A80000238321{qualifiers}000000") + amount + TERMINAL + b"\0")
    said[0x9F02], place = amount, 0
    for tag, length in TERMINAL_TAGS:
        said[tag] = TERMINAL[place : place + length]
        place += length
    unsigned = (0x94, 0x57)
    return b"".join(encode_ber(tag, value) for tag, value in said.items() if tag not in unsigned)


def believed(card: Card, chip_data: bytes, response_code: str, amount_fen: int) -> int:
    """Hand the bank's answer to the chip; return what it makes of it: 9F27, or the status word that refuses it."""
    [(_, authentication)] = parse_ber(chip_data)
    _, status = exchange(card, bytes.fromhex("008200000A") + authentication)
    if status != SW.SUCCESS:
        return status
    amount = bytes.fromhex(f"{amount_fen:012d}")
    second = bytes.fromhex("80AE40001F") + response_code.encode() + amount + TERMINAL
    return template(card, second)[0x9F27][0]


@pytest.fixture(params=[2, 3])
def people(request: pytest.FixtureRequest) -> Population:
    profile = CardProfile(name="lab", city="370100", generation=request.param, weight=1)
    return Population(7, 100, [profile])


@pytest.fixture
def bank(host: Any, people: Population) -> Any:
    """A host that knows these people, and no others."""
    world = host.world
    host.world = msgspec.structs.replace(world, register=PopulationRegister(people, world.cities, world.key))
    return host


@pytest.fixture
def till(bank: Any, teller: Any) -> Any:
    counter = teller(institution_code("P", "370100", 1)).sign_in()
    assert counter.host is bank
    return counter


@pytest.fixture
def holder(bank: Any) -> Person:
    person: Person = bank.person("3701000000000005")
    return person


def bought(visits: Any, till: Any, person: Person, debit_card: Any, **how: Any) -> Any:
    return visits.purchase(till, debit_card(person), 8_750, **how)


def test_a_chip_completes_what_its_bank_approves(
    bank: Any, till: Any, visits: Any, people: Population, holder: Person, debit_card: Any
) -> None:
    card = people.card(5)
    chip_data = asked_over(card, Interface.CONTACT, 8_750)
    answered = till.told(bought(visits, till, holder, debit_card, chip_data=chip_data))
    assert believed(card, answered.chip_data, "00", 8_750) == 0x40
    assert bank.account(holder.psn_no).balance_fen == 2_000_000 - 8_750


def test_a_chip_declines_what_its_bank_declines(
    till: Any, visits: Any, people: Population, holder: Person, debit_card: Any
) -> None:
    card = people.card(5)
    chip_data = asked_over(card, Interface.CONTACT, 8_750)
    reply = till.ask(bought(visits, till, holder, debit_card, chip_data=chip_data, pin="999999"))
    assert believed(card, decode_output(reply).chip_data, "55", 8_750) == 0x00


def test_an_answer_changed_on_the_way_is_not_believed(
    till: Any, visits: Any, people: Population, holder: Person, debit_card: Any
) -> None:
    card = people.card(5)
    chip_data = asked_over(card, Interface.CONTACT, 8_750)
    reply = till.ask(bought(visits, till, holder, debit_card, chip_data=chip_data, pin="999999"))
    forged = decode_output(reply).chip_data[:-2] + b"00"
    assert believed(card, forged, "00", 8_750) == 0x6300


@pytest.mark.parametrize("people", [3], indirect=True)
def test_a_tap_is_paid_with_one_answer_of_the_chip(
    bank: Any, till: Any, visits: Any, people: Population, holder: Person, debit_card: Any
) -> None:
    chip_data = asked_over(people.card(5), Interface.CONTACTLESS, 8_750)
    till.told(bought(visits, till, holder, debit_card, chip_data=chip_data, pin=""))
    assert bank.account(holder.psn_no).balance_fen == 2_000_000 - 8_750


def rewritten(chip_data: bytes) -> bytes:
    """DE 55 with a 9F27 that says ARQC, whatever the card gave."""
    return b"".join(encode_ber(tag, b"\x80" if tag == 0x9F27 else value) for tag, value in parse_ber(chip_data))


def test_what_a_chip_declined_is_not_paid_whatever_the_terminal_makes_of_it(
    bank: Any, till: Any, visits: Any, people: Population, holder: Person, debit_card: Any
) -> None:
    declined = rewritten(asked_over(people.card(5), Interface.CONTACT, 8_750, wanted="00"))
    reply = till.ask(bought(visits, till, holder, debit_card, chip_data=declined))
    assert (reply.refusal, decode_output(reply).response_code) == (codes.BANK_NOT_ONLINE.code, "12")
    assert bank.account(holder.psn_no).balance_fen == 2_000_000


def test_a_chips_last_word_is_no_request(
    bank: Any, till: Any, visits: Any, people: Population, holder: Person, debit_card: Any
) -> None:
    card = people.card(5)
    asked_over(card, Interface.CONTACT, 8_750)
    amount = bytes.fromhex("000000008750")
    last = template(card, bytes.fromhex("80AE00001F") + b"Z3" + amount + TERMINAL)
    said = dict(parse_ber(asked_over(people.card(5), Interface.CONTACT, 8_750))) | last
    chip_data = rewritten(b"".join(encode_ber(tag, value) for tag, value in said.items()))
    assert till.ask(bought(visits, till, holder, debit_card, chip_data=chip_data)).refusal == codes.BANK_NOT_ONLINE.code
    assert bank.account(holder.psn_no).balance_fen == 2_000_000


@pytest.mark.parametrize("algorithm", Algorithm)
def test_what_a_chip_approved_by_itself_is_not_paid_as_a_request(
    bank: Any, till: Any, visits: Any, people: Population, holder: Person, debit_card: Any, algorithm: Algorithm
) -> None:
    facts = DebitFacts(pan=holder.bank_card_no, psn=1, name="", certno="", issued_on="", valid_until="",
                       algorithm=algorithm, approves_offline=True)  # fmt: skip
    transaction = Transaction(Debit(facts), Memory(ISSUED_CELLS), contactless=False)
    transaction.begin()
    amount = bytes.fromhex("000000008750")
    given = transaction.generate_first(Kind.TC, amount + TERMINAL)
    of_a_card = asked_over(people.card(5), Interface.CONTACT, 8_750)
    said = dict(parse_ber(of_a_card)) | {0x9F36: given.counter, 0x9F26: given.value, 0x9F10: given.issuer_data}
    chip_data = b"".join(encode_ber(tag, value) for tag, value in said.items())
    assert till.ask(bought(visits, till, holder, debit_card, chip_data=chip_data)).refusal == codes.BANK_NOT_ONLINE.code
    assert bank.account(holder.psn_no).balance_fen == 2_000_000


@pytest.mark.parametrize("people", [3], indirect=True)
def test_a_declined_tap_is_not_paid_whatever_the_terminal_makes_of_it(
    bank: Any, till: Any, visits: Any, people: Population, holder: Person, debit_card: Any
) -> None:
    declined = rewritten(asked_over(people.card(5), Interface.CONTACTLESS, 8_750, qualifiers="28"))
    reply = till.ask(bought(visits, till, holder, debit_card, chip_data=declined, pin=""))
    assert reply.refusal == codes.BANK_NOT_ONLINE.code
    assert bank.account(holder.psn_no).balance_fen == 2_000_000


def test_a_chip_in_its_contacts_does_not_pass_for_a_tapped_one(
    bank: Any, till: Any, visits: Any, people: Population, holder: Person, debit_card: Any
) -> None:
    inserted = asked_over(people.card(5), Interface.CONTACT, 8_750)
    reply = till.ask(bought(visits, till, holder, debit_card, chip_data=inserted, pin=""))
    assert reply.refusal == codes.BANK_CHIP_DATA_MALFORMED.code
    assert bank.account(holder.psn_no).balance_fen == 2_000_000


def test_after_a_reissue_the_bank_takes_the_new_chip_and_not_the_old(
    bank: Any, till: Any, visits: Any, people: Population, holder: Person, debit_card: Any
) -> None:
    issued = till.told(ReissueCard(holder.psn_no, holder.certno, holder.psn_name, lost=True))
    renewed = bank.person(holder.psn_no)
    assert issued.card_sn == people.person(5, issue=2).card_id.hex().upper()
    old = asked_over(people.card(5), Interface.CONTACT, 8_750)
    refused = till.ask(bought(visits, till, holder, debit_card, chip_data=old))
    assert refused.refusal == codes.CARD_SUPERSEDED.code
    new = asked_over(people.card(5, issue=2), Interface.CONTACT, 8_750)
    till.told(bought(visits, till, renewed, debit_card, chip_data=new))
