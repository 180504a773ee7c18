from collections.abc import Callable

import pytest

from cardsim.card import Card

SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
VERSION = "0304322E30309000"
VERIFY_RIGHT, VERIFY_WRONG, QUERY = "0020000003123456", "0020000003000000", "00200000"

Exchange = Callable[..., list[str]]
Issue = Callable[..., Card]


@pytest.mark.parametrize(
    ("before", "command", "status"),
    [
        # class and instruction first, whatever follows
        ((), "01A40000", "6E00"),
        ((), "FFCA000000", "6E00"),
        ((), "A0A4000002EF", "6E00"),
        ((), "00FE0000", "6D00"),
        ((), "80A4000002EF05", "6D00"),
        ((), "00FE000002EF", "6D00"),
        # length
        ((), "", "6700"),
        ((), "00A404", "6700"),
        ((), "00A4000002EF", "6700"),
        ((), "00A4040000", "6700"),
        ((), "00A4000003EF0506", "6700"),
        ((), "0084000010", "6700"),
        ((), "00840000", "6700"),
        ((), "008400000101", "6700"),
        ((SSSE,), "002000000412345678", "6700"),
        ((SSSE,), "0020000008", "6700"),
        ((SSSE,), "002000000312345600", "6700"),
        ((SSSE,), "805E010006123456654321", "6700"),
        ((SSSE,), "00B2012C", "6700"),
        ((SSSE,), "00B2012C01FF", "6700"),
        ((SSSE,), "00B08500", "6700"),
        # P1 and P2
        ((), "00A4010002EF05", "6A86"),
        ((), "00A4040C0F7378312E73682EC9E7BBE1B1A3D5CF", "6A86"),
        ((), "0084000108", "6A86"),
        ((SSSE,), "0020008003123456", "6A86"),
        ((SSSE,), "805E000007123456FF654321", "6A86"),
        ((SSSE,), "00B2012A12", "6A86"),
        ((SSSE,), "00B201FC12", "6A86"),
        # file and record
        ((), "00A404000FA00000033301010101010101010101", "6A82"),
        ((), "00A4000002EF05", "6A82"),
        ((SSSE,), "00A4000002DF04", "6A82"),
        ((SSSE,), "00A4020002DF01", "6A82"),
        ((SSSE,), "00B2015C00", "6A82"),
        ((SSSE,), "00B0960010", "6A82"),
        ((SSSE,), "00B2010412", "6986"),
        ((SSSE,), "00B0000010", "6986"),
        ((SSSE,), "00B2082C12", "6A83"),
        ((SSSE,), "00B2002C12", "6A83"),
        ((SSSE,), "00B2082812", "6A83"),
        ((SSSE,), "00B2082D12", "6A83"),
        ((SSSE,), "00B0850010", "6981"),
        ((SSSE, "00A4000002DF01"), "00B201B400", "6981"),
        ((SSSE, "00A4000002DF01", "00A4000002EF16"), "00B0012810", "6B00"),
        # data and security status
        ((SSSE,), "805E010007123456006543FF", "6A80"),
        ((SSSE,), "805E010007123456FF65432A", "6A80"),
        ((SSSE, "00A4000002DF01"), "00B2012C04", "6982"),
        ((SSSE, "00A4000002DF01"), "00B2042C04", "6A83"),
    ],
)
def test_a_wrong_use_is_refused_with_its_status_word(
    card: Card, exchange: Exchange, before: tuple[str, ...], command: str, status: str
) -> None:
    exchange(card, *before)
    assert exchange(card, command) == [status]


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


@pytest.mark.parametrize("length", [4, 8])
def test_a_challenge_is_new_each_time(card: Card, length: int) -> None:
    challenges = {card.transmit(bytes((0x00, 0x84, 0, 0, length))) for _ in range(20)}
    assert {len(challenge) for challenge in challenges} == {length + 2}
    assert len(challenges) == 20


def test_wrong_pins_count_down_to_a_block_that_the_right_one_does_not_open(card: Card, exchange: Exchange) -> None:
    counted = exchange(card, SSSE, *[VERIFY_WRONG] * 6, VERIFY_RIGHT, QUERY)[1:]
    assert counted == ["63C5", "63C4", "63C3", "63C2", "63C1", "63C0", "6983", "6983"]


def test_a_right_pin_restores_all_tries(card: Card, exchange: Exchange) -> None:
    assert exchange(card, SSSE, VERIFY_WRONG, VERIFY_RIGHT, VERIFY_WRONG)[1:] == ["63C5", "9000", "63C5"]


@pytest.mark.parametrize("query", ["00200000", "0020000000"])
def test_an_empty_verify_asks_for_the_tries_and_costs_none(card: Card, exchange: Exchange, query: str) -> None:
    assert exchange(card, SSSE, VERIFY_WRONG, query, query)[1:] == ["63C5", "63C5", "63C5"]


def test_change_pin_spends_a_try_on_a_wrong_old_value(card: Card, exchange: Exchange) -> None:
    change = "805E010007{old}FF654321"
    assert exchange(card, SSSE, change.format(old="000000"), change.format(old="123456"), VERIFY_RIGHT, QUERY)[1:] == [
        "63C5",
        "9000",
        "63C5",
        "63C5",
    ]
    assert exchange(card, "0020000003654321") == ["9000"]


def test_the_chip_lets_the_initial_pin_be_set_again(card: Card, exchange: Exchange) -> None:
    """Refusing it is the terminal library's rule (its codes -35 and -36), not the chip's."""
    assert exchange(card, SSSE, "805E010007123456FF123456") == ["6118", "9000"]


def test_a_blocked_pin_cannot_be_changed(card: Card, exchange: Exchange) -> None:
    assert exchange(card, SSSE, *[VERIFY_WRONG] * 6, "805E010007123456FF654321")[-1] == "6983"


RESIDENCE = ("00A4000002DF01", "00B2012C04")


def test_the_pin_opens_the_files_below_the_application(card: Card, exchange: Exchange) -> None:
    assert exchange(card, SSSE, VERIFY_RIGHT, *RESIDENCE)[-1] == "200231309000"


@pytest.mark.parametrize(
    "between", [(SSSE,), ("00A40000023F00", SSSE), (VERIFY_WRONG,), ("00A4000002DF01", "00A4000002DDF1")]
)
def test_another_select_or_a_wrong_pin_closes_them_again(
    card: Card, exchange: Exchange, between: tuple[str, ...]
) -> None:
    assert exchange(card, SSSE, VERIFY_RIGHT, *between, *RESIDENCE)[-1] == "6982"


def test_a_pin_verified_before_the_application_was_selected_opens_nothing(card: Card, exchange: Exchange) -> None:
    assert exchange(card, VERIFY_RIGHT, "00A4040006D15600000500", "00B2012C04")[-1] == "6982"
