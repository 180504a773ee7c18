"""Options of `shuaka load` that have no sense together, or without another; each is refused in a sentence.

Told apart by what was written on the command line: a default is no wish.
"""

from typing import Final

import typer

COMMAND_LINE: Final = "COMMANDLINE"
"""Where a parameter was written, in the words of click, which typer has a copy of."""
OF_A_WORKER: Final = frozenset({"as_worker", "master_host", "master_port"})
NEEDED: Final = {
    "expect_workers": ("master",),
    "master_port": ("master", "as_worker"),
    "master_host": ("as_worker",),
    "web_port": ("web",),
}
"""Options that do nothing without one of some others."""
INSTEAD: Final = {("master", "processes"): "a master's workers are counted by --expect-workers"}
"""Options of which one makes the other senseless, and what to say instead."""


def refuse_senseless(context: typer.Context) -> None:
    """Look at the command that is being carried out; raise typer.BadParameter."""
    given = {name for name in context.params if said(context, name)}
    names = {one.name: one.opts[0] if one.opts[0].startswith("-") else "SCENARIO" for one in context.command.params}
    for complaint in _complaints(given, names):
        raise typer.BadParameter(complaint)


def said(context: typer.Context, name: str) -> bool:
    """Whether a parameter was written on the command line."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == COMMAND_LINE


def _complaints(given: set[str], names: dict[str, str]) -> list[str]:
    if "as_worker" in given and (others := sorted(names[name] for name in given - OF_A_WORKER)):
        return [f"a --worker has its run from its master: leave {', '.join(others)} away"]
    alone = [
        f"{names[name]} does nothing without {' or '.join(names[one] for one in others)}"
        for name, others in NEEDED.items()
        if name in given and not given.intersection(others)
    ]
    return alone + [
        f"{names[one]} and {names[other]}: {said}" for (one, other), said in INSTEAD.items() if {one, other} <= given
    ]
