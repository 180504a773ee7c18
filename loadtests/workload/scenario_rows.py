"""The rows of a scenario's file, and how a figure states its source: TOML in, the file as it stands out.

Every figure may be written bare or as `{ value = ..., source = "...", basis = "..." }`; one without a source is
assumed. What the rows mean together is said elsewhere (scenario).
"""

from typing import Annotated, Any, Final, Literal, NamedTuple

from msgspec import Meta

from loadtests.openload.histograms import HIGHEST_US
from loadtests.openload.verdict import Slo
from loadtests.workload.faults import FAULTS_MAX, Fault
from loadtests.workload.plan import PROCESSES_MAX, Journalling, Seconds
from loadtests.workload.settings import Row, convert, parse
from loadtests.workload.shares import MISSING
from settlement.wire.refusal import Basis

UNSOURCED: Final = "no source is stated"
SOURCED: Final = ("arrivals", "duration_s", "population", "mix", "think", "slo", "thresholds")
"""The keys whose figures may have a source; a fault's stands beside its figures."""

NOTHING: Final = frozenset(f"mix.{name}" for name in MISSING)

Name = Annotated[str, Meta(min_length=1, max_length=300)]
ThinkTime = Annotated[float, Meta(ge=0, le=600)]
PromisedTime = Annotated[float, Meta(gt=0, le=HIGHEST_US / 1000)]
"""In ms: a latency is recorded up to ten minutes, and a longer promise could never be broken."""


class Figure(Row, frozen=True):
    """A figure and where it comes from."""

    value: Any
    source: Name
    basis: Basis


class Think(Row, frozen=True):
    """How long people take, by what they do; seconds."""

    card_s: ThinkTime = 0.0
    counter_s: ThinkTime = 0.0
    entry_s: ThinkTime = 0.0
    pay_s: ThinkTime = 0.0


class Promise(Row, frozen=True):
    """The SLO; latencies of visits from their intended start."""

    p95_ms: PromisedTime = Slo().p95_ms
    p99_ms: PromisedTime = Slo().p99_ms
    error_share_max: Annotated[float, Meta(ge=0, le=1)] = Slo().error_share_max

    def __post_init__(self) -> None:
        """Refuse a p95 that is above the p99."""
        if self.p95_ms > self.p99_ms:
            raise ValueError(
                f"p95_ms {self.p95_ms:g} is above p99_ms {self.p99_ms:g}: who keeps p99 keeps p95; lower p95_ms"
            )


class SignOn(Row, frozen=True):
    """When terminals sign on: before the first arrival, or spread over the first seconds of the run."""

    when: Literal["before", "storm"] = "before"
    over_s: Seconds = 0.0


class File(Row, frozen=True):
    """A whole file, its figures parted from their sources."""

    title: Name
    question: Name
    arrivals: Annotated[str, Meta(min_length=1, max_length=10_000)]
    question_zh: Annotated[str, Meta(max_length=300)] = ""
    duration_s: Annotated[float, Meta(gt=0, le=7 * 24 * 3600)] | None = None
    warmup_s: Seconds = 3.0
    drain_s: Seconds = 10.0
    model: Literal["open", "closed"] = "open"
    fidelity: Literal["chip", "replay"] = "chip"
    population: str = ""
    mix: dict[str, int | float] = {}  # noqa: RUF012 - msgspec copies an empty default
    think: Think = Think()
    slo: Promise = Promise()
    thresholds: tuple[str, ...] = ()
    faults: Annotated[tuple[dict[str, Any], ...], Meta(max_length=FAULTS_MAX)] = ()
    sign_on: SignOn = SignOn()
    terminals: Annotated[int, Meta(ge=6, le=5_000)] = 60
    processes: Annotated[int, Meta(ge=1, le=PROCESSES_MAX)] = 1
    journal: Journalling = "buffered"
    not_tested: tuple[Name, ...] = ()


class Fact(NamedTuple):
    """Where a figure comes from; `said` is the figure as it stands in the file."""

    key: str
    said: str
    source: str
    basis: Basis

    def __str__(self) -> str:
        basis = "" if self.basis is Basis.ASSUMED else f" ({self.basis})"
        return f"{self.key} {self.said}{basis}: {self.source}"


def held(text: str, file: str) -> tuple[File, list[Fact]]:
    """Read a file, and where its figures come from; raise SettingsError.

    That something which does not exist yet does not happen needs no source.
    """
    facts: list[Fact] = []
    bare = {
        key: _bare(entry, file, key, facts) if key in SOURCED else entry for key, entry in parse(text, file).items()
    }
    return convert(bare, File, file), [fact for fact in facts if fact.key not in NOTHING]


def _bare(entry: object, file: str, key: str, facts: list[Fact]) -> object:
    """Part a figure, or every figure of a table, from its source."""
    if isinstance(entry, dict) and not entry.keys() & set(Figure.__struct_fields__):
        return {name: _bare(below, file, f"{key}.{name}", facts) for name, below in entry.items()}
    if not isinstance(entry, dict):
        facts.append(Fact(key, _said(entry), UNSOURCED, Basis.ASSUMED))
        return entry
    figure = convert(entry, Figure, file, key)
    facts.append(Fact(key, _said(figure.value), figure.source, figure.basis))
    return figure.value


def _said(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def fault(row: dict[str, Any], file: str, at: str) -> tuple[Fault, Fact]:
    """Read a fault, and where it comes from; raise SettingsError."""
    origin = {name: row[name] for name in ("source", "basis") if name in row}
    found = convert({name: value for name, value in row.items() if name not in origin}, Fault, file, at)
    unsourced: dict[str, object] = {"value": 0, "source": UNSOURCED, "basis": Basis.ASSUMED.value}
    figure = convert(unsourced | origin, Figure, file, at)
    return found, Fact("faults", found.text, figure.source, figure.basis)
