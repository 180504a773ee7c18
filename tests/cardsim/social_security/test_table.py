from collections.abc import Callable

import pytest

from cardsim.card import Card

SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"

Exchange = Callable[..., list[str]]


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
        # P1 and P2 even before a body that fits no case
        ((), "00A4010003EF05", "6A86"),
        ((), "008401000101", "6A86"),
        ((SSSE,), "00201122053333", "6A86"),
        ((SSSE,), "0082010A10" + "00" * 3, "6A86"),
        ((SSSE,), "00B2012A0412", "6A86"),
        ((SSSE,), "8424000204" + "00", "6A86"),
        ((SSSE,), "0020000009123456", "6700"),
        ((SSSE,), "0082000A10" + "00" * 3, "6700"),
        # file and record
        ((), "00A404000FA00000033301010101010101010101", "6A82"),
        ((), "00A4000002EF05", "6A82"),
        ((SSSE,), "00A4000002DF02", "6A82"),
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


@pytest.mark.parametrize("length", [4, 8])
def test_a_challenge_is_new_each_time(card: Card, length: int) -> None:
    challenges = {card.transmit(bytes((0x00, 0x84, 0, 0, length))) for _ in range(20)}
    assert {len(challenge) for challenge in challenges} == {length + 2}
    assert len(challenges) == 20
