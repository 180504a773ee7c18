"""How `shuaka card show` writes a card down: in lines for people, as JSON for machines, without any secret."""

from collections.abc import Iterable

import msgspec

from cardsim.card import Card
from cardsim.decode import ReadFile
from cardsim.diversify import ALGORITHMS
from cardsim.inspection import CardStatus, status
from cardsim.issuing.card_profiles import CardProfile
from cardsim.issuing.population import Person, Population
from cardsim.status import SW
from settlement.engine.rules.specimens import Specimen

LINE_BYTES = 16


def lines(person: Person, profile: CardProfile, card: Card, files: Iterable[ReadFile]) -> Iterable[str]:
    """Yield the lines of a card: its person, its state, its files."""
    yield f"card {person.index}: {person.name}, {person.certno}"
    yield f"  profile      {profile.name} (generation {profile.generation}, city {profile.city})"
    yield f"  keys         {_cipher(profile)}"
    yield f"  bank number  {person.bank_number}"
    yield f"  interfaces   {', '.join(sorted(interface.value for interface in card.interfaces))}"
    yield f"  ATR          {card.atr.hex().upper()}"
    yield from _status_lines(status(card))
    for file in files:
        yield f"\n{file.application}  EF {file.fid:04X}  {file.word}"
        yield from _file_lines(file)


def row(person: Person, profile: CardProfile) -> dict[str, object]:
    """Return a person and their card in one level, for JSON."""
    facts: dict[str, object] = msgspec.structs.asdict(person)
    return {**facts, "card_id": person.card_id.hex().upper(), "profile": profile.name, "generation": profile.generation}


def shown(person: Person, profile: CardProfile, card: Card, files: Iterable[ReadFile]) -> dict[str, object]:
    """Return what `lines` says, for JSON."""
    return {
        "person": row(person, profile),
        "atr": card.atr.hex().upper(),
        "algorithm": profile.cipher,
        "algorithm_note": ALGORITHMS[profile.cipher].note,
        "interfaces": sorted(interface.value for interface in card.interfaces),
        "status": msgspec.to_builtins(status(card)),
        "files": [
            {
                "application": file.application,
                "fid": f"{file.fid:04X}",
                "word": file.word,
                "sw": f"{file.sw:04X}",
                "wanted": file.wanted,
                "elements": [
                    {"tag": f"{tag:02X}", "word": word, "text": text, "meaning": meaning}
                    for tag, word, text, meaning in file.elements
                ],
                "data": file.data.hex().upper(),
            }
            for file in files
        ],
    }


def _cipher(profile: CardProfile) -> str:
    note = ALGORITHMS[profile.cipher].note
    return f"{profile.cipher} ({note})" if note else profile.cipher


def _status_lines(seen: CardStatus) -> Iterable[str]:
    yield f"  PIN          {seen.pin}, {seen.pin_tries_left} tries left"
    yield f"  key tries    {', '.join(f'{key.name} {key.tries_left}' for key in seen.keys)} left"
    if seen.application_blocked:
        yield "  application  blocked"


def _file_lines(file: ReadFile) -> Iterable[str]:
    if file.sw == SW.SECURITY_STATUS_NOT_SATISFIED:
        yield f"  ({file.sw:04X}: the card wants {file.wanted} first)"
    elif file.sw != SW.SUCCESS:
        yield f"  ({file.sw:04X}: no record yet)" if file.sw == SW.RECORD_NOT_FOUND else f"  ({file.sw:04X})"
    elif file.elements:
        yield from (f"  {tag:02X}  {word}  {text} {meaning}".rstrip() for tag, word, text, meaning in file.elements)
    else:
        yield f"  {file.data[:LINE_BYTES].hex().upper()}{'...' if len(file.data) > LINE_BYTES else ''}"


def specimen_lines(specimens: Iterable[Specimen]) -> Iterable[str]:
    """Yield a line for each specimen card: its name, where it is shown, and what comes out."""
    head = f"{'name':16}  {'index':>8}  {'card of':7}  {'shown in':8}  {'step':8}  {'refusal':7}"
    yield f"{head}  what is the matter: outcome"
    for one in specimens:
        yield (
            f"{one.name:16}  {one.index:>8}  {one.city:7}  {one.at:8}  {one.step:8}  {one.refusal or '-':7}"
            f"  {one.zh} {one.en}: {one.outcome}"
        )


def specimen_row(specimen: Specimen, population: Population) -> dict[str, object]:
    """Return a specimen and whose card it is, for JSON."""
    said = {name: getattr(specimen, name) for name in ("name", "index", "zh", "en", "step", "refusal", "outcome", "at")}
    return {**said, "person": row(population.person(specimen.index), population.profile(specimen.index))}
