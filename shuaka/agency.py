"""`shuaka admin file-elsewhere | withdraw-filing | confirm-remote-order`: what an agency and a patient's phone do.

These are business and no tester's hand: they need no `--control`. They go to the operator's port, where the agency of
the city of insurance acts.

Exit codes: 0 done, 1 refused or the engine does not answer, 2 the command line is wrong.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from shuaka import compose
from shuaka.ending import FAILED, end
from shuaka.engine import Engine, EngineError
from shuaka.holder import holder_of

Data = Annotated[Path, typer.Option(help="Data directory of the engine.")]
Index = Annotated[int, typer.Option(min=0, help="Who, by index in the engine's population.")]


class FilingKind(StrEnum):
    """Why somebody is treated elsewhere."""

    LONG_TERM = "LONG_TERM"
    TEMPORARY = "TEMPORARY"
    REFERRED = "REFERRED"


def file_elsewhere(
    place: Annotated[str, typer.Argument(help="City of treatment, six digits.")],
    index: Index,
    kind: Annotated[FilingKind, typer.Option(help="Lives there, is there for months, or was sent there.")] = (
        FilingKind.LONG_TERM
    ),
    months: Annotated[int, typer.Option(min=0, max=120, help="How long a TEMPORARY one holds.")] = 0,
    data: Data = compose.DEFAULT_DATA,
) -> None:
    """File somebody for treatment in another city (0075 异地就医备案)."""
    _operate(data, "file-elsewhere", index, {"place": place, "kind": kind.value, "months": months})


def withdraw_filing(index: Index, data: Data = compose.DEFAULT_DATA) -> None:
    """Withdraw what is filed of somebody (0076 取消备案)."""
    _operate(data, "withdraw-filing", index, {})


def confirm_remote_order(
    mdtrt_regno: Annotated[str, typer.Argument(help="The order, as 2166 named it.")],
    pharmacy: Annotated[str, typer.Argument(help="Its pharmacy, such as P37010000001.")],
    index: Index,
    data: Data = compose.DEFAULT_DATA,
) -> None:
    """Confirm and pay a remote pharmacy's order, as the patient's phone does (0078)."""
    _operate(data, "confirm-remote-order", index, {"fixmedins_code": pharmacy, "mdtrt_regno": mdtrt_regno})


def _operate(data: Path, name: str, index: int, fields: dict[str, Any]) -> None:
    """Have the city of somebody's insurance do an operation, and print what it is answered."""
    engine = Engine(data)
    try:
        holder = holder_of(engine.people(), index, engine.network_key)
        answer = engine.operate(name, holder.city, {"psn_no": holder.numbers["psn_no"], **fields})
    except EngineError as error:
        end(str(error), FAILED)
    if answer["infcode"]:
        end(f"{name}: refused {answer['err_msg']}", FAILED)
    print(f"{name}: done, msgid {answer['msgid']}")
    for field, value in answer["output"].items():
        if isinstance(value, str | int) and value not in ("", 0):
            print(f"  {field} {value}")
