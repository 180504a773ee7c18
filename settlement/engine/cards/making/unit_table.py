"""A unit applies for its people with one table (0031): taken whole, or refused whole with the line that is wrong.

The table is CSV in UTF-8 with the columns of COLUMNS; a line counts as a spreadsheet counts it, the header being 1.
"""

import csv
from collections.abc import Iterator
from typing import Annotated, Final, NamedTuple

import msgspec
from msgspec import Meta, Struct

from settlement.engine.arrival import Arrival
from settlement.engine.cards.elsewhere import neighbours
from settlement.engine.cards.making.application import allocated, chosen_bank, opened
from settlement.engine.cards.making.collected import collected
from settlement.engine.cards.making.eligible import bank_refusal, refusal, unit_refusal
from settlement.engine.cards.opening import closed
from settlement.engine.case import Case, Granted, Refused, Verdict, World
from settlement.engine.judge import Keys
from settlement.engine.ledger.making import CardApplication, CollectedData, Unit
from settlement.engine.ledger.state import Person, Record
from settlement.engine.rules.outlets import Outlets
from settlement.wire import codes, making_codes, service_codes
from settlement.wire.card_service import Identifier, Stated
from settlement.wire.making import ApplyByTable, ApplyForCard, CertificateType, TableTaken

COLUMNS: Final = ("psn_no", "certno", "psn_name", "psn_cert_type", "phone", "address")
ROWS_MAX: Final = 200
"""Rows of one table; ours: what one commit takes without keeping others waiting."""
FIRST_ROW: Final = 2
"""The line of the first row, below the header."""
SERVICE: Final = "apply-by-table"
Filled = Annotated[str, Meta(min_length=1, max_length=50)]


class TableError(ValueError):
    """A table that cannot be read; the text names the line."""


class _Row(Struct, frozen=True):
    """The cells of a row, held to the bounds of a message."""

    psn_no: Identifier
    certno: Filled
    psn_name: Filled
    psn_cert_type: CertificateType
    phone: Stated
    address: Stated


class Line(NamedTuple):
    """A row of the table as a person's application."""

    number: int
    applied: ApplyForCard


def apply_by_table(case: Case) -> Verdict:
    """0031: everybody in the table, or nobody."""
    asked = case.arrival.body
    assert isinstance(asked, ApplyByTable)
    outlets = case.world.outlets.get(case.home)
    offer = case.world.cities[case.home].services.get(SERVICE)
    if outlets is None or offer is None or case.remote:
        return Refused(service_codes.SERVICE_NOT_OFFERED, f"{SERVICE} in {case.institution.city}")
    if asked.channel not in offer.at:
        return Refused(service_codes.CHANNEL_NOT_ALLOWED, f"{SERVICE} by {', '.join(sorted(offer.at))}")
    refused = (
        closed(case, SERVICE, asked.channel)
        or bank_refusal(outlets, asked.bank_code, 0)
        or unit_refusal(case, outlets, asked.unit_no, asked.bank_code, approval=asked.approval)
    )
    if refused:
        return refused
    try:
        lines = tuple(_lines(asked))
    except TableError as error:
        return Refused(making_codes.TABLE_REFUSED, str(error))
    changes: list[Record] = [chosen_bank(case, asked.unit_no, asked.bank_code)]
    for line in lines:
        taken = _taken(case, line.applied, outlets)
        if isinstance(taken, Refused):
            return Refused(making_codes.TABLE_REFUSED, f"line {line.number}: {taken.refusal.text(taken.detail)}")
        changes.extend(taken)
    return Granted(TableTaken(asked.unit_no, asked.bank_code, len(lines)), tuple(changes))


def named(arrival: Arrival, world: World) -> Keys:
    """Name the rows of everybody in the table; of one that cannot be read, the unit alone."""
    asked, home = arrival.body, arrival.home
    assert isinstance(asked, ApplyByTable)
    unit = (Unit, (home, asked.unit_no))
    try:
        people = dict.fromkeys(line.applied.psn_no for line in _lines(asked))
    except TableError:
        return (unit,)
    here = ((table, (home, psn_no)) for psn_no in people for table in (Person, CardApplication, CollectedData))
    elsewhere = ((Person, (city, psn_no)) for psn_no in people for city in neighbours(world, home))
    return unit, *here, *elsewhere


def _taken(case: Case, applied: ApplyForCard, outlets: Outlets) -> tuple[Record, ...] | Refused:
    """Return what one person's row changes, or why it is refused."""
    person = case.person(applied.psn_no)
    if person is None:
        return Refused(codes.NO_INSURED_PERSON, "psn_no")
    if refused := refusal(case, applied, person, outlets):
        return refused
    data = collected(case, person, photo=b"", phone=applied.phone, address=applied.address)
    return allocated(case, person), opened(case, person, applied, data, outlets), data


def _lines(asked: ApplyByTable) -> Iterator[Line]:
    """Yield the rows; raise TableError for the first that is no row of such a table."""
    rows = _rows(asked.table)
    if not rows or tuple(rows[0]) != COLUMNS:
        raise TableError(f"line 1: the columns are {','.join(COLUMNS)}")
    if not 1 <= len(rows) - 1 <= ROWS_MAX:
        raise TableError(f"line {len(rows)}: a table has 1 to {ROWS_MAX} rows")
    seen: dict[str, int] = {}
    for number, row in enumerate(rows[1:], FIRST_ROW):
        if len(row) != len(COLUMNS):
            raise TableError(f"line {number}: {len(row)} columns instead of {len(COLUMNS)}")
        first = seen.setdefault(row[0], number)
        if first != number:
            raise TableError(f"line {number}: the person of line {first} once more")
        yield Line(number, _application(asked, number, row))


def _rows(table: bytes) -> list[list[str]]:
    try:
        text = table.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = table[: error.start].count(b"\n")
        raise TableError(f"line {before + 1}: is not UTF-8; save the table as UTF-8") from None
    reader = csv.reader(text.splitlines(), strict=True)
    try:
        return list(reader)
    except csv.Error as error:
        raise TableError(f"line {reader.line_num}: {error}") from None


def _application(asked: ApplyByTable, number: int, row: list[str]) -> ApplyForCard:
    try:
        cells = msgspec.convert(dict(zip(COLUMNS, row, strict=True)), _Row)
    except msgspec.ValidationError as error:
        raise TableError(f"line {number}: {str(error).replace('$.', '')}") from None
    return ApplyForCard(
        psn_no=cells.psn_no,
        channel=asked.channel,
        applicant="UNIT",
        certno=cells.certno,
        psn_name=cells.psn_name,
        psn_cert_type=cells.psn_cert_type,
        bank_code=asked.bank_code,
        unit_no=asked.unit_no,
        phone=cells.phone,
        address=cells.address,
    )
