"""The tables, derived from the records: a field stands in engine/state.py and nowhere else.

Statements and the one loop that fills them; connections, transactions and errors belong to the stores.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final, get_type_hints

import apsw
import msgspec

from settlement.engine.ledger.state import BankTrade, Key, Message, Record, Settlement, Transfer
from settlement.engine.ledger.tables import RECORDS
from settlement.stores.statement import INDEXES

COLUMN_TYPES: Final[dict[type, str]] = {str: "TEXT", int: "INTEGER", bytes: "BLOB"}
APPENDED: Final = frozenset({Message, Settlement, BankTrade, Transfer})
"""Tables that grow with every settlement. Their rows stand in the order of arrival, beside an index of the keys: by key
they would dirty a page each, and a commit would wait for them."""


def table_name(table: type[Record]) -> str:
    """Return the name of a record's table.

    >>> table_name(Transfer)
    'transfer'
    """
    return table.__name__.lower()


def create_statement(table: type[Record]) -> str:
    """Return CREATE TABLE; the primary key is the record's, and STRICT keeps what SQLite would bend."""
    hints = get_type_hints(table)
    columns = ", ".join(f"{name} {COLUMN_TYPES[hints[name]]} NOT NULL" for name in table.__struct_fields__)
    key = ", ".join(key_fields(table))
    order = "" if table in APPENDED else ", WITHOUT ROWID"
    return f"CREATE TABLE {table_name(table)} ({columns}, PRIMARY KEY ({key})) STRICT{order}"


def save_statement(table: type[Record]) -> str:
    """Return the statement that saves a row: a transfer is inserted once, every other row replaced."""
    verb = "INSERT" if table is Transfer else "INSERT OR REPLACE"
    values = ", ".join("?" * len(table.__struct_fields__))
    return f"{verb} INTO {table_name(table)} VALUES ({values})"


def load_statement(table: type[Record]) -> str:
    """Return the statement that finds one row by its key."""
    columns = ", ".join(table.__struct_fields__)
    where = " AND ".join(f"{name} = ?" for name in key_fields(table))
    return f"SELECT {columns} FROM {table_name(table)} WHERE {where}"  # noqa: S608 - names are our own fields


def key_fields(table: type[Record]) -> tuple[str, ...]:
    """Return the names of the primary key's fields."""
    return table.__struct_fields__[: table.KEY]


SCHEMA: Final = (*(create_statement(table) for table in RECORDS), *INDEXES)

SAVE: Final = {table: save_statement(table) for table in RECORDS}
LOAD: Final = {table: load_statement(table) for table in RECORDS}


def insert(connection: apsw.Connection, rows: Iterable[Record]) -> None:
    """Save rows of any tables, each table by one prepared statement."""
    by_table: defaultdict[type[Record], list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows:
        by_table[type(row)].append(msgspec.structs.astuple(row))
    for table, values in by_table.items():
        connection.executemany(SAVE[table], values)


def select(connection: apsw.Connection, keys: Iterable[Key]) -> list[Record]:
    """Return the rows that are there, each table by one prepared statement."""
    by_table: defaultdict[type[Record], list[tuple[str | int, ...]]] = defaultdict(list)
    for table, key in keys:
        by_table[table].append(key)
    return [table(*row) for table, values in by_table.items() for row in connection.executemany(LOAD[table], values)]
