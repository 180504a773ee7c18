"""The histograms of a result counted again: against its counts, its series, its stated figures and its interval log.

Pure. Lives here: what a comparison is, and every comparison that decodes a histogram; verification.py has the others.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from hdrh.histogram import HdrHistogram

from loadtests.evidence import result as results
from loadtests.evidence.result import Result
from loadtests.evidence.stated import WHOLE, Rates, stated
from loadtests.evidence.testimony import Report
from loadtests.openload import histograms, hlog, intervals
from loadtests.openload.histograms import in_ms
from loadtests.openload.latencies import Latencies
from loadtests.workload.subjects import SERVED
from terminals.kernel.outcome import Result as End

ABSENT: Final = "-"
"""What one side says that has nothing to say."""


class Row(NamedTuple):
    """One comparison."""

    group: str
    name: str
    said: str
    recomputed: str
    ok: bool


class UnreadableError(Exception):
    """A result whose histograms cannot be decoded; one sentence that names the first."""


def compared(group: str, name: str, said: object, recomputed: object) -> Row:
    """Compare two values; what is equal is also written alike."""
    return Row(group, name, _shown(said), _shown(recomputed), said == recomputed)


def _shown(what: object) -> str:
    return ABSENT if what is None or what == "" else f"{what:.3f}" if isinstance(what, float) else str(what)


def each_field(group: str, name: str, said: Any, recomputed: Any, *, beyond: int = 0) -> Iterator[Row]:
    """Compare two structs of one kind, field by field `beyond` the first ones; None where one is not there."""
    struct = said if said is not None else recomputed
    for field in struct.__struct_fields__[beyond:] if struct is not None else ():
        yield compared(group, f"{name} {field}", getattr(said, field, None), getattr(recomputed, field, None))


def decode_all(report: Report) -> None:
    """Decode everything that is encoded, so that whatever follows can."""
    named = [
        *((hlog.tag_of(one), encoded) for one in report.latencies for encoded in (one.intended, one.sent)),
        *((f"second {one.start_s:g}", getattr(one, name)) for one in report.series for name in intervals.HISTOGRAMS),
        *((f"{one.infno} {one.outcome}", each) for one in report.platform for each in (one.platform, one.network)),
        *(("the schedule's lag", one.lag) for one in report.health),
    ]
    for name, encoded in named:
        try:
            if encoded:
                histograms.blank().add(histograms.decode(encoded))
        except Exception as error:  # noqa: BLE001 - bytes of a stranger, and a decoder that raises half a dozen kinds
            raise UnreadableError(
                f"the histogram of {name} cannot be decoded: {error or type(error).__name__}"
            ) from None


def samples(result: Result, latencies: Latencies) -> Iterator[Row]:
    """Compare what was counted with what was measured: no more than came, and of the served all but the warm-up."""
    report = result.report
    for one in report.latencies:
        pair = latencies.pair(one.name, one.outcome, one.step)
        found = (int(pair.intended.get_total_count()), int(pair.sent.get_total_count()))
        yield compared("samples", hlog.tag_of(one), (one.count, one.count), found)
        if not one.step:
            most = report.visits.get(one.name, {}).get(one.outcome, 0)
            yield Row("samples", f"{hlog.tag_of(one)} at most", str(most), str(one.count), one.count <= most)
    for (infno, step, outcome), pair in latencies.by_step().items().items():
        assert not step
        most, count = report.messages.get(infno, {}).get(outcome, 0), int(pair.sent.get_total_count())
        yield Row("samples", f"{infno} {outcome} at most", str(most), str(count), count <= most)
    for timed in report.platform:
        counts = _count(timed.platform), _count(timed.network)
        yield compared("samples", f"{timed.infno} {timed.outcome}, platform", (timed.count, timed.count), counts)
    settled = sum(report.visits.get(flow, {}).get(End.SETTLED, 0) for flow in SERVED)
    unmeasured = sum(_count(one.unmeasured_service) for one in report.series)
    served = int(latencies.over(SERVED, End.SETTLED).sent.get_total_count())
    yield compared("samples", "settled visits", settled, served + unmeasured)
    yield from _apart(report, unmeasured)
    every = sum(ends.get(End.SETTLED, 0) for ends in report.visits.values())
    yield compared("samples", "tenders", sum(report.tenders.values()), every)


def _apart(report: Report, settled: int) -> Iterator[Row]:
    """Compare who was counted apart with the whole run, and with `settled`: those of them whose latency is kept."""
    apart, whole = report.unmeasured, report.arrivals
    for name, most in (("scheduled", whole.scheduled), ("completed", whole.completed), ("errors", report.errors)):
        count = getattr(apart, name)
        yield Row("samples", f"not measured, {name} at most", str(most), str(count), 0 <= count <= most)
    yield Row(
        "samples", "not measured, settled at most", str(apart.completed), str(settled), settled <= apart.completed
    )


def _count(encoded: str) -> int:
    return int(histograms.decode(encoded).get_total_count()) if encoded else 0


def series(result: Result, latencies: Latencies) -> Iterator[Row]:
    """Compare the sums over all intervals with the whole run."""
    report = result.report
    for name in report.arrivals.__struct_fields__:
        yield compared("series", name, getattr(report.arrivals, name), sum(getattr(one, name) for one in report.series))
    lost = report.arrivals.dropped + report.arrivals.unfinished
    yield compared("series", "errors", report.errors, sum(one.errors for one in report.series) + lost)
    ends = [one.end_s for one in report.series][:-1]
    touching = [one.start_s for one in report.series] == ([0.0, *ends] if report.series else [])
    yield Row("series", "each begins where the last ends", ABSENT, "yes" if touching else "no", touching)
    served, merged = latencies.over(SERVED, End.SETTLED), intervals.whole_pair(report.series)
    yield compared("series", "served, from due", _summary(served.intended), _summary(merged.intended))
    yield compared("series", "served, from start", _summary(served.sent), _summary(merged.sent))


def _summary(histogram: HdrHistogram) -> str:
    """Return a histogram in few words; the checksum at the end of its encoded form tells apart what they do not."""
    tail = histograms.encode(histogram)[-8:]
    return f"n {histogram.get_total_count()}, max {in_ms(histograms.maximum(histogram))}, ...{tail}"


def figures(result: Result, latencies: Latencies) -> Iterator[Row]:
    """Compare what is stated with what the histograms say."""
    rates = Rates(result.offered_per_s, result.achieved_per_s)
    yield from each_field("rates", "visits", result.rates, rates)
    said = {(one.name, one.step, one.outcome, one.since): one for one in result.stated}
    found = {(one.name, one.step, one.outcome, one.since): one for one in stated(latencies)}
    for key in dict.fromkeys((*found, *said)):
        group = WHOLE if key[0] == WHOLE else "figures"
        yield from each_field(group, " ".join(filter(None, key)), said.get(key), found.get(key), beyond=len(key))
    yield compared("figures", "rows", len(result.stated), len(found))


def log(result: Result, text: str | None) -> Iterator[Row]:
    """Compare the log's histograms with the result's, tag by tag, and its text with the one that the result makes."""
    if text is None:
        yield compared("log", "interval log", "not there", f"a {results.LOG_SUFFIX} file beside the result")
        return
    try:
        by_tag = _by_tag(hlog.read(text))
    except hlog.LogError as error:
        yield compared("log", "interval log", str(error), "readable")
        return
    again = results.log_of(result)
    for tag, histogram in _by_tag(hlog.read(again)).items():
        found = by_tag.pop(tag, histograms.blank())
        yield compared("log", tag or "from due", _summary(found), _summary(histogram))
    yield from (compared("log", tag, _summary(histogram), None) for tag, histogram in by_tag.items())
    yield Row("log", "text", f"{len(text)} characters", f"{len(again)} characters", text == again)


def _by_tag(lines: Iterable[hlog.Line]) -> dict[str, HdrHistogram]:
    merged: dict[str, HdrHistogram] = {}
    for line in lines:
        try:
            merged.setdefault(line.tag, histograms.blank()).add(histograms.decode(line.payload))
        except Exception as error:  # noqa: BLE001 - bytes of a stranger, and a decoder that raises half a dozen kinds
            raise hlog.LogError(f"a histogram of {line.tag or 'no tag'} cannot be decoded: {error}") from None
    return merged
