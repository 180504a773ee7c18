from collections.abc import Callable

import pytest

from cardsim.access import FREE, NEVER, PIN, all_of, any_of
from cardsim.card import Card, CardNotPowered
from cardsim.decode import ReadFile, in_words, read_card
from cardsim.social_security.key_plan import READ_DF04

Issue = Callable[..., Card]
MF, SSSE, DF01 = "1PAY.SYS.DDF01", "sx1.sh.社会保障", "D15600000500"


def texts(file: ReadFile) -> dict[str, str]:
    return {element.word: element.text for element in file.elements}


@pytest.mark.parametrize("t0_mode", ["raw", "auto"])
@pytest.mark.parametrize("generation", [1, 2, 3])
def test_a_card_is_read_in_words_whatever_its_transport(issue_card: Issue, t0_mode: str, generation: int) -> None:
    files = {
        (file.application, file.fid): file
        for file in read_card(issue_card(t0_mode=t0_mode, generation=generation), generation)
    }
    chip, issuer, holder, free = (files[at] for at in ((MF, 0x0003), (SSSE, 0xEF05), (SSSE, 0xEF06), (DF01, 0xEF16)))
    assert (chip.application, chip.fid, len(chip.data)) == ("1PAY.SYS.DDF01", 0x0003, 20)
    assert issuer.application == "sx1.sh.社会保障"
    assert texts(issuer)["卡号"] == "A12345674"
    assert texts(issuer)["卡的识别码"] == "370100D1560000050100000130F5BA96"
    if generation < 3:
        assert (texts(holder)["姓名"], texts(holder)["社会保障号码"]) == ("张三", "379999199001010010")
    else:
        assert (holder.sw, holder.elements) == (0x6982, ())
    assert free.data == b"\xff" * len(free.data)


def test_codes_are_explained_where_they_are_known(card: Card) -> None:
    holder = next(file for file in read_card(card, 2) if file.fid == 0xEF06)
    assert {element.word: element.meaning for element in holder.elements if element.meaning} == {
        "性别": "男",
        "民族": "汉族",
    }


def test_a_file_behind_the_pin_is_reported_as_refused(card: Card) -> None:
    residence = next(file for file in read_card(card, 2) if file.word == "户口数据")
    assert (residence.application, residence.sw, residence.elements) == ("D15600000500", 0x6982, ())
    assert residence.wanted == "PIN | RK1 DF01"


def test_a_condition_is_written_with_the_names_of_its_secrets() -> None:
    conditions = (FREE, any_of(PIN, READ_DF04.reference), all_of(PIN, READ_DF04.reference), NEVER)
    assert [in_words(condition) for condition in conditions] == ["", "PIN | RK1 DF04", "PIN + RK1 DF04", ""]


def test_reading_leaves_the_card_as_it_was_and_without_power(card: Card) -> None:
    list(read_card(card, 2))
    assert card.image() == b""
    with pytest.raises(CardNotPowered):
        card.transmit(b"\x00\x84\x00\x00\x08")
