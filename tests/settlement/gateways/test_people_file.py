"""The CSV of people: what a line says, and how one that says nothing good is refused."""

import pytest

from settlement.gateways.people_file import read_people
from settlement.wire.control import UNSET, SetPerson
from settlement.wire.envelope import MalformedError


def test_a_line_sets_what_it_gives_and_leaves_the_rest() -> None:
    text = "city,index,balance,bank_balance,card_status\n370100,7,12.30,,LOST_FORMAL\n370100,8,,5,\n"
    assert read_people(text) == [
        (2, SetPerson("3701000000000007", 1_230, card_status="LOST_FORMAL")),
        (3, SetPerson("3701000000000008", UNSET, 500)),
    ]


def test_a_line_may_say_by_what_and_as_whom_somebody_is_insured() -> None:
    text = "psn_no,insutype,psn_type,standing\n1,310,12,civil-servant aided\n"
    assert read_people(text) == [(2, SetPerson("1", insutype="310", psn_type="12", standing="civil-servant aided"))]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: columns are"),
        ("who\n1\n", "line 1: columns are .*; not who"),
        ("balance\n1\n", "line 2: psn_no, or city and index"),
        ("psn_no,balance\n1,x\n", "line 2: balance: a number is expected"),
        ("psn_no,balance\n1,1.234\n", "line 2: balance: at most 2 decimals"),
        ("psn_no,balance\n1,-1\n", "line 2: balance: .* is below zero"),
        ("psn_no,card_status\n1,NORMAL\n2,NONSENSE\n", "line 3: card_status: "),
        ("psn_no,bank_status\n1,NONSENSE\n", "line 2: bank_status: "),
        ("psn_no,psn_insu_stas\n1,9\n", "line 2: .*psn_insu_stas"),
        ("psn_no,insutype\n1,311\n", "line 2: insutype: "),
        ("psn_no,psn_type\n1,old\n", "line 2: .*psn_type"),
        ("psn_no,standing\n1,rich\n", "line 2: .*standing"),
        ("psn_no,balance\n1,100000000.00\n", "line 2: balance"),
        ("psn_no,password_tries_left\n1,many\n", "line 2: password_tries_left: a number"),
        ('psn_no,balance\n1,1\n"1\n', "line .: unexpected end of data"),
        ('"psn_no', "line 1: unexpected end of data"),
        (f"city,index\n370100,{'9' * 5_000}\n", "line 2: psn_no, or city and index"),
        (f"city,index\n{'9' * 5_000},1\n", "line 2: psn_no, or city and index"),
        ("city,index\n370100,٣\n", "line 2: psn_no, or city and index"),
        (f"psn_no,password_tries_left\n1,{'9' * 5_000}\n", "line 2: password_tries_left: a number"),
        ("psn_no,password_tries_left\n1,٣\n", "line 2: password_tries_left: a number"),
    ],
)
def test_a_line_that_says_nothing_good_is_refused_with_its_number(text: str, said: str) -> None:
    with pytest.raises(MalformedError, match=said):
        read_people(text)
