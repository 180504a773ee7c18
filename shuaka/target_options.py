"""What of `shuaka load`'s options has a meaning with --target: whatever has none is refused, never ignored."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import typer

from shuaka.load_pairs import said

ONE_PROCESS: Final = "one process without a page loads a target, so that its ceilings hold exactly"
ITS_OWN: Final = "the target's file says which terminals, people and address it has"
NO_STORIES: Final = (
    "a target's people come to its pharmacies, buy and pay cash: no share of a mix can be asked for there"
)
WORDS: Final = "a plan is printed in words"
REFUSED: Final = {
    "web": ONE_PROCESS,
    "web_port": ONE_PROCESS,
    "master": ONE_PROCESS,
    "master_port": ONE_PROCESS,
    "expect_workers": ONE_PROCESS,
    "terminals": ITS_OWN,
    "lane": ITS_OWN,
    "population": ITS_OWN,
    "engine": ITS_OWN,
    "mix": NO_STORIES,
    "pharmacy": NO_STORIES,
    "remote": NO_STORIES,
    "wrong_password": NO_STORIES,
}
"""Why an option does not go with --target, by its name."""


def check(context: typer.Context, target: Path | None, *, planned: bool) -> None:
    """Refuse what was said on the command line and would be ignored; raise BadParameter that names the option."""
    if target is None:
        if planned:
            problem = "it says what would be sent to a target: name one with --target"
            raise typer.BadParameter(problem, param_hint="--plan")
        return
    for name, why in _said(context, planned=planned):
        raise typer.BadParameter(f"it does not go with --target: {why}", param_hint=name)


def _said(context: typer.Context, *, planned: bool) -> Iterator[tuple[str, str]]:
    refused = REFUSED | ({"as_json": WORDS} if planned else {})
    for parameter in context.command.params:
        name = parameter.name or ""
        if name in refused and said(context, name):
            yield parameter.opts[0], refused[name]
