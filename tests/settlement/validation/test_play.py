"""Scenarios that are played: what is filled in, what is compared, and the sentence for what cannot be played."""

from collections.abc import Callable
from pathlib import Path

import pytest

from settlement.config import SHIPPED
from settlement.engine.rules.profile import ProfileError
from tests.settlement.validation.conftest import HEAD, SALE, Judged

Play = Callable[[str], Judged]


def difference(judged: Judged, step: str = "step 1 sale") -> list[tuple[str, str, str]]:
    return [(found.field, found.expected, found.got) for found in judged[step]]


@pytest.mark.parametrize("file", sorted((SHIPPED / "scenarios").glob("*.toml")), ids=lambda file: file.stem)
def test_a_shipped_scenario_comes_out_as_it_says(judged: Play, file: Path) -> None:
    assert {step: found for step, found in judged(file.read_text("utf-8")).items() if found} == {}


def test_a_step_that_says_nothing_must_be_carried_out(judged: Play) -> None:
    assert difference(judged(HEAD + SALE)) == []
    unknown = SALE.replace("XX99XXA001A001010100001", "X1")
    [(field, expected, got)] = difference(judged(HEAD + unknown))
    assert (field, expected) == ("refusal", "carried out")
    assert got.startswith("E3012 [E3012]")


def test_every_field_that_differs_is_told_with_both_values(judged: Play) -> None:
    expect = 'expect = { acct_pay = "19.99", "setlinfo.psn_cash_pay" = "5.00", balc = "1" }\n'
    assert [found[:2] for found in difference(judged(HEAD + SALE + expect))] == [("acct_pay", "19.99"), ("balc", "1")]


@pytest.mark.parametrize(
    ("said", "differs"),
    [
        ('expect = { refusal = "E3012" }', ("refusal", "E3012", "carried out")),
        ('expect = { refusal = "UNKNOWN_ITEM" }', ("refusal", "UNKNOWN_ITEM", "carried out")),
        ("expect = { infcode = -1 }", ("infcode", "-1", "0 carried out")),
        ('expect = { err_msg = "line 1" }', ("err_msg", "line 1", "nothing")),
        ('expect = { acct_pai = "1" }', ("acct_pai", "1", "no such field; the nearest known one is acct_pay")),
        ('balances = { wang = "1.00" }', ("balances.wang", "1.00", "0.00")),
        ('state = { "wang.card_status" = "LOST_TEMP" }', ("state.wang.card_status", "LOST_TEMP", "NORMAL")),
        (
            'state = { "wang.card_state" = "NORMAL" }',
            ("state.wang.card_state", "NORMAL", "no such field; the nearest known one is card_status"),
        ),
    ],
)
def test_a_wrong_expectation_of_each_kind_is_a_difference(
    judged: Play, said: str, differs: tuple[str, str, str]
) -> None:
    assert differs in difference(judged(f"{HEAD}{SALE}{said}\n"))


def test_a_posting_that_is_not_booked_and_one_that_is_not_expected_are_told(judged: Play) -> None:
    row = 'books = "INST:P37010000001", debit = "CASH:x", credit = "INST_REV:P37010000001", amount = "5.00"'
    found = difference(judged(f"{HEAD}{SALE}postings = [{{ {row} }}]\n"))
    assert ("postings", "INST:P37010000001: CASH:x to INST_REV:P37010000001 5.00", "nothing") in found
    assert ("postings", "nothing", "INST:P37010000001: CASH:scenario to INST_REV:P37010000001 5.00") in found


def test_a_repeat_is_answered_alike_and_books_nothing(judged: Play) -> None:
    again = '[[step]]\nname = "again"\nrepeat = "sale"\nexpect = { setl_id = "{sale.setl_id}" }\npostings = []\n'
    assert judged(HEAD + SALE + again)["step 2 again"] == ()


def test_the_same_msgid_with_other_content_is_refused(judged: Play) -> None:
    other = SALE.replace('"sale"', '"other"').replace('cnt = "2"', 'cnt = "1"')
    other += 'msgid = "{sale.msgid}"\nexpect = { refusal = "DUP_MSGID_MISMATCH" }\n'
    assert judged(HEAD + SALE + other)["step 2 other"] == ()


def test_an_institution_that_has_not_signed_in_is_refused_where_the_scenario_leaves_it_out(judged: Play) -> None:
    alone = HEAD.replace('about = "for this test"', 'about = "for this test"\nsign_in = false')
    assert judged(alone + SALE + 'expect = { refusal = "SIGN_IN_REQUIRED" }\n')["step 1 sale"] == ()


def test_nothing_is_filled_in_where_the_scenario_does_without(judged: Play) -> None:
    bare = SALE + 'fill = false\nexpect = { refusal = "BAD_ENVELOPE", err_msg = "input.druginfo" }\n'
    assert judged(HEAD + bare)["step 1 sale"] == ()


def test_a_person_may_begin_in_another_state(judged: Play) -> None:
    lost = HEAD + 'set = { card_status = "LOST_FORMAL" }\n'
    assert judged(lost + SALE + 'expect = { refusal = "CARD_LOST" }\n')["step 1 sale"] == ()


def test_a_person_is_shown_by_another_credential(judged: Play) -> None:
    assert judged(HEAD + SALE + 'credential = "02"\nexpect = { mdtrt_cert_type = "02" }\n')["step 1 sale"] == ()


def test_time_passes_before_a_step(judged: Play) -> None:
    later = SALE + 'after = "30d"\nexpect = { setl_time = "2026-07-01 09:00:00" }\n'
    assert judged(HEAD + later)["step 1 sale"] == ()


def test_the_books_are_looked_at_in_the_end(judged: Play) -> None:
    assert judged(HEAD + SALE)["books"] == ()


def test_the_same_scenario_comes_out_the_same(judged: Play) -> None:
    twice = [judged(HEAD + SALE + 'expect = { setl_id = "x" }\n')["step 1 sale"] for _ in range(2)]
    assert twice[0] == twice[1] != ()


REVOKE = '[[step]]\ninfno = "2103"\nat = "P37010000001"\nwho = "wang"\n'
SERVICE = '[[step]]\nservice = "{}"\nat = "P37010000001"\nwho = "wang"\n'
NEAREST = "; the nearest known one is"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            HEAD + SALE.replace("druginfo", "drugsinfo"),
            f"step[0].input.drugsinfo: 2102 has no such node{NEAREST} druginfo",
        ),
        (
            HEAD + SALE.replace("pric =", "price ="),
            f"step[0].input.drugdetail[0].price: there is no such field{NEAREST} pric",
        ),
        (HEAD + SALE.replace("2102", "2109"), f"step[0].infno: 2109 is no message of ours{NEAREST} 210"),
        (
            HEAD + SALE.replace('"41"', '"{wang.psn_nr}"'),
            f"{{wang.psn_nr}}: a person has no such field{NEAREST} psn_no",
        ),
        (
            HEAD + SALE.replace('"41"', '"{wong.psn_no}"'),
            f"{{wong.psn_no}}: neither person nor earlier step{NEAREST} wang",
        ),
        (
            HEAD + SALE + REVOKE + 'input.data.setl_id = "{sale.number}"',
            "{sale.number}: the answer of step sale has no such field",
        ),
        (HEAD.replace('"11"', '"99"') + SALE, "people.wang: nobody of the first 1000 people looked at is so"),
        (HEAD.replace('psn_type = "11"', "index = 1000") + SALE, "people.wang.index: 1000 is outside the population"),
        (
            HEAD + 'set = { card_state = "LOST" }\n' + SALE,
            f"people.wang.set.card_state: a person has no such field{NEAREST} card_status",
        ),
        (HEAD + "set = { card_status = 1 }\n" + SALE, "people.wang.set.card_status: 1 is of the wrong type"),
        (HEAD + SERVICE.format("loose"), f"step[0].service: 'loose' is no card service{NEAREST} lose"),
        (HEAD + '[[step]]\nadmin = "clear"\nat = "370100"', "step[0].admin: 'clear' is no operation"),
        (
            HEAD + SERVICE.format("lose") + 'input = { chanel = "PHONE" }',
            f"step[0].input.chanel: there is no such field{NEAREST} channel",
        ),
    ],
)
def test_what_cannot_be_played_is_named_with_its_key(judged: Play, text: str, problem: str) -> None:
    with pytest.raises(ProfileError) as caught:
        judged(text)
    assert str(caught.value).startswith(f"s.toml: {problem}")


def test_a_card_service_is_a_step(judged: Play) -> None:
    lost = (
        '[[step]]\nname = "loss"\nservice = "lose"\nat = "S37010000001"\nwho = "wang"\ninput = { channel = "PHONE" }\n'
    )
    assert judged(HEAD + lost)["step 1 loss"] == ()


def test_an_operation_of_the_operators_door_is_a_step(judged: Play) -> None:
    cleared = '[[step]]\nname = "month"\nadmin = "clear-month"\nat = "370100"\ninput = { month = 202605 }\n'
    assert "step 1 month" in judged(HEAD + cleared)


def test_a_deposit_for_a_stay_is_a_step(judged: Play) -> None:
    stay = '[[step]]\nname = "admit"\ninfno = "2401"\nat = "H37010000001"\nwho = "wang"\n'
    paid = (
        '[[step]]\nname = "pay"\nservice = "deposit"\nat = "H37010000001"\nwho = "wang"\n'
        'input = { mdtrt_id = "{admit.mdtrt_id}", amount_fen = 50000 }\nexpect = { held_fen = 50000 }\n'
    )
    assert judged(HEAD + stay + paid) == {"step 1 admit": (), "step 2 pay": (), "books": ()}
