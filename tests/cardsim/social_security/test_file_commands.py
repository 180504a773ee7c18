from collections.abc import Callable
from typing import Any

import pytest

from cardsim.card import Card
from cardsim.social_security.key_plan import READ_SSSE, UPDATE_DF01, UPDATE_DF04, UPDATE_SSSE, Key

SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
VERSION = "0304322E30309000"

Exchange = Callable[..., list[str]]
Issue = Callable[..., Card]
VERIFY_RIGHT = "0020000003123456"


@pytest.mark.parametrize(
    "steps",
    [
        ("00A4000002DDF1", "00A4000002EF05", "00B2030406"),
        (SSSE, "00A4020002EF05", "00B2030406"),
        (SSSE, "00A4000002EF05", "00B2030006"),
        (SSSE, "00B2032C06"),
        (SSSE, "00B2032806"),
        (SSSE, "00A4000002DF01", "00A4000002DDF1", "00B2032C06"),
        (SSSE, "00A4000002DF01", "00A40000023F00", "00A4000002DDF1", "00B2032C06"),
        ("00A40400" + "06D15600000500", SSSE, "00B2032C06"),
    ],
)
def test_a_record_is_reached_by_every_way_that_clients_take(
    card: Card, exchange: Exchange, steps: tuple[str, ...]
) -> None:
    assert exchange(card, *steps)[-1] == VERSION


def test_all_records_from_a_number_to_the_last_come_in_one_answer(card: Card, exchange: Exchange) -> None:
    *_, answer = exchange(card, SSSE, "00B2062D11")
    assert answer == "0604203406010709413132333435363734" + "9000"


def test_reading_with_a_short_identifier_makes_the_file_current(card: Card, exchange: Exchange) -> None:
    assert exchange(card, SSSE, "00B2012C12", "00B2030406")[-1] == VERSION


def test_a_transparent_file_is_read_in_pieces_to_its_end(card: Card, exchange: Exchange) -> None:
    *_, whole, tail, too_much, by_sfi = exchange(
        card, "00A40000020003", "00B0000014", "00B0000D07", "00B0000D08", "00B0830D07"
    )
    assert whole == "00814380318660240601000001" + "FF" * 7 + "9000"
    assert (tail, too_much, by_sfi) == ("FF" * 7 + "9000", "6C07", "FF" * 7 + "9000")


def test_an_elementary_file_is_selected_without_file_control_information(card: Card, exchange: Exchange) -> None:
    assert exchange(card, SSSE, "00A4000002EF05", "00C0000001") == ["6118", "9000", "6985"]


def test_a_select_that_finds_nothing_leaves_the_current_file(card: Card, exchange: Exchange) -> None:
    assert exchange(card, SSSE, "00A4000002EF05", "00A4000002DF09", "00B2030406")[-1] == VERSION


def opened(issue_card: Issue, outlet: Any, path: tuple[str, ...], *keys: Key, pin: bool = False) -> Any:
    """Return a terminal in a directory, with rights of the PIN and of keys."""
    terminal = outlet(issue_card(t0_mode="auto"))
    terminal.select(*path)
    if pin:
        assert terminal.send(bytes.fromhex(VERIFY_RIGHT)) == "9000"
    for key in keys:
        assert terminal.authenticate(key) == "9000"
    return terminal


def answers(terminal: Any, *commands: str) -> list[str]:
    return [terminal.send(bytes.fromhex(command)) for command in commands]


NEW_DATE = "050420260101"


@pytest.mark.parametrize("update", ["00DC052C06", "00DC052806"])
def test_a_record_is_updated_as_a_whole_object_after_its_key(issue_card: Issue, outlet: Any, update: str) -> None:
    terminal = opened(issue_card, outlet, (), UPDATE_SSSE)
    assert answers(terminal, update + NEW_DATE, "00B2052C06") == ["9000", NEW_DATE + "9000"]
    later = issue_card(t0_mode="auto")
    later.restore(terminal.card.image())
    later.power_on()
    assert answers(outlet(later), "00A4000002DDF1", "00B2052C06")[1] == NEW_DATE + "9000"


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("00DC052D06" + NEW_DATE, "6A86"),
        ("00DC052C", "6700"),
        ("00DC055C06" + NEW_DATE, "6A82"),
        ("00DC050406" + NEW_DATE, "6986"),
        ("00DC053C06" + NEW_DATE, "6981"),
        ("00DC082C06" + NEW_DATE, "6A83"),
        ("00DC0834" + "06" + NEW_DATE, "6A83"),
        ("00DC052C06" + "060420260101", "6A80"),
        ("00DC052C05" + "0503202601", "6A80"),
        ("00DC052C07" + NEW_DATE + "00", "6A80"),
        ("00E2002806" + NEW_DATE, "6981"),
        ("00E2012806" + NEW_DATE, "6A86"),
        ("00E2002C06" + NEW_DATE, "6A86"),
        ("00E20028", "6700"),
        ("00D6850001AA", "6981"),
        ("00D69F0001AA", "6A82"),
        ("00D60000", "6700"),
        ("00D6870300" + "01AA", "6700"),
        ("00D687FF0201AA", "9000"),
    ],
)
def test_a_wrong_write_is_refused_in_order(issue_card: Issue, outlet: Any, command: str, status: str) -> None:
    terminal = opened(issue_card, outlet, (), UPDATE_SSSE)
    assert answers(terminal, command) == [status]


@pytest.mark.parametrize(
    ("path", "command"),
    [
        ((), "00DC052C06" + NEW_DATE),
        ((), "00D6870001AA"),
        ((), "00B0870001"),
        (("DF01",), "00D6960001AA"),
        (("DF04",), "00B2012C0A"),
        (("DF04",), "00B2013403"),
        (("DF04",), "00E2004003" + "990141"),
    ],
)
def test_without_its_condition_nothing_is_read_or_written(
    issue_card: Issue, outlet: Any, path: tuple[str, ...], command: str
) -> None:
    assert answers(opened(issue_card, outlet, path), command) == ["6982"]


@pytest.mark.parametrize(
    ("path", "fid", "length"),
    [((), "87", 0x300), ((), "88", 0x1000), (("DF01",), "96", 0x128), (("DF01",), "9A", 0x128)],
)
def test_a_transparent_file_is_written_in_place_up_to_its_end(
    issue_card: Issue, outlet: Any, path: tuple[str, ...], fid: str, length: int
) -> None:
    terminal = opened(issue_card, outlet, path, UPDATE_DF01 if path else UPDATE_SSSE, READ_SSSE)
    written = answers(terminal, f"00D6{fid}1003AABBCC", f"00B0{fid}0F05", f"00A4000002EF{int(fid, 16) - 0x80:02X}")
    assert written == ["9000", "FFAABBCCFF9000", "9000"]
    at_end, beyond = f"{length - 1:04X}", f"{length:04X}"
    assert answers(terminal, f"00D6{at_end}0155", f"00B0{at_end}01", f"00D6{at_end}025566", f"00B0{beyond}01") == [
        "9000",
        "559000",
        "6B00",
        "6B00",
    ]


def test_the_newest_of_ten_treatment_records_is_number_one(issue_card: Issue, outlet: Any) -> None:
    terminal = opened(issue_card, outlet, ("DF04",), UPDATE_DF04, pin=True)
    assert answers(terminal, "00B2014400") == ["6A83"]
    for count in range(12):
        assert answers(terminal, f"00E2004004{0x50 + count:02X}02{count:04X}") == ["9000"]
    assert answers(terminal, "00B2014400", "00B20A4400", "00B20B4400") == ["5B02000B9000", "520200029000", "6A83"]
    assert answers(terminal, "00A4000002EF08", "00B2550000", "00B2500000") == ["9000", "550200059000", "6A83"]
    assert answers(terminal, "00B2094500") == ["53020003" + "52020002" + "9000"]


def test_a_special_treatment_record_holds_objects_in_an_object(issue_card: Issue, outlet: Any) -> None:
    terminal = opened(issue_card, outlet, ("DF04",), UPDATE_DF04, pin=True)
    assert answers(terminal, "00E200A808" + "9906" + "100141110142", "00B201AC00") == [
        "9000",
        "9906100141110142" + "9000",
    ]
    assert answers(terminal, "00E200A804" + "99021003", "00E200A802" + "9900") == ["6A80", "6A80"]


@pytest.mark.parametrize("record", ["99", "990241", "99014100", "993F" + "41" * 0x3F])
def test_what_is_not_one_record_that_fits_is_not_appended(issue_card: Issue, outlet: Any, record: str) -> None:
    terminal = opened(issue_card, outlet, ("DF04",), UPDATE_DF04, pin=True)
    assert answers(terminal, f"00E20040{len(record) // 2:02X}{record}", "00B2014400") == ["6A80", "6A83"]


def test_the_insured_city_is_read_with_the_pin_or_the_key(issue_card: Issue, outlet: Any) -> None:
    assert answers(opened(issue_card, outlet, ("DF04",), pin=True), "00B2022C05") == ["84033701009000"]


def test_a_short_answer_holds_whole_records_and_an_extended_one_all_of_them(issue_card: Issue, outlet: Any) -> None:
    terminal = opened(issue_card, outlet, ("DF04",), UPDATE_DF04, pin=True)
    for count in range(10):
        answers(terminal, f"00E200403D{count:02X}3B" + "41" * 0x3B)
    short, extended = answers(terminal, "00B2014500", "00B20145000000")
    assert len(short) // 2 - 2 == 4 * 0x3D
    assert len(extended) // 2 - 2 == 10 * 0x3D
    assert extended.startswith(short[:-4])


def test_extended_lengths_select_and_read_like_short_ones(card: Card, exchange: Exchange) -> None:
    name = SSSE[10:]
    assert exchange(card, "00A4040000000F" + name, "00B2032C000006", "00B2032C000000")[1:] == [VERSION, "6C06"]
