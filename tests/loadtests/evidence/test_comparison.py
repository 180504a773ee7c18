"""Our claims held against a platform's statement: each kind of difference is found, and nothing else."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.evidence.comparison import Compared, claims_of, compare
from loadtests.evidence.history import Deed, History
from loadtests.evidence.proof import NOTHING, Amounts, Claim, Kind, Stated
from terminals.kernel.entries import Fate

Make = Callable[..., Deed]


def echoed(claim: Claim, **changed: Any) -> Stated:
    """The platform's row for a claim that it agrees with."""
    facts = {
        "msgid": claim.msgid, "setl_id": claim.setl_id, "psn_no": claim.psn_no, "refd": claim.refd, "equal": True,
        "amounts": claim.amounts, "mdtrt_id": claim.mdtrt_id,
    } | changed  # fmt: skip
    return Stated(**facts)


def compared(history: History, rows: list[Stated]) -> Compared:
    return compare(history, claims_of(history), rows)


def kinds(result: Compared) -> list[Kind]:
    return [finding.kind for finding in result.findings]


@pytest.fixture
def three(make_settled: Make, make_history: Callable[..., History]) -> History:
    return make_history(make_settled("M1"), make_settled("M2", 2000), make_settled("M3", 3000))


def test_rows_that_agree_are_equal_and_nothing_is_found(three: History) -> None:
    result = compared(three, [echoed(claim) for claim in claims_of(three)])
    assert result == Compared(3, (), (), held=Amounts(6000, 3000, 1800))


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"equal": False, "amounts": None, "msgid": ""}, Kind.ONLY_OURS),
        ({"equal": False, "amounts": Amounts(1, 0, 0)}, Kind.DIFFERS),
        ({"equal": True, "amounts": Amounts(1, 0, 0)}, Kind.DIFFERS),
        ({"equal": False}, Kind.DIFFERS),
    ],
)
def test_a_row_that_differs_is_found_by_its_kind(three: History, changed: dict[str, Any], kind: Kind) -> None:
    first, *others = claims_of(three)
    result = compared(three, [echoed(first, **changed), *map(echoed, others)])
    assert (kinds(result), result.findings[0].msgid, result.equal) == ([kind], "M1", 2)


def test_a_row_that_the_platform_leaves_out_is_only_ours(three: History) -> None:
    assert kinds(compared(three, [echoed(claim) for claim in claims_of(three)[1:]])) == [Kind.ONLY_OURS]


def test_one_of_our_msgids_again_is_double(three: History) -> None:
    rows = [echoed(claim) for claim in claims_of(three)]
    again = Stated("M2", "", "N1", refd=False, equal=False, amounts=Amounts(2000, 1000, 600))
    assert kinds(compared(three, [*rows, again])) == [Kind.DOUBLE]


def test_a_msgid_that_is_not_ours_is_foreign_and_no_finding(three: History) -> None:
    rows = [echoed(claim) for claim in claims_of(three)]
    other = Stated("ELSE", "", "N9", refd=False, equal=False, amounts=Amounts(700, 0, 0))
    result = compared(three, [*rows, other])
    assert (result.findings, [row.msgid for row in result.foreign]) == ((), ["ELSE"])


@pytest.mark.parametrize("fate", [Fate.REFUSED, None])
def test_what_was_refused_to_us_and_is_there_is_only_theirs(
    make_ended: Make, make_history: Callable[..., History], fate: Fate | None
) -> None:
    history = make_history(make_ended("M1", fate))
    row = Stated("M1", "", "N1", refd=False, equal=False, amounts=Amounts(1000, 500, 300))
    assert kinds(compared(history, [row])) == [Kind.ONLY_THEIRS]


def undone(amounts: Amounts) -> Amounts:
    return Amounts(-amounts.medfee_sumamt_fen, -amounts.fund_pay_sumamt_fen, -amounts.acct_pay_fen)


@pytest.mark.parametrize("undoing", ["U1", "M1"])
def test_what_was_reversed_unseen_must_come_to_nothing(
    make_ended: Make, make_history: Callable[..., History], undoing: str
) -> None:
    history = make_history(make_ended("M1", Fate.REVERSED, undone_by="U1"))
    there = Amounts(1000, 500, 300)
    forward = Stated("M1", "", "N1", refd=False, equal=False, amounts=there)
    back = Stated(undoing, "", "N1", refd=True, equal=False, amounts=undone(there))
    assert compared(history, [forward, back]) == Compared(0, (), (), (forward, back))
    assert kinds(compared(history, [forward])) == [Kind.REVERSAL_LOST]
    assert compared(history, []).findings == ()


def test_a_revoke_that_the_platform_lost_is_found(
    make_settled: Make, make_revoked: Make, make_history: Callable[..., History]
) -> None:
    history = make_history(make_settled("M1"), make_revoked("R1", "M1"))
    forward, back = claims_of(history)
    assert (forward.refd, back.refd, forward.amounts + back.amounts) == (False, True, NOTHING)
    assert kinds(compared(history, [echoed(forward), echoed(back)])) == []
    assert kinds(compared(history, [echoed(forward), echoed(back, equal=False, amounts=None)])) == [Kind.REVERSAL_LOST]


def test_a_revoke_whose_answer_never_came_is_explained_by_its_msgid(
    make_settled: Make, make_revoked: Make, make_history: Callable[..., History]
) -> None:
    history = make_history(make_settled("M1"), make_revoked("R1", "M1", seen=False))
    [forward] = claims_of(history)
    back = Stated("R1", "", "N1", refd=True, equal=False, amounts=undone(forward.amounts))
    result = compared(history, [echoed(forward), back])
    assert (result.equal, result.findings, result.explained, result.held) == (1, (), (back,), NOTHING)


def test_a_settlement_that_is_stated_twice_under_its_setl_id_is_double(three: History) -> None:
    rows = [echoed(claim) for claim in claims_of(three)]
    result = compared(three, [*rows, rows[1]])
    assert (kinds(result), result.findings[0].msgid) == ([Kind.DOUBLE], "M2")
    assert result.held == Amounts(8000, 4000, 2400)


@pytest.mark.parametrize("field", ["psn_no", "mdtrt_id", "msgid"])
def test_our_settlement_under_another_name_is_found_and_the_name_is_not_said(three: History, field: str) -> None:
    first, *others = claims_of(three)
    result = compared(three, [echoed(first, **{field: "CANARY"}), *map(echoed, others)])
    assert (kinds(result), result.equal) == ([Kind.OTHERS], 2)
    assert field in result.findings[0].said
    assert "CANARY" not in result.findings[0].said


@pytest.mark.parametrize("field", ["psn_no", "mdtrt_id", "msgid"])
def test_what_a_platform_does_not_state_is_not_compared(three: History, field: str) -> None:
    assert compared(three, [echoed(claim, **{field: ""}) for claim in claims_of(three)]).equal == 3


def test_a_row_that_is_called_equal_without_its_amounts_is_not_equal_on_its_bare_word(three: History) -> None:
    first, *others = claims_of(three)
    result = compared(three, [echoed(first, amounts=None), *map(echoed, others)])
    assert (result.findings, result.equal, result.unstated) == ((), 2, 1)


def test_what_the_platform_holds_is_summed_by_its_own_rows_and_not_by_ours(
    make_settled: Make, make_revoked: Make, make_history: Callable[..., History]
) -> None:
    history = make_history(make_settled("M1"), make_revoked("R1", "M1"))
    forward, _ = claims_of(history)
    assert compared(history, [echoed(forward)]).held == forward.amounts, "the revoke is ours alone"
    other = Stated("ELSE", "", "N9", refd=False, equal=False, amounts=Amounts(700, 0, 0))
    assert compared(history, [other]).held == NOTHING


@pytest.mark.parametrize("setl_id", ["", "T9"])
def test_a_double_that_was_undone_comes_to_nothing(
    make_settled: Make, make_history: Callable[..., History], setl_id: str
) -> None:
    deed = make_settled("M1", undone_by="U1")
    history = make_history(deed)
    [claim] = claims_of(history)
    again = Stated("M1", setl_id, "N1", refd=False, equal=False, amounts=claim.amounts)
    back = Stated("U1", "", "N1", refd=True, equal=False, amounts=undone(claim.amounts))
    assert kinds(compared(history, [echoed(claim), again])) == [Kind.DOUBLE]
    result = compared(history, [echoed(claim), again, back])
    assert (result.equal, result.findings, result.held) == (1, (), claim.amounts)


def test_what_was_refused_to_us_and_revoked_by_its_setl_id_is_found_no_more(
    make_ended: Make, make_revoked: Make, make_history: Callable[..., History]
) -> None:
    history = make_history(make_ended("M1", Fate.REFUSED), make_revoked("R1", "M1"))
    [back] = claims_of(history)
    theirs = Stated("M1", "T-M1", "N1", refd=False, equal=False, amounts=undone(back.amounts))
    result = compared(history, [theirs, echoed(back)])
    assert (result.findings, result.held) == ((), NOTHING)


def test_a_row_without_any_name_is_nobodys_of_ours(three: History) -> None:
    nameless = Stated("", "", "N9", refd=False, equal=False, amounts=Amounts(1, 0, 0))
    result = compared(three, [*(echoed(claim) for claim in claims_of(three)), nameless])
    assert (result.findings, len(result.foreign), result.held) == ((), 1, Amounts(6000, 3000, 1800))


def test_no_foreign_row_is_left_out(three: History) -> None:
    others = [Stated(f"O{n}", "", "N9", refd=False, equal=False, amounts=Amounts(1, 0, 0)) for n in range(1_200)]
    assert len(compared(three, others).foreign) == 1_200


LOSSES = ("none", "lost", "twice", "changed")


@given(st.lists(st.tuples(st.integers(1, 10**6), st.sampled_from(LOSSES)), max_size=12), st.integers(0, 3))
def test_every_planted_loss_is_found_and_nothing_else(
    make_settled: Make, make_history: Callable[..., History], planted: list[tuple[int, str]], others: int
) -> None:
    history = make_history(*(make_settled(f"M{number}", fen) for number, (fen, _) in enumerate(planted)))
    rows = [Stated(f"O{number}", "", "N9", False, False, Amounts(1, 0, 0)) for number in range(others)]  # noqa: FBT003 - a row
    for claim, (fen, loss) in zip(claims_of(history), planted, strict=True):
        if loss == "lost":
            rows.append(echoed(claim, equal=False, amounts=None))
        elif loss == "changed":
            rows.append(echoed(claim, equal=False, amounts=claim.amounts + Amounts(fen, 0, 0)))
        else:
            rows.append(echoed(claim))
        if loss == "twice":
            rows.append(echoed(claim, setl_id="", equal=False))
    result = compared(history, rows)
    wanted = {"lost": Kind.ONLY_OURS, "twice": Kind.DOUBLE, "changed": Kind.DIFFERS}
    assert sorted(kinds(result)) == sorted(wanted[loss] for _, loss in planted if loss in wanted)
    assert len(result.foreign) == others
