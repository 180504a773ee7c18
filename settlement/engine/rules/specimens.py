"""Specimen cards (样卡): fixed synthetic people whose state forces an outcome, as data.

They stand beyond every population, under fixed indexes, so that every engine knows them and no run is handed one. What
a specimen says of its outcome is what a test finds.
"""

from typing import Annotated, Final, Literal

from msgspec import Meta

from settlement.engine.rules.profile import Fen, Named, ProfileError, Row, convert, parse

FIRST_INDEX: Final = 16_777_000
"""Where they stand; a population ends before."""
Region = Annotated[str, Meta(pattern="^[0-9]{6}$")]


class Specimen(Row, frozen=True, kw_only=True):
    """A person with a card, how they stand, and what comes of it."""

    name: Annotated[str, Meta(pattern="^[a-z]+(-[a-z]+)*$")]
    index: Annotated[int, Meta(ge=FIRST_INDEX, le=FIRST_INDEX + 199)]
    zh: Named
    en: Named
    """What is the matter with it."""
    step: Literal["2102", "2207", "0200", "2101", "1101", "terminal"]
    """Where it comes out; `terminal`: what the terminal itself says of the chip."""
    refusal: str = ""
    """The code of the refusal, of the engine or of the terminal; empty where the step goes well."""
    outcome: Named
    """What comes out, in words."""
    city: Region = "370100"
    at: Region = "370100"
    """Where it is shown."""
    generation: Literal[1, 2, 3] = 2
    insutype: Named = "310"
    psn_type: Named = "11"
    psn_insu_stas: str = "1"
    balance: Fen = Fen(100_000)
    card_status: Named = "NORMAL"
    account_status: Literal["OPEN", "FROZEN"] = "OPEN"
    issue: Annotated[int, Meta(ge=1, le=28)] = 1
    """Of the card in force; the specimen's chip is the first."""
    password_locked: bool = False
    worn: Literal["", "pin_locked", "key_locked"] = ""
    unlinked: bool = False
    """Whether the card is a converted one that insurance links to nobody (RA50)."""
    filed_to: str = ""
    fund_used: Fen = Fen(0)
    """What of the year's cap was used before this ledger began."""
    fund_used_of: str = ""
    """The benefit whose cap that is."""
    twin: str = ""
    """Another specimen with the same identity number."""
    bank: Literal["ACTIVE", "FROZEN", "KYC_INCOMPLETE"] = "ACTIVE"
    withheld: bool = False
    """Whether settlements for this person are carried out and never answered."""


class _File(Row, frozen=True):
    specimen: tuple[Specimen, ...]


def read_specimens(text: str, file: str) -> tuple[Specimen, ...]:
    """Read a file of specimens; raise ProfileError."""
    specimens = convert(parse(text, file), _File, file).specimen
    names = {specimen.name for specimen in specimens}
    for place, specimen in enumerate(specimens):
        key = f"specimen[{place}]"
        if specimen.index in {earlier.index for earlier in specimens[:place]}:
            raise ProfileError(file, f"{key}.index", f"{specimen.index} is another's; each has one of its own")
        if specimen.name in {earlier.name for earlier in specimens[:place]}:
            raise ProfileError(file, f"{key}.name", f"{specimen.name} is another's; each has one of its own")
        if specimen.twin and specimen.twin not in names:
            raise ProfileError(file, f"{key}.twin", f"there is no specimen {specimen.twin!r}")
    return specimens
