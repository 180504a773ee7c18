"""`--mix NAME=SHARE`: any share of the mix of patients, by any of its names."""

from collections.abc import Iterable
from typing import Annotated, NamedTuple

import msgspec
import typer

from loadtests.workload import shares
from loadtests.workload.shares import NAMES, ShareError
from terminals.patients import Mix, Share


class Chosen(NamedTuple):
    """A share and its new value."""

    name: str
    share: float


def parse_share(text: object) -> Chosen:
    """Read NAME=SHARE; raise typer.BadParameter."""
    name, _, value = str(text).partition("=")
    try:
        shares.check_name(name)
        return Chosen(name, msgspec.convert(float(value), Share))
    except ShareError as error:
        raise typer.BadParameter(str(error)) from None
    except ValueError:  # msgspec.ValidationError is one
        raise typer.BadParameter(f"{text} is not {name}=SHARE with a share of 0 to 1, as in {name}=0.5") from None


MixOption = Annotated[
    list[Chosen] | None,
    typer.Option("--mix", parser=parse_share, metavar="NAME=SHARE", help=f"Shares by name: {', '.join(NAMES)}."),
]


def mixed(mix: Mix, chosen: Iterable[Chosen]) -> Mix:
    """Return a mix with the shares that were chosen, the last of a name; raise typer.BadParameter."""
    try:
        return shares.mixed(mix, {one.name: one.share for one in chosen})
    except ShareError as error:
        raise typer.BadParameter(str(error), param_hint="--mix") from None
