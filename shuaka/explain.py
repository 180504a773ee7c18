"""`shuaka explain SETL_ID`: how a settlement's split came about, from the ledger of a data directory.

Exit codes: 0 told, 1 there is no such settlement, 2 there is no ledger to look into.
"""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from shuaka import compose
from shuaka.ending import FAILED, USAGE, end


def explain(
    setl_id: Annotated[str, typer.Argument(help="The settlement's number, as its reply had it.")],
    data: Annotated[Path, typer.Option(help="Data directory; its engine may run.")] = compose.DEFAULT_DATA,
    chinese: Annotated[bool, typer.Option("--zh", help="In Chinese.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For a machine to read.")] = False,
) -> None:
    """Tell in words and numbers how a split came about: parts, deductible, segments, cap, who paid, postings."""
    from settlement.stores.lookup import find_settlement  # noqa: PLC0415 - a database, as above
    from settlement.stores.store import FILE_NAME, StoreError  # noqa: PLC0415 - as above
    from settlement.telling import explanation, explanation_words  # noqa: PLC0415 - imported by the command that needs it

    compose.adopt(data)
    ledger = data / FILE_NAME
    if not ledger.exists():
        end(f"{data} has no ledger file; an engine with --store memory keeps none", USAGE)
    try:
        found = find_settlement(ledger, setl_id)
    except StoreError as error:
        end(str(error), USAGE)
    if found is None:
        end(f"the ledger of {data} has no settlement {setl_id}", FAILED)
    settlement, transfers = found
    told = explanation.explain(settlement, transfers, compose.rulebook().policies.get(settlement.policy))
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(told)).decode())
    else:
        language = explanation_words.CHINESE if chinese else explanation_words.ENGLISH
        print(*explanation_words.told(told, language), sep="\n")
