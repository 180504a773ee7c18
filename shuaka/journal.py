"""`shuaka journal`: what came to the doors and what became of it, from the data directory, also after the engine ended.

Identities are keyed hashes; --reveal reads those of our own population only, by hashing its people and looking for the
same. Exit codes: 0 shown, 1 it is not revealed or written, 2 there is none to read, or the command line is wrong.
"""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
import typer

from settlement.engine.rules.money import yuan
from shuaka import compose
from shuaka.ending import FAILED, USAGE, end

if TYPE_CHECKING:
    from collections.abc import Iterable

    from settlement.journal.entry import Entry

POLL_S: Final = 0.3
BODIES: Final = ("asked", "answered")
KEPT: Final = {
    "all": "kept are the calls of every door: terminals, national interface, services, admin",
    "http": "kept are the calls of the HTTP doors (national interface, services, admin), no terminal's;"
    " those as well: shuaka serve --journal all",
    "off": "no call is kept (serve --journal off)",
}
"""What is said of a scope."""
NOT_SAID: Final = "no engine has said yet whose calls it keeps"
SPLIT: Final = ("medfee_sumamt", "fund_pay_sumamt", "hosp_part_amt", "acct_pay", "psn_cash_pay", "balc")


def journal(
    data: Annotated[Path, typer.Option(help="Data directory of the engine.")] = compose.DEFAULT_DATA,
    last: Annotated[int, typer.Option(min=1, max=100_000, help="How many calls.")] = 20,
    infno: Annotated[str, typer.Option(help="Of one transaction code only.")] = "",
    refused: Annotated[bool, typer.Option("--refused", help="Only what was refused or turned away.")] = False,
    follow: Annotated[bool, typer.Option("--follow", help="Go on until Ctrl-C.")] = False,
    bodies: Annotated[bool, typer.Option("--bodies", help="With what was asked and answered.")] = False,
    reveal: Annotated[bool, typer.Option("--reveal", help="Clear text for people of our own population.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For a machine to read.")] = False,
    doors: Annotated[bool, typer.Option("--doors", help="Only say whose calls are kept.")] = False,
    export: Annotated[Path | None, typer.Option(help="Write the calls as a scenario for shuaka validate.")] = None,
) -> None:
    """Show the calls that came to the doors: verdict, field and rule, split, postings, basis of a refusal.

    Kept are those of the HTTP doors; terminals' as well where the engine was started with serve --journal all.
    """
    from settlement.data_directory import JOURNAL_KEY  # noqa: PLC0415 - only the command that reads it
    from settlement.journal.files import NEW, Follower, read, scope_of  # noqa: PLC0415 - as above

    if not any((data / name).exists() for name in (NEW, JOURNAL_KEY)):
        end(f"{data} holds no journal: no engine was ever started on it", USAGE)

    if doors:
        print(KEPT.get(scope_of(data), NOT_SAID))
        return

    def wanted(entry: "Entry") -> bool:
        return infno in ("", entry.infno) and not (refused and entry.verdict in ("approved", "replayed"))

    try:
        found = [entry for entry in read(data, 100_000) if wanted(entry)][-last:]
        follower = Follower(data)
    except OSError as error:
        end(f"the journal in {data} cannot be read: {error.strerror}", USAGE)
    if export is not None:
        _export(data, found, export)
        return
    if not found and not follow:
        print(f"no such call; {KEPT.get(scope_of(data), NOT_SAID)}", file=sys.stderr)
    _show(data, found, bodies=bodies, reveal=reveal, as_json=as_json)
    while follow:
        try:
            time.sleep(POLL_S)
        except KeyboardInterrupt:
            return
        _show(data, filter(wanted, follower.fresh()), bodies=bodies, reveal=reveal, as_json=as_json)


def _show(data: Path, entries: "Iterable[Entry]", *, bodies: bool, reveal: bool, as_json: bool) -> None:
    shown = list(entries)
    texts = [
        msgspec.json.encode(entry).decode() if as_json else "\n".join(_lines(entry, bodies=bodies)) for entry in shown
    ]
    if reveal and shown:
        from shuaka.revealing import revealed  # noqa: PLC0415 - makes a population

        try:
            texts = revealed(data, shown, texts)
        except ValueError as error:
            end(str(error), FAILED)
    for text in texts:
        print(text, flush=True)


def _lines(entry: "Entry", *, bodies: bool) -> list[str]:
    verdict = entry.verdict if not entry.refusal else f"{entry.verdict} {entry.refusal}"
    basis = f" [{entry.basis}]" if entry.basis else ""
    rules = f" {', '.join(entry.rules)}" if entry.rules else ""
    lines = [f"{entry.at} {entry.infno or '-':5} {verdict}{basis}{rules}  {entry.ms:g} ms  {entry.gateway}"]
    lines.append(
        f"    msgid {entry.msgid or '-'}  institution {entry.fixmedins_code or '-'}  opter {entry.opter or '-'}"
    )
    if entry.field:
        lines.append(f"    field {entry.field}")
    if entry.err_msg:
        lines.append(f"    {entry.err_msg}")
    if split := _split(msgspec.json.decode(entry.answered)):
        lines.append(f"    split {split}")
    lines += [
        f"    {posting.books:20} Dr {posting.debit}  Cr {posting.credit}  {yuan(posting.amount_fen)}"
        for posting in entry.postings
    ]
    if bodies:
        lines += [
            f"    {name:8} {bytes(body).decode()}"
            for name, body in zip(BODIES, (entry.asked, entry.answered), strict=True)
        ]
    if entry.dropped:
        lines.append(f"    {entry.dropped} calls before this one were not kept: the journal could not keep up")
    return lines


def _split(answered: Any) -> str:
    amounts = answered.get("amounts") if isinstance(answered, dict) else None
    if not isinstance(amounts, dict):
        return ""
    return "  ".join(f"{name} {yuan(amounts.get(name + '_fen', 0))}" for name in SPLIT)


def _export(data: Path, entries: "list[Entry]", path: Path) -> None:
    from shuaka.revealing import scenario  # noqa: PLC0415 - makes a population

    try:
        path.write_text(scenario(data, entries), "utf-8")
    except (OSError, ValueError) as error:
        end(f"{path}: {error}", FAILED)
    print(f"{path}: run it with: shuaka validate {path}")
