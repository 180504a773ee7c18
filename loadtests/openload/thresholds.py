"""What a run must keep: one figure and its bound, as people write it.

    2102 p99 sent <= 40ms        errors share <= 0.01%        achieved rate >= 1188        dropped count <= 0

A percentile with fewer than a hundred samples beyond it never keeps a bound: it misses it where already more than its
share of the samples lies above, and is otherwise not judged. A bound that ends in `required` is missed where it cannot
be judged; any other is then a remark, so that a short run of a long scenario is no failure. Pure.
"""

import re
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from loadtests.openload import histograms
from loadtests.openload.figures import Figure, FigureError, Measured, Reading, parse_figure

REQUIRED: Final = "required"
EXPECTED: Final = (
    "a figure, <= or >= and a bound, as in 2102 p99 <= 50ms, errors share <= 0.01% or achieved rate >= 1188"
)
ONE: Final = Decimal(1)
UNITS: Final = {
    "ms": {"us": Decimal("0.001"), "ms": ONE, "s": Decimal(1000), "": ONE},
    "share": {"%": Decimal("0.01"), "": ONE},
    "rate": {"/s": ONE, "": ONE},
    "count": {"": ONE},
    "s": {"s": ONE, "ms": Decimal("0.001"), "": ONE},
    "MiB": {"MiB": ONE, "GiB": Decimal(1024), "": ONE},
    "MiB/h": {"MiB/h": ONE, "": ONE},
}
"""By a figure's unit: what may stand behind a bound, and what one of it is; decimal, so that 0.07% is 0.0007."""
WRITTEN: Final = {"share": "%", "rate": "/s", "count": ""}
"""The unit in which a bound is written back, where it is not the figure's own."""
SINCE_WORDS: Final = {"due": "from the intended start", "sent": "from the actual start"}

_BOUND: Final = re.compile(r"(\d{1,12}(?:\.\d{1,12})?)\s*([A-Za-z%/]*)")


class ThresholdError(ValueError):
    """A text that is no threshold; one sentence that says what is expected or what is near."""


class Found(NamedTuple):
    """An answer: kept, missed or (None) not judged, and what was found; `lacking` is what kept it from being judged."""

    ok: bool | None
    said: str
    lacking: str = ""


class Threshold(Figure, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A bound of a figure, in its unit: latencies and CPU in ms, shares of 1, rates a second. One bound is stated."""

    at_most: float | None = None
    at_least: float | None = None
    required: bool = False

    def __post_init__(self) -> None:
        """Refuse what bounds nothing, or twice."""
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError(f"{self.name} needs one bound: at_most or at_least")

    def __str__(self) -> str:
        """Return the text form, which reads back as the same."""
        relation = "<=" if self.at_least is None else ">="
        unit = WRITTEN.get(self.unit, self.unit)
        number = (Decimal(repr(self.bound)) / UNITS[self.unit][unit]).normalize()
        return f"{self.name} {relation} {number:f}{unit}" + (f" {REQUIRED}" if self.required else "")

    @property
    def bound(self) -> float:
        """Return the bound, whichever side it is on."""
        bound = self.at_most if self.at_least is None else self.at_least
        assert bound is not None
        return bound

    def judge(self, measured: Measured) -> Found:
        """Answer whether a run keeps it."""
        reading = measured.read(self)
        if reading.value is None:
            return self._unjudged(f"{self.name}: {reading.lacking}", reading.lacking)
        keeps = reading.value <= self.bound if self.at_least is None else reading.value >= self.bound
        if reading.stated:
            return Found(keeps, self._found(reading, reading.value))
        if not keeps and self.at_least is None:
            return Found(ok=False, said=self._above(reading))
        if reading.lacking:
            return self._unjudged(f"{self.name}: {reading.lacking}", reading.lacking)
        return self._unjudged(f"{self.name} not stated: {histograms.TOO_SMALL} ({reading.n})", histograms.TOO_SMALL)

    def _unjudged(self, why: str, lacking: str) -> Found:
        return Found(ok=False, said=f"{why}, and is required") if self.required else Found(None, why, lacking)

    def _found(self, reading: Reading, value: float) -> str:
        of = f" of {reading.n}" if self.unit == "share" else ""
        since = f" {SINCE_WORDS[self.since]}" if self.percentile_e4 or self.figure in {"max", "mean"} else ""
        return f"{self.name.removesuffix(' sent')} {self.show(value)}{of}{since}, limit {self.show(self.bound)}"

    def _above(self, reading: Reading) -> str:
        """Say of what is not stated that it is too high: of a percentile, that so many samples lie above the bound."""
        if reading.lacking:
            return f"{self.name}: {reading.lacking}, limit {self.show(self.bound)}"
        assert self.percentile_e4 is not None
        share = (histograms.WHOLE_E4 - self.percentile_e4) / histograms.WHOLE_E4
        since = SINCE_WORDS[self.since]
        return f"{self.of}: more than {share * 100:.4g}% of {reading.n} above {self.show(self.bound)} {since}"


def parse_threshold(text: str, names: Collection[str] | None = None) -> Threshold:
    """Read the text form; `names` are what has latencies, any where there is None. Raise ThresholdError.

    >>> str(parse_threshold("2102 p99 <= 0.05 s"))
    '2102 p99 <= 50ms'
    """
    parts = re.split(r"(<=|>=)", text)
    if len(parts) != len(("figure", "relation", "bound")):
        raise ThresholdError(f"{text!r} is no threshold; expected {EXPECTED}")
    asked, relation, said = (part.strip() for part in parts)
    try:
        figure = parse_figure(asked, names)
    except FigureError as error:
        raise ThresholdError(f"threshold {text!r}: {error}") from None
    bare = said.removesuffix(f" {REQUIRED}")
    bound = _bound(text, bare.strip(), UNITS[figure.unit])
    return Threshold(
        of=figure.of,
        figure=figure.figure,
        since=figure.since,
        at_most=bound if relation == "<=" else None,
        at_least=bound if relation == ">=" else None,
        required=bare != said,
    )


def _bound(text: str, said: str, units: Mapping[str, Decimal]) -> float:
    match = _BOUND.fullmatch(said)
    if match is None or match[2] not in units:
        may = " or ".join(unit or "no unit" for unit in units)
        raise ThresholdError(f"threshold {text!r}: {said!r} is no bound; expected a number with {may}")
    return float(Decimal(match[1]) * units[match[2]])
