"""What a run at a platform that is not ours adds to a report: its own time, rows not ours, what is not proved."""

from collections.abc import Iterator
from typing import Final

from hdrh.histogram import HdrHistogram

from loadtests.evidence.platform_time import PlatformTime
from loadtests.evidence.proof import Proof
from loadtests.openload import histograms
from loadtests.openload.histograms import in_ms
from terminals.kernel.outcome import APPROVED

FOREIGN_SHOWN: Final = 5


def lines(times: tuple[PlatformTime, ...], proof: Proof | None) -> Iterator[str]:
    """Yield the lines; none for a run at our own engine's terminals' door."""
    approved = [one for one in times if one.outcome == APPROVED]
    if approved:
        yield f"{'platform time (respond_time - refmsg_time), network: the rest':<64}{'p50':>13}{'p99':>13}{'max':>13}"
    for one in approved:
        for name, encoded in (("platform", one.platform), ("network", one.network)):
            yield f"  {one.infno} {name:<28}n {one.count:<26}{_figures(histograms.decode(encoded))}"
    if proof is None:
        return
    yield f"platform    {proof.platform}: {proof.equal} of {proof.rows} rows equal, {len(proof.findings)} findings"
    if proof.foreign:
        msgids = ", ".join(row.msgid for row in proof.foreign[:FOREIGN_SHOWN])
        more = ", ..." if len(proof.foreign) > FOREIGN_SHOWN else ""
        yield f"foreign     {len(proof.foreign)} rows of the statement are not this run's: {msgids}{more}"
    yield from (f"not proved  {one}" for one in proof.not_proved)


def _figures(histogram: HdrHistogram) -> str:
    stated = (histograms.percentile(histogram, p_e4) for p_e4 in (histograms.P50, histograms.P99))
    return "".join(f"{in_ms(value):>13}" for value in (*stated, histograms.maximum(histogram)))
