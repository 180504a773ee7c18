"""The one command: a table of subcommands, each a thin module of its own.

Nothing here, and nothing that is imported here, starts a loop, a server or Locust: `shuaka --help` is quick, and
engine, terminals and load stay processes apart.
"""

from importlib.metadata import version
from typing import Annotated

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


app.command()(demo.demo)
app.command()(serve.serve)
app.command("terminals")(terminals.terminals)
app.command("terminal")(terminal.terminal)
app.command()(load.load)
app.command()(undo.undo)
app.command()(capacity.capacity)
app.command()(compare.compare)
app.command()(audit.audit)
app.command()(reconcile.reconcile)
app.add_typer(admin.app, name="admin")
app.command()(journal.journal)
app.command()(clear.clear)
app.command()(keys.keys)
app.add_typer(card.app, name="card")
app.add_typer(catalogue.app, name="catalogue")
app.add_typer(policy.app, name="policy")
app.command()(service.service)
app.command()(readers.readers)
app.command()(rules.rules)
app.command()(validate.validate)
app.command()(explain.explain)
app.command()(verify.verify)
app.command()(report.report)
app.command()(up.up)
app.command()(dash.dash)
app.command()(doctor.doctor)


def main() -> None:
    """Run the command."""
    app()


if __name__ == "__main__":
    main()
