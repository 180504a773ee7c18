"""What `shuaka load` says before anything is sent: that nobody would be measured, or what can never be judged."""

import typer

from loadtests.workload import samples
from shuaka.rehearsing.order import Rehearsal
from shuaka.rehearsing.own_door import AT_A_TARGET, AT_THE_DOOR, possible


def refuse_nobody(asked: Rehearsal) -> None:
    """Raise typer.BadParameter where nobody would be measured."""
    if complaint := samples.nobody(asked.arrivals, asked.seed, asked.warmup_s, asked.faults, asked.model):
        raise typer.BadParameter(complaint)


def foretell(asked: Rehearsal, *, at_a_target: bool = False) -> None:
    """Say on stderr which promises too few will come for; of a closed loop nobody knows how many come."""
    if asked.model == "closed":
        return
    mix = asked.mix
    if at_a_target or (asked.address is not None and asked.address.door == "national"):
        mix = possible(mix, AT_A_TARGET if at_a_target else AT_THE_DOOR)
    sign_ons = asked.terminals if asked.sign_on == "storm" else 0
    counts = samples.expected(asked.arrivals, asked.warmup_s, asked.faults, mix, sign_ons)
    for line in samples.too_few((*asked.slo.thresholds, *asked.thresholds), counts):
        typer.echo(f"note: {line}", err=True)
