"""The digest of one operator's work in the ledger: what two ledgers, or two looks at one, are compared by.

SHA-256 over every settlement and bank purchase with all its fields, in the order of their keys. Beside the laws of the
books (laws.py) that is all of it: transfers must agree with these rows. SQLite writes the rows out, so that hashing
holds the interpreter as little as it can while an engine runs beside it.
"""

from hashlib import sha256
from typing import Final

import apsw

from settlement.engine.ledger.state import BankTrade, Record, Settlement
from settlement.stores.schema import key_fields, table_name

DIGESTED: Final[tuple[type[Record], ...]] = (Settlement, BankTrade)


def _statement(table: type[Record]) -> str:
    row = " || ',' || ".join(f"quote({name})" for name in table.__struct_fields__)
    order = ", ".join(key_fields(table))
    return f"SELECT {row} FROM {table_name(table)} WHERE ?1 IN ('', opter_no) ORDER BY {order}"  # noqa: S608 - names are our own fields


STATEMENTS: Final = tuple(_statement(table) for table in DIGESTED)


def digest(connection: apsw.Connection, opter_no: str = "") -> str:
    """Return the digest of a ledger's rows, in one snapshot of it, as 64 hex digits."""
    hashed = sha256()
    connection.execute("BEGIN")
    try:
        for statement in STATEMENTS:
            for (row,) in connection.execute(statement, (opter_no,)):
                hashed.update(f"{row}\n".encode())
    finally:
        connection.execute("COMMIT")
    return hashed.hexdigest()
