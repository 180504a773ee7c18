"""`shuaka audit`: what the running engine counted, what its ledger holds, and whether the books keep their laws.

Exit codes: 0 every law is kept, 1 one is broken or the engine does not answer, 2 the command line is wrong.
"""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from shuaka import compose
from shuaka.ending import FAILED, end
from shuaka.engine import Engine, EngineError

SUMS = ("settled", "reversed", "voided", "medfee_sumamt_fen", "fund_pay_sumamt_fen", "acct_pay_fen", "psn_cash_pay_fen")

BANK_SUMS = ("settled", "reversed", "amount_fen", "fingerprint")


def audit(
    data: Annotated[Path, typer.Option(help="Data directory of the engine.")] = compose.DEFAULT_DATA,
    opter: Annotated[str, typer.Option(help="One operator's work only; a run's name.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For a machine to read.")] = False,
) -> None:
    """Ask the running engine for its counts, its ledger's sums and the state of the books."""
    try:
        report = Engine(data).audit(opter)
    except EngineError as error:
        end(str(error), FAILED)
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(report)).decode())
    else:
        print(*_lines(report), sep="\n")
    if not all(law["ok"] for law in report["invariants"]):
        raise typer.Exit(FAILED)


def _lines(report: dict[str, Any]) -> list[str]:
    lines = [f"audit of {report['opter'] or 'all operators'}", "", "engine: replies since it started"]
    lines += [
        f"  {infno:10} {'  '.join(f'{name} {count}' for name, count in outcomes.items())}"
        for infno, outcomes in report["engine"].items()
    ]
    lines += ["", "ledger: settlements"]
    for infno, sums in report["ledger"].items():
        lines.append(f"  {infno:10} {'  '.join(f'{name} {sums[name]}' for name in SUMS)}")
        lines.append(f"  {'':10} fingerprint {sums['fingerprint']}")
    bank = report["bank"]
    lines += ["", "ledger: bank purchases", f"  {'0200':10} {'  '.join(f'{name} {bank[name]}' for name in BANK_SUMS)}"]
    lines += ["", "open items"]
    lines += [f"  {name} {count}" for name, count in report["open"].items()]
    lines += ["", "books"]
    lines += [
        f"  {'ok    ' if law['ok'] else 'BROKEN'} {law['name']}{': ' + law['detail'] if law['detail'] else ''}"
        for law in report["invariants"]
    ]
    return lines
