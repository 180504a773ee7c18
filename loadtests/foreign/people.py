"""The people of a platform that is not ours, from a CSV that its owner supplies, each with a simulated card.

Columns: psn_name, certno, insuplc_admdvs, card_number (卡号, 9 characters) and card_sn (卡识别码, 32 hex digits);
the last may be empty where the platform does not compare it. The chip is a generation 2 card issued here with the
person's own identity and numbers, so that the whole dialogue of a visit runs; its keys are test keys, and the platform
never sees them. Our own population is refused: nobody outside knows these people, by design.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from msgspec import Struct

from cardsim.card import Card
from cardsim.issuing.check_digits import identity_check
from cardsim.issuing.identity import NUMBER_LENGTH, UNASSIGNED_DIVISION
from cardsim.issuing.issuer import CardFacts, issue
from loadtests.foreign.rows import RowError, read_rows
from loadtests.workload.settings import SettingsError

REQUIRED: Final = ("psn_name", "certno", "insuplc_admdvs", "card_number")
OPTIONAL: Final = ("card_sn",)
NAME_BYTES: Final = 30
CARD_NUMBER_LENGTH: Final = 9
CARD_SN_LENGTH: Final = 32
ISSUED_ON, VALID_UNTIL = "20240601", "20340601"
PIN, PIN_TRIES = "123456", 6
"""Of a simulated card whose PIN nobody is asked for."""


class Insured(Struct, frozen=True):
    """Somebody whom the platform knows; who prints one shows nothing of it."""

    psn_name: str
    certno: str
    insuplc_admdvs: str
    card_number: str
    card_sn: str = ""

    def __repr__(self) -> str:
        return "Insured(...)"

    def card(self, serial: int) -> Card:
        """Return a simulated card of this person, as issued."""
        return issue(
            CardFacts(
                certno=self.certno,
                name=self.psn_name,
                sex="1" if int(self.certno[16]) % 2 else "2",
                birth_date=self.certno[6:14],
                birthplace=self.certno[:6],
                city=self.insuplc_admdvs,
                generation=2,
                card_number=self.card_number,
                issued_on=ISSUED_ON,
                valid_until=VALID_UNTIL,
                serial=serial,
                pin=PIN,
                pin_tries_max=PIN_TRIES,
                t0_mode="auto",
                bank_number="0" * 19,
                card_id=bytes.fromhex(self.card_sn),
            ),
            serial.to_bytes(8, "big"),
        )


def read_people(path: Path, city: str) -> list[Insured]:
    """Return the people of a file, who must all be insured in `city`; raise SettingsError with file and line."""
    seen: set[str] = set()
    people = read_rows(path, REQUIRED, OPTIONAL, _checked(city, seen))
    if len(seen) < len(people):
        raise SettingsError(str(path), "", f"{len(people) - len(seen)} people stand here more than once")
    return people


def _checked(city: str, seen: set[str]) -> Callable[[dict[str, str]], Insured]:
    def made(row: dict[str, str]) -> Insured:
        person = Insured(**row)
        _check_identity(person.certno)
        seen.add(person.certno)
        if person.insuplc_admdvs != city:
            raise RowError("insuplc_admdvs", f"not {city}, where the institutions are: remote visits are not made yet")
        plain = person.card_number.isascii() and person.card_number.isalnum()
        if len(person.card_number) != CARD_NUMBER_LENGTH or not plain:
            raise RowError("card_number", f"{CARD_NUMBER_LENGTH} letters and digits are expected")
        if person.card_sn:
            _check_card_sn(person)
        try:
            fits = len(person.psn_name.encode("gbk")) <= NAME_BYTES
        except UnicodeEncodeError:
            fits = False
        if not fits:
            raise RowError("psn_name", f"a card has room for {NAME_BYTES} bytes in GBK")
        return person

    return made


def _check_identity(certno: str) -> None:
    if len(certno) != NUMBER_LENGTH or not (certno.isascii() and certno[:-1].isdecimal()):
        raise RowError("certno", f"an identity number of {NUMBER_LENGTH} characters is expected")
    if certno.startswith(UNASSIGNED_DIVISION):
        raise RowError("certno", "somebody of our own population: a platform needs people whom its owner supplied")
    if identity_check(certno[:-1]) != certno[-1]:
        raise RowError("certno", "the check digit is wrong")


def _check_card_sn(person: Insured) -> None:
    try:
        card_id = bytes.fromhex(person.card_sn)
    except ValueError:  # also of digits that are no ASCII
        card_id = b""
    if len(person.card_sn) != CARD_SN_LENGTH or len(card_id) != CARD_SN_LENGTH // 2:
        raise RowError("card_sn", f"{CARD_SN_LENGTH} hex digits are expected, or nothing")
    if card_id[:3].hex() != person.insuplc_admdvs or card_id[3:8].hex().upper() != "D156000005":
        raise RowError("card_sn", "a 卡识别码 begins with the city of insurance and D156000005")
