from hashlib import sha256

import pytest

from settlement.engine.ledger.state import Person, Record, Transfer
from settlement.engine.ledger.tables import RECORDS
from settlement.stores.schema import SCHEMA, create_statement, load_statement, save_statement
from settlement.stores.store import SCHEMA_DIGEST


def test_a_tables_columns_and_key_are_its_records() -> None:
    made = create_statement(Person)
    assert made.startswith("CREATE TABLE person (city TEXT NOT NULL, psn_no TEXT NOT NULL, certno TEXT NOT NULL,")
    assert made.endswith("PRIMARY KEY (city, psn_no)) STRICT, WITHOUT ROWID")


@pytest.mark.parametrize("table", RECORDS)
def test_every_table_is_strict_and_has_each_field_once(table: type[Record]) -> None:
    made = create_statement(table)
    assert "STRICT" in made
    assert all(made.count(f"{name} TEXT") + made.count(f"{name} INTEGER") + made.count(f"{name} BLOB") >= 1
               for name in table.__struct_fields__)  # fmt: skip


def test_a_transfer_is_inserted_and_never_replaced() -> None:
    assert save_statement(Transfer).startswith("INSERT INTO transfer")
    assert save_statement(Person).startswith("INSERT OR REPLACE INTO person")


def test_a_row_is_found_by_its_key() -> None:
    assert load_statement(Person).endswith("FROM person WHERE city = ? AND psn_no = ?")


def test_the_tables_are_those_of_the_version_that_a_ledger_is_refused_by() -> None:
    digest = sha256("\n".join(SCHEMA).encode()).hexdigest()[:16]
    assert digest == SCHEMA_DIGEST, (
        f"tables changed: raise SCHEMA_VERSION (store.py), and set SCHEMA_DIGEST = {digest!r}"
    )
