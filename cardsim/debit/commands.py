"""The debit application's commands.

A table of (CLA, INS) and one function a command, as in `social_security`: nothing raises for any bytes, and refusals
stand in order of precedence: P1-P2, length, stage of the transaction, data. The issuer's answer comes as PBOC has it
(JR/T 0025.5) and bit 3 of the interchange profile announces it: by EXTERNAL AUTHENTICATE between the two GENERATE AC,
not inside CDOL2; without it nothing is approved.
Left out, and not announced by the interchange profile: offline data authentication, issuer scripts, the offline PIN.
"""

from collections.abc import Callable

from cardsim.apdu import FETCHES, SENDS, SUCCESS, Command, Response
from cardsim.debit import tap
from cardsim.debit.data import (
    AFL,
    ARC_ELEMENT,
    CDOL1,
    CDOL2,
    CTQ,
    FILE_LOCATOR,
    PDOL,
    PSN,
    READABLE,
    TAP_PDOL,
    TRACK_2,
    TTQ_ELEMENT,
    template,
)
from cardsim.debit.object_lists import length_of, split
from cardsim.debit.transaction import Cryptogram, Issuer, Kind, Stage, Transaction
from cardsim.pboc import AIP, ARC_LENGTH, COUNTER, CRYPTOGRAM, CRYPTOGRAM_KIND, CRYPTOGRAM_LENGTH, ISSUER_DATA
from cardsim.state import Commands, Handler, State
from cardsim.status import SW
from cardsim.tlv import encode_ber

Elements = tuple[tuple[int, bytes], ...]

READ_RECORD = (0x00, 0xB2)
COMMAND_TEMPLATE = 0x83  # around the data that answers the PDOL
FORMAT_1, FORMAT_2 = 0x80, 0x77  # values alone, or TLV
BY_NUMBER = 0x04  # P2 of READ RECORD, low three bits
ADDRESSING_MASK = 0x07
NO_WAY_ONLINE = (b"Y3", b"Z3")  # 8A: the terminal's own words for it
APPROVED = (b"00", b"10", b"11")


def get_processing_options(transaction: Transaction, command: Command) -> Response:
    """GET PROCESSING OPTIONS: begin a transaction; a tap is answered whole (EMV Book 3, 6.5.8; JR/T 0025.12)."""
    wanted = TAP_PDOL if transaction.contactless else PDOL
    if command.p1 or command.p2:
        return Response(SW.WRONG_P1_P2)
    if not command.data:
        return Response(SW.WRONG_LENGTH)
    if transaction.stage is not Stage.SELECTED or transaction.exhausted:
        return Response(SW.CONDITIONS_NOT_SATISFIED)
    said = command.data[2:]
    if tuple(command.data[:2]) != (COMMAND_TEMPLATE, len(said)):
        return Response(SW.WRONG_DATA)
    if len(said) != length_of(wanted):
        return Response(SW.WRONG_LENGTH)
    if transaction.contactless:
        return _tapped(transaction, said)
    transaction.begin()
    return _in_format(transaction, ((AIP, transaction.profile), (AFL, FILE_LOCATOR)))


def _tapped(transaction: Transaction, said: bytes) -> Response:
    decision = tap.decide(transaction.debit.facts, split(TAP_PDOL, said))
    if isinstance(decision, SW):
        return Response(decision)
    transaction.begin()
    given = transaction.generate_first(decision.kind, said[TTQ_ELEMENT[1] :])
    debit = transaction.debit
    elements = (
        (AIP, transaction.profile),
        (AFL, FILE_LOCATOR),
        *_told(given),
        (TRACK_2, debit.element(TRACK_2)),
        (CTQ, decision.qualifiers),
        (PSN, debit.element(PSN)),
    )
    return Response(SW.SUCCESS, template(FORMAT_2, elements))


def read_record(transaction: Transaction, command: Command) -> Response:
    """READ RECORD by short file identifier and number, before a transaction too (EMV Book 3, 6.5.11)."""
    return read(command, transaction.debit.record)


def read(command: Command, record: Callable[[int, int], bytes | None]) -> Response:
    """Answer a READ RECORD from whatever finds a record by file and number; every file has a first one."""
    sfi = command.p2 >> 3
    if command.p2 & ADDRESSING_MASK != BY_NUMBER or sfi == 0:
        return Response(SW.WRONG_P1_P2)
    if command.case != FETCHES:
        return Response(SW.WRONG_LENGTH)
    data = record(sfi, command.p1)
    if data is None:
        return Response(SW.RECORD_NOT_FOUND if record(sfi, 1) else SW.FILE_NOT_FOUND)
    return Response(SW.SUCCESS, data)


def get_data(transaction: Transaction, command: Command) -> Response:
    """GET DATA of a counter (EMV Book 3, 6.5.7)."""
    if command.case != FETCHES:
        return Response(SW.WRONG_LENGTH)
    tag = command.p1 << 8 | command.p2
    address = READABLE.get(tag)
    if address is None:
        return Response(SW.REFERENCED_DATA_NOT_FOUND)
    return Response(SW.SUCCESS, encode_ber(tag, transaction.memory.read(address)))


def generate_ac(transaction: Transaction, command: Command) -> Response:
    """GENERATE AC: the first over CDOL1, and after an ARQC the second over CDOL2 (EMV Book 3, 6.5.5)."""
    if command.p1 not in KINDS or command.p2:
        return Response(SW.WRONG_P1_P2)
    if not command.data:
        return Response(SW.WRONG_LENGTH)
    turn = TURNS.get(transaction.stage)
    if turn is None:
        return Response(SW.CONDITIONS_NOT_SATISFIED)
    return turn(transaction, Kind(command.p1), command.data)


KINDS = frozenset(Kind)  # neither AAR (C0) nor a request for CDA (10)


def _first(transaction: Transaction, asked: Kind, said: bytes) -> Response:
    if len(said) != length_of(CDOL1):
        return Response(SW.WRONG_LENGTH)
    goes_online = asked is Kind.TC and not transaction.debit.facts.approves_offline
    given = transaction.generate_first(Kind.ARQC if goes_online else asked, said)
    return _in_format(transaction, _told(given))


def _second(transaction: Transaction, asked: Kind, said: bytes) -> Response:
    if asked is Kind.ARQC:
        return Response(SW.CONDITIONS_NOT_SATISFIED)
    if len(said) != length_of(CDOL2):
        return Response(SW.WRONG_LENGTH)
    arc, rest = said[: ARC_ELEMENT[1]], said[ARC_ELEMENT[1] :]
    approved = transaction.issuer is Issuer.AUTHENTIC and arc == transaction.arc and arc in APPROVED
    kind = Kind.TC if asked is Kind.TC and approved else Kind.AAC
    given = transaction.generate_second(kind, rest, online=arc not in NO_WAY_ONLINE)
    return _in_format(transaction, _told(given))


TURNS: dict[Stage, Callable[[Transaction, Kind, bytes], Response]] = {
    Stage.INITIATED: _first,
    Stage.REQUESTED: _second,
}


def external_authenticate(transaction: Transaction, command: Command) -> Response:
    """EXTERNAL AUTHENTICATE: the issuer's ARPC and response code, once a transaction (EMV Book 3, 6.5.4 and 10.9)."""
    if command.p1 or command.p2:
        return Response(SW.WRONG_P1_P2)
    if command.case != SENDS or len(command.data) != CRYPTOGRAM_LENGTH + ARC_LENGTH:
        return Response(SW.WRONG_LENGTH)
    if transaction.stage is not Stage.REQUESTED or transaction.issuer is not Issuer.ABSENT:
        return Response(SW.CONDITIONS_NOT_SATISFIED)
    return SUCCESS if transaction.authenticate(command.data) else Response(SW.AUTHENTICATION_FAILED)


def _told(given: Cryptogram) -> Elements:
    return (
        (CRYPTOGRAM_KIND, bytes((given.kind,))),
        (COUNTER, given.counter),
        (CRYPTOGRAM, given.value),
        (ISSUER_DATA, given.issuer_data),
    )


def _in_format(transaction: Transaction, elements: Elements) -> Response:
    if transaction.debit.facts.answer_format == 1:
        return Response(SW.SUCCESS, encode_ber(FORMAT_1, b"".join(value for _, value in elements)))
    return Response(SW.SUCCESS, template(FORMAT_2, elements))


def _of_transaction(handler: Callable[[Transaction, Command], Response]) -> Handler:
    def handle(state: State, command: Command) -> Response:
        assert isinstance(state.session, Transaction)  # the selection put it there
        return handler(state.session, command)

    return handle


COMMANDS: Commands = {
    (0x80, 0xA8): _of_transaction(get_processing_options),
    READ_RECORD: _of_transaction(read_record),
    (0x80, 0xCA): _of_transaction(get_data),
    (0x80, 0xAE): _of_transaction(generate_ac),
    (0x00, 0x82): _of_transaction(external_authenticate),
}
