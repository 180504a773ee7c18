"""The one command: a table of subcommands, each a thin module of its own.

Nothing here, and nothing that is imported here, starts a loop, a server or Locust: `shuaka --help` is quick, and
engine, terminals and load stay processes apart.
"""

from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Annotated, Any, Final

import typer

from shuaka import (
    admin,
    audit,
    capacity,
    card,
    catalogue,
    clear,
    compare,
    dash,
    demo,
    doctor,
    explain,
    journal,
    keys,
    load,
    policy,
    readers,
    reconcile,
    report,
    rules,
    serve,
    service,
    terminal,
    terminals,
    undo,
    up,
    validate,
    verify,
)

app = typer.Typer(
    name="shuaka",
    help="刷卡: a social-security-card settlement network in a box, with an honest load harness.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def shuaka(
    show_version: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True)] = False,
) -> None:
    """刷卡: a social-security-card settlement network in a box, with an honest load harness."""
    if show_version:
        print(version("shuaka"))
        raise typer.Exit


COMMANDS: Final[Mapping[str, tuple[Callable[..., Any] | typer.Typer, ...]]] = {
    "Run": (demo.demo, up.up, serve.serve, terminals.terminals, terminal.terminal, dash.dash),
    "Load": (load.load, undo.undo, capacity.capacity, compare.compare, verify.verify, report.report),
    "Books": (audit.audit, reconcile.reconcile, journal.journal, clear.clear, explain.explain),
    "City": (catalogue.app, policy.app, rules.rules, validate.validate, service.service, admin.app),
    "Cards": (card.app, readers.readers),
    "This machine": (keys.keys, doctor.doctor),
}
"""What there is, as `shuaka --help` groups it."""

for panel, commands in COMMANDS.items():
    for command in commands:
        if isinstance(command, typer.Typer):
            app.add_typer(command, rich_help_panel=panel)
        else:
            app.command(rich_help_panel=panel)(command)
