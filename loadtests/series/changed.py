"""What the runs of a series changed of their scenario, all of them alike: said once for the whole series.

A series by another door or by the command line's options may ask less than the scenario's name says. Pure.
"""

from collections.abc import Iterable, Iterator

from loadtests.workload.plan import Profile, Security


def changed(profiles: Iterable[Profile]) -> tuple[str, ...]:
    """Return what every run changed, in the first one's order."""
    said = [profile.overridden for profile in profiles]
    return tuple(line for line in said[0] if all(line in lines for lines in said)) if said else ()


def secured(profiles: Iterable[Profile]) -> tuple[Security, ...]:
    """Return how the runs proved who asks, each way once."""
    return tuple(dict.fromkeys(profile.security for profile in profiles))


def differences(a: tuple[str, ...], b: tuple[str, ...]) -> Iterator[str]:
    """Yield in words what the runs of A and of B changed, what both did once.

    >>> list(differences(("drain_s 5 instead of 10",), ()))
    ['changed for the runs of A: drain_s 5 instead of 10']
    """
    for line in dict.fromkeys((*a, *b)):
        whose = "these runs" if line in a and line in b else f"the runs of {'A' if line in a else 'B'}"
        yield f"changed for {whose}: {line}"
