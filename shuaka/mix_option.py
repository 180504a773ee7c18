"""`--mix NAME=SHARE`: any share of the mix of patients, by its name."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Annotated, Final, NamedTuple, get_type_hints

import msgspec
import typer

from terminals.patients import Mix, Share

SHARES: Final = tuple(name for name, kind in get_type_hints(Mix, include_extras=True).items() if kind == Share)
"""The fields of a mix that are shares."""


class Chosen(NamedTuple):
    """A share and its new value."""

    name: str
    share: float


def parse_share(text: object) -> Chosen:
    """Read NAME=SHARE; raise typer.BadParameter."""
    name, _, value = str(text).partition("=")
    if name not in SHARES:
        near = get_close_matches(name, SHARES, n=1, cutoff=0)
        raise typer.BadParameter(f"{name!r} is no share of the mix; is {near[0]!r} meant? All: {', '.join(SHARES)}")
    try:
        return Chosen(name, msgspec.convert(float(value), Share))
    except ValueError:  # msgspec.ValidationError is one
        raise typer.BadParameter(f"{text} is not {name}=SHARE with a share of 0 to 1, as in {name}=0.5") from None


MixOption = Annotated[
    list[Chosen] | None,
    typer.Option("--mix", parser=parse_share, metavar="NAME=SHARE", help=f"Shares by name: {', '.join(SHARES)}."),
]


def mixed(mix: Mix, chosen: Iterable[Chosen]) -> Mix:
    """Return a mix with the shares that were chosen, the last of a name; raise typer.BadParameter."""
    try:
        return msgspec.structs.replace(mix, **{one.name: one.share for one in chosen})
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--mix") from None
