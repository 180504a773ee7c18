from importlib import import_module
from pkgutil import iter_modules

import pytest

from settlement import wire
from settlement.wire import codes
from settlement.wire.refusal import Basis, Owner, Refusal


@pytest.mark.parametrize("refusal", codes.REFUSALS.values(), ids=lambda row: row.code)
def test_a_refusal_speaks_chinese_and_english_and_says_who_can_cure_it(refusal: Refusal) -> None:
    assert any("\u4e00" <= character <= "\u9fff" for character in refusal.zh)
    assert refusal.en.isascii()
    assert refusal.owner in Owner
    assert refusal.basis in Basis


def test_a_code_and_a_name_are_given_once() -> None:
    modules = (import_module(found.name) for found in iter_modules(wire.__path__, "settlement.wire."))
    given = (value for module in modules for value in vars(module).values() if isinstance(value, Refusal))
    rows = {id(row): row for row in given}.values()
    assert len({row.code for row in rows}) == len({row.name for row in rows}) == len(rows) == len(codes.REFUSALS)


@pytest.mark.parametrize("refusal", codes.REFUSALS.values(), ids=lambda row: row.code)
def test_what_the_bank_refuses_has_a_response_code(refusal: Refusal) -> None:
    assert refusal.owner is not Owner.BANK or refusal.code in codes.RESPONSE_CODES


def test_a_response_code_has_two_characters_and_none_of_a_refusal_approves() -> None:
    answers = [*codes.RESPONSE_CODES.values(), codes.RESPONSE_CODE_OTHER]
    assert {len(answer) for answer in answers} == {2}
    assert "00" not in answers
    assert codes.RESPONSE_CODES.keys() <= codes.REFUSALS.keys()


def test_a_refusal_fits_err_msg_whatever_the_detail() -> None:
    text = codes.PIN_WRONG.text("x" * 500)
    assert len(text) == 200
    assert text.startswith("[E2102] ")


def test_only_settlements_and_admissions_can_be_reversed_by_2601() -> None:
    assert {infno for infno, kind in codes.KINDS.items() if kind.reversible} == {"2102", "2207", "2304", "2401"}


def test_what_can_be_reversed_is_kept_for_a_repeat() -> None:
    assert all(kind.changes for kind in codes.KINDS.values() if kind.reversible)
