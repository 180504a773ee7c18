"""Files that a platform's owner supplies: people and items, and how each bad row is named without telling who it is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cardsim.issuing.identity import IdentityNumbers
from loadtests.foreign.items import read_items
from loadtests.foreign.people import read_people
from loadtests.workload.settings import SettingsError
from terminals.kernel.card_dialogue import read_card
from terminals.kernel.drive import drive
from terminals.kernel.effects import Transmit

HEADER = "psn_name,certno,insuplc_admdvs,card_number,card_sn"
CARD_SN = "370100D156000005" + "0" * 16


@pytest.fixture
def people(tmp_path: Path, identity: Callable[[int], str]) -> Callable[..., Path]:
    def write(*, header: str = HEADER, **changed: str) -> Path:
        row = {
            "psn_name": "王一", "certno": identity(1), "insuplc_admdvs": "370100", "card_number": "A12345674",
            "card_sn": "",
        } | changed  # fmt: skip
        path = tmp_path / "people.csv"
        path.write_text(f"{header}\n{','.join(row.values())}\n", "utf-8")
        return path

    return write


def test_a_persons_chip_says_who_they_are(people: Callable[..., Path], identity: Callable[[int], str]) -> None:
    [person] = read_people(people(card_sn=CARD_SN), "370100")
    card = person.card(7)
    card.power_on()

    def perform(effect: object) -> bytes:
        assert isinstance(effect, Transmit)
        return card.transmit(effect.apdu)

    facts = drive(read_card(), perform)
    assert (facts.certno, facts.psn_name, facts.card_number) == (identity(1), "王一", "A12345674")
    assert (facts.card_id.hex().upper(), facts.city, facts.generation) == (CARD_SN, "370100", 2)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("certno", "", "required"),
        ("certno", "123", "an identity number of 18 characters"),
        ("certno", "370102195102111010", "the check digit is wrong"),
        ("certno", IdentityNumbers(1).number(5), "somebody of our own population"),
        ("insuplc_admdvs", "370800", "not 370100, where the institutions are"),
        ("card_number", "A1", "9 letters and digits"),
        ("card_number", "A1234567８", "9 letters and digits"),
        ("card_number", "1234５6789", "9 letters and digits"),
        ("card_sn", "37", "32 hex digits"),
        ("card_sn", CARD_SN[:-1] + "０", "32 hex digits"),
        ("card_sn", "370800" + CARD_SN[6:], "begins with the city of insurance"),
        ("psn_name", "王" * 16, "room for 30 bytes"),
        ("psn_name", "😀", "room for 30 bytes"),
    ],
)
def test_a_bad_row_is_named_by_file_line_and_column_and_never_repeated(
    people: Callable[..., Path], identity: Callable[[int], str], column: str, value: str, said: str
) -> None:
    path = people(**{column: value})
    with pytest.raises(SettingsError) as error:
        read_people(path, "370100")
    assert str(error.value).startswith(f"{path}: line 2: {column}: ")
    assert said in str(error.value)
    assert identity(1) not in str(error.value)
    assert len(value) < 6 or value not in str(error.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{HEADER}\n", "it has no rows below its header"),
        ("", "line 1: the column psn_name is missing"),
        ("psn_name,certno\n", "line 1: the column insuplc_admdvs is missing"),
        (f"{HEADER},sex\n", "line 1: the column 'sex' is not known; known are"),
        (f"{HEADER},certno\n", "line 1: a column stands here twice"),
        (f"{HEADER}\na,b\n", "line 2: row: 2 cells under 5 columns"),
        (f'{HEADER}\n"a\n', "line 2: "),
    ],
)
def test_a_file_that_is_none_is_refused_in_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "people.csv"
    path.write_text(text)
    with pytest.raises(SettingsError) as error:
        read_people(path, "370100")
    assert said in str(error.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="it cannot be read: No such file"):
        read_people(tmp_path / "none.csv", "370100")


def test_nobody_stands_in_the_file_twice(people: Callable[..., Path]) -> None:
    path = people()
    path.write_text(path.read_text() + path.read_text().splitlines()[1] + "\n")
    with pytest.raises(SettingsError, match="1 people stand here more than once"):
        read_people(path, "370100")


def test_who_prints_a_person_shows_nothing(people: Callable[..., Path]) -> None:
    assert repr(read_people(people(), "370100")) == "[Insured(...)]"


def items(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "items.csv"
    path.write_text(f"med_list_codg,pric,medins_list_codg\n{text}")
    return path


def test_items_have_prices_to_the_sixth_decimal_and_codes_of_the_institutions_own(tmp_path: Path) -> None:
    stock = read_items(items(tmp_path, "X1,18.4,SHELF\nX2,0.000001,\n"))
    assert [(item.med_list_codg, item.pric_e6) for item in stock.items] == [("X1", 18_400_000), ("X2", 1)]
    assert stock.own_codes == {"X1": "SHELF"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("X1,dear,\n", "line 2: pric: yuan with at most six decimals"),
        ("X1,0.0000001,\n", "line 2: pric: yuan with at most six decimals"),
        ("X1,0,\n", "line 2: pric: it must be above 0"),
        (f"{'X' * 51},1,\n", "line 2: med_list_codg: at most 50"),
        ("X1,1,\nX1,2,\n", "an item stands here more than once"),
    ],
)
def test_a_bad_item_is_named_by_file_and_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError) as error:
        read_items(items(tmp_path, text))
    assert said in str(error.value)
