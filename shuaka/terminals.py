"""`shuaka terminals`: a fleet of trio terminals with simulated cards and patients who take their time.

Exit codes: 0 every visit ended and nothing is unknown, 1 something is, or no engine answers, 2 the command line is
wrong.
"""

import math
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
import typer

from shuaka import compose
from shuaka.compose import People
from shuaka.desk.chips import ChipsError
from shuaka.desk.drawer import opened
from shuaka.ending import FAILED, end
from shuaka.engine import Engine, EngineError
from shuaka.interruption import interruptible
from shuaka.mix_option import MixOption, mixed
from shuaka.rehearsing.lane import held
from shuaka.rehearsing.load_plan import RehearsalError
from terminals.kernel.site import UNHURRIED
from terminals.patients import TEMPO_MIN, Mix, Patients, places_of

if TYPE_CHECKING:
    from terminals.tally import FleetReport

JOURNAL: Final = "terminals.journal"
"""In the data directory: it outlives a run, so that the next resolves what the last one left open."""
VISITS_A_SECOND_MAX: Final = 500
"""No fleet of one process is faster; bounds the block of people that is leased."""

FLEET_MIX: Final = Mix(remote=0.3, wrong_password=0.05, default_pin=0.1, local_password_as_pin=0.1)
"""A fleet is small: what goes wrong is frequent here, so that it can be seen."""


class Journalling(StrEnum):
    """How durable an entry is before its request leaves."""

    BUFFERED = "buffered"
    FSYNC = "fsync"


def terminals(
    count: Annotated[int, typer.Option(min=1, max=2000, help="Terminals, over the cities by their cards.")] = 20,
    duration: Annotated[float, typer.Option(min=0.1, help="Seconds in which patients are admitted.")] = 30,
    data: Annotated[Path, typer.Option(help="Data directory of the running engine.")] = compose.DEFAULT_DATA,
    think: Annotated[float, typer.Option(min=0, max=100, help="Think times: 1 unhurried, 0 none.")] = 1,
    lane: Annotated[int, typer.Option(min=1, max=8, help="Lane of the terminals in their institutions.")] = 1,
    patients: Annotated[int, typer.Option(min=0, help="People to lease; 0 is enough for the duration.")] = 0,
    first: Annotated[int, typer.Option(min=-1, help="First card of the block, to meet people again; -1: lease.")] = -1,
    cards: Annotated[Path | None, typer.Option(help="File of touched chips: read first, written last.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the patients.")] = compose.DEFAULT_SEED,
    population: Annotated[People, compose.PEOPLE_OPTION] = compose.DEFAULT_PEOPLE,
    pharmacy: Annotated[float, typer.Option(min=0, max=1, help="Share that goes to a pharmacy.")] = FLEET_MIX.pharmacy,
    remote: Annotated[float, typer.Option(min=0, max=1, help="Share treated away from home.")] = FLEET_MIX.remote,
    mix: MixOption = None,
    journal: Annotated[Journalling, typer.Option(help="Journal of what moves money.")] = Journalling.BUFFERED,
    metrics_port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Serve /metrics here on loopback while the fleet works.")
    ] = None,
    close_day: Annotated[bool, typer.Option("--close-day", help="Sell by card in a batch, and close it.")] = False,
    name: Annotated[str, typer.Option(help=f"Name of the run, at most {compose.RUN_NAME_MAX} characters.")] = "",
    result: Annotated[Path | None, typer.Option(help="File of the result as JSON.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For a machine to read.")] = False,
) -> None:
    """Run terminals against a running engine until the time is over or Ctrl-C."""
    from terminals import assembly  # noqa: PLC0415 - trio is imported by the command that runs it
    from terminals.journal import FileJournal, JournalError  # noqa: PLC0415 - as above
    from terminals.links.link import LinkLostError  # noqa: PLC0415 - as above

    run = compose.run_name("fleet", name)
    compose.adopt(data)
    people, sites = compose.population(population.seed, population.size), compose.sites(count, run, lane=lane)
    shares = mixed(msgspec.structs.replace(FLEET_MIX, pharmacy=pharmacy, remote=remote), mix or ())
    coming = Patients(
        seed, shares, people.profile, places_of(sites), compose.items(), compose.bank_pins(), people.person
    )
    wanted = patients or _wanted(len(sites), duration, think)
    if first + wanted > people.size:
        raise typer.BadParameter(f"{first} and {wanted} people are beyond {population}", param_hint="--first")
    try:
        engine = Engine(data)
        with interruptible(), held(data, lane), opened(people, cards) as drawer:
            plan = assembly.FleetPlan(
                opter_no=run,
                host=engine.tcp.host,
                port=engine.tcp.port,
                sites=sites,
                block=(_block(engine, population, first, wanted, cards), wanted),
                seconds=duration,
                pace=UNHURRIED.times(think),
                journal=journal.value,
                closes_day=close_day,
                metrics_port=metrics_port,
            )
            book = FileJournal(data / JOURNAL, journal.value)
            report = assembly.run(plan, coming, drawer.card, engine.network_key.terminal_key, book)
    except (EngineError, RehearsalError, JournalError, LinkLostError, ChipsError, OSError) as error:
        end(str(error), FAILED)
    _tell(report, result, as_json=as_json)
    raise typer.Exit(0 if report.ok else FAILED)


def _block(engine: Engine, people: People, first: int, wanted: int, cards: Path | None) -> int:
    """Return the first person of the run, leased; raise EngineError where the ledger knows chips that are not here."""
    if first < 0:
        return engine.lease(wanted, people)
    leased = engine.leased(people)
    if first < leased and (cards is None or not cards.exists()):
        kept = f"{cards} does not exist yet" if cards else "without --cards every chip is fresh from its issuer"
        raise EngineError(
            f"the ledger has met the people below {leased}, and --first {first} would meet them again: {kept}, so that"
            f" their counters would move back. Name the --cards file of the runs before, come with --first {leased},"
            f" or leave --first out"
        )
    if first + wanted > leased:
        engine.lease(first + wanted - leased, people)  # whoever comes here now is nobody's first patient later
    return first


def _wanted(terminals: int, duration: float, think: float) -> int:
    """Return how many people can come at most: no visit is shorter than its think times."""
    shortest_s = (UNHURRIED.card_s + UNHURRIED.counter_s) * think * TEMPO_MIN
    by_thinking = terminals * (duration / shortest_s + 1) if shortest_s else math.inf
    return math.ceil(min(by_thinking, VISITS_A_SECOND_MAX * duration + terminals))


def _tell(report: "FleetReport", result: Path | None, *, as_json: bool) -> None:
    content = msgspec.json.format(msgspec.json.encode(report))
    if result is not None:
        try:
            result.write_bytes(content + b"\n")
        except OSError as error:
            end(f"the result {result} cannot be written: {error.strerror}", FAILED)
    print(content.decode() if as_json else "\n".join(_lines(report)))


def _lines(report: "FleetReport") -> Iterator[str]:
    served = f"{report.patients} patients in {report.seconds:.1f} s"
    yield f"{report.terminals} terminals, {served}, {report.settlements} settlements"
    yield from (f"  {flow:<12}{_row(row)}" for flow, row in report.visits.items())
    yield from (f"  refused     {flow}: {_row(row)}" for flow, row in report.refusals.items())
    if report.events:
        yield f"  events      {_row(report.events)}"
    yield from (f"  {title:<12}{_row(row)}" for title, row in _paid(report))
    if report.latency_us:
        yield f"  reply       {'  '.join(f'{name} {us / 1000:.1f} ms' for name, us in report.latency_us.items())}"
    if report.recovered:
        yield f"  recovered   {report.recovered} intents of an earlier run"
    yield from (f"  fault       {fault}" for fault in report.faults)
    if report.outlived:
        refused = f"{report.outlived} messages refused (E4018, E2004)"
        yield f"  OUTLIVED    {refused}: the host knows a later state of these chips"
    if report.stuck:
        whose = "the host refuses to undo them: for a person; shuaka reconcile names them"
        yield f"  STUCK       {report.stuck} intents, and {whose}"
    if report.unknown:
        yield f"  UNKNOWN     {report.unknown}, of which {report.cut_off} were cut off; the next run resolves them"


def _paid(report: "FleetReport") -> Iterator[tuple[str, Mapping[str, int]]]:
    """Yield which cards came, by what the rest was paid, and what the bank says of it, as far as there is any."""
    read = {number: count for number, count in report.generations.items() if int(number)}  # 0 where none was read
    if read:
        yield "generations", read
    if report.tenders:
        yield "tenders", report.tenders
    bank = report.bank
    if report.batches:
        yield "batches", report.batches
    if bank.count or bank.reversed:
        yield "bank", {"purchases": bank.count, "amount_fen": bank.amount_fen, "reversed": bank.reversed}


def _row(counts: Mapping[str, int]) -> str:
    return "  ".join(f"{name} {count}" for name, count in counts.items())
