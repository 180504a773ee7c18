"""The gate's table: three witnesses that agree, and each way in which one of them can differ."""

from typing import Any

import msgspec
import pytest

from loadtests.evidence.gate import Audit, BankLedger, Claims, Invariant, LedgerSums, claims_of_fleet, compare
from terminals.kernel.outcome import Outcome, Result
from terminals.sums import BankSums, Settled
from terminals.tally import FleetReport, Tally

MONEY = {"medfee_sumamt_fen": 900, "fund_pay_sumamt_fen": 0, "acct_pay_fen": 700, "psn_cash_pay_fen": 200}
FINGERPRINT = "00000000000000ff"


def claims(**changed: Any) -> Claims:
    facts: dict[str, Any] = {
        "messages": {"9001": {"approved": 1}, "1101": {"approved": 4}, "2102": {"approved": 3, "E2102": 1}},
        "settled": {"2102": Settled(count=3, fingerprint=FINGERPRINT, **MONEY)},
    }
    return Claims(**(facts | changed))


def audit(**changed: Any) -> Audit:
    facts: dict[str, Any] = {
        "opter": "run",
        "engine": {"9001": {"approved": 1}, "1101": {"approved": 4}, "2102": {"approved": 3, "E2102": 1}},
        "ledger": {"2102": LedgerSums(settled=3, fingerprint=FINGERPRINT, **MONEY)},
        "open": {"tombstones": 0},
        "invariants": (Invariant("the books balance", ok=True),),
    }
    return Audit(**(facts | changed))


def books(**changed: Any) -> dict[str, LedgerSums]:
    return {"2102": msgspec.structs.replace(audit().ledger["2102"], **changed)}


def test_three_witnesses_that_agree_hold_the_gate() -> None:
    gate = compare([claims()], audit())
    assert gate.complaints == ()
    assert gate.ok


def test_every_message_and_outcome_settlement_sum_and_law_has_a_row() -> None:
    names = [row.name for row in compare([claims()], audit()).rows]
    assert names == [
        "1101 approved",
        "2102 E2102",
        "2102 approved",
        "9001 approved",
        "2102 settlements",
        "2102 fingerprint",
        *(f"2102 {field}" for field in MONEY),
        "unknown outcomes left",
        "open tombstones",
        "laws judged",
        "invariant the books balance",
    ]


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"ledger": books(settled=2)}, "2102 settlements: client 3, engine 3, ledger 2"),
        ({"ledger": {}}, "2102 settlements: client 3, engine 3, ledger 0"),
        (
            {"ledger": books(fingerprint="00000000000000fe")},
            "2102 fingerprint: client 00000000000000ff, ledger 00000000000000fe",
        ),
        ({"ledger": books(medfee_sumamt_fen=901)}, "2102 medfee_sumamt_fen: client 900, ledger 901"),
        ({"ledger": books(fund_pay_sumamt_fen=1)}, "2102 fund_pay_sumamt_fen: client 0, ledger 1"),
        ({"ledger": books(acct_pay_fen=699)}, "2102 acct_pay_fen: client 700, ledger 699"),
        ({"ledger": books(psn_cash_pay_fen=201)}, "2102 psn_cash_pay_fen: client 200, ledger 201"),
        ({"ledger": books(reversed=1)}, "2102 undone: client 0, ledger 1"),
        ({"open": {"tombstones": 1}}, "open tombstones: client 0, ledger 1"),
        ({"open": {}}, "open tombstones: client 0"),
        ({"invariants": ()}, "laws judged: ledger 0"),
        (
            {"invariants": (Invariant("the books balance", ok=False, detail="1 fen off"),)},
            "invariant the books balance (1 fen off): ledger broken",
        ),
    ],
)
def test_a_ledger_that_differs_fails_the_gate(changed: dict[str, Any], complaint: str) -> None:
    gate = compare([claims()], audit(**changed))
    assert not gate.ok
    assert complaint in gate.complaints


def engine(**outcomes: dict[str, int]) -> dict[str, dict[str, int]]:
    return {**audit().engine, **{infno[1:]: counts for infno, counts in outcomes.items()}}


@pytest.mark.parametrize(
    ("counted", "complaint"),
    [
        (engine(_1101={"approved": 5}), "1101 approved: client 4, engine 5"),
        (engine(_1101={"approved": 3}), "1101 approved: client 4, engine 3"),
        (engine(_2102={"approved": 3}), "2102 E2102: client 1, engine 0"),
        (engine(_2103={"approved": 1}), "2103 approved: client 0, engine 1"),
        (engine(_2102={"approved": 3, "E2102": 1, "replayed": 1}), "2102 no reply / replayed: client 0, engine 1"),
    ],
)
def test_an_engine_that_counted_otherwise_fails_the_gate(counted: dict[str, Any], complaint: str) -> None:
    assert complaint in compare([claims()], audit(engine=counted)).complaints


def test_a_lost_acknowledgement_fails_the_gate() -> None:
    forgetful = claims(
        messages={**claims().messages, "2102": {"approved": 2, "E2102": 1, "no reply": 1}},
        settled={"2102": Settled(2, 600, 0, 500, 100, "00000000000000f0")},
    )
    complaints = compare([forgetful], audit()).complaints
    assert "2102 settlements: client 2, engine 3, ledger 3" in complaints
    assert f"2102 fingerprint: client 00000000000000f0, ledger {FINGERPRINT}" in complaints
    assert "2102 medfee_sumamt_fen: client 600, ledger 900" in complaints


def test_an_acknowledgement_without_a_row_in_the_ledger_fails_the_gate() -> None:
    complaints = compare([claims()], audit(ledger=books(settled=2, medfee_sumamt_fen=600))).complaints
    assert "2102 settlements: client 3, engine 3, ledger 2" in complaints


def lost(**outcomes: int) -> Claims:
    return claims(messages={**claims().messages, "2102": {"E2102": 1, **outcomes}})


def test_a_lost_reply_that_was_made_good_by_a_repeat_holds_the_gate() -> None:
    client = lost(approved=3, **{"no reply": 1})
    counted = engine(_2102={"approved": 3, "E2102": 1, "replayed": 1})
    assert compare([client], audit(engine=counted)).complaints == ()


def test_a_request_that_was_lost_on_its_way_holds_the_gate() -> None:
    assert compare([lost(approved=3, **{"no reply": 1})], audit()).complaints == ()


def test_more_decisions_than_requests_fail_the_gate_even_after_a_lost_reply() -> None:
    client = lost(approved=3, **{"no reply": 1})
    counted = engine(_2102={"approved": 3, "E2102": 1, "replayed": 2})
    assert "2102 no reply / replayed: client 1, engine 2" in compare([client], audit(engine=counted)).complaints


def reversing() -> tuple[Claims, dict[str, dict[str, int]]]:
    """A client that undid one of four settlements, and the engine's counts of it."""
    counted = engine(_2102={"approved": 4, "E2102": 1}, _2601={"approved": 1})
    client = claims(
        messages={**claims().messages, "2102": {"approved": 3, "E2102": 1, "no reply": 1}, "2601": {"approved": 1}},
        undone=1,
    )
    return client, counted


def test_a_settlement_that_the_client_reversed_holds_the_gate_where_what_stands_is_equal() -> None:
    client, counted = reversing()
    assert compare([client], audit(engine=counted, ledger=books(reversed=1))).complaints == ()


@pytest.mark.parametrize("field", [*MONEY, "fingerprint"])
def test_a_reversal_excuses_no_difference_in_what_stands(field: str) -> None:
    client, counted = reversing()
    other = "00000000000000fe" if field == "fingerprint" else MONEY[field] + 1
    gate = compare([client], audit(engine=counted, ledger=books(reversed=1, **{field: other})))
    [complaint] = gate.complaints
    assert complaint.startswith(f"2102 {field}: client ")


def test_an_outcome_that_stayed_unknown_fails_the_gate() -> None:
    assert compare([claims(unknown=1)], audit()).complaints == ("unknown outcomes left: client 1",)


def test_several_clients_of_one_operator_are_judged_together() -> None:
    half = {"messages": {"1101": {"approved": 2}, "2102": {"approved": 1, "E2102": 1}}}
    rest = {"messages": {"9001": {"approved": 1}, "1101": {"approved": 2}, "2102": {"approved": 2}}}
    one = claims(**half, settled={"2102": Settled(1, 300, 0, 300, 0, "000000000000000f")})
    other = claims(**rest, settled={"2102": Settled(2, 600, 0, 400, 200, "00000000000000f0")})
    assert compare([one, other], audit()).complaints == ()


def test_fingerprints_add_up_modulo_two_to_the_64th() -> None:
    one = claims(settled={"2102": Settled(1, fingerprint="ffffffffffffffff")})
    other = claims(settled={"2102": Settled(2, fingerprint="0000000000000100", **MONEY)})
    names = {row.name: row for row in compare([one, other], audit()).rows}
    assert names["2102 fingerprint"].client == FINGERPRINT


def with_purchases(**ledger: Any) -> Audit:
    booked: dict[str, Any] = {"settled": 2, "reversed": 1, "amount_fen": 500, "fingerprint": FINGERPRINT} | ledger
    return audit(engine=engine(_0200={"approved": 3}), bank=BankLedger(**booked))


def paying() -> Claims:
    messages = {**claims().messages, "0200": {"approved": 3}}
    return claims(messages=messages, bank=BankSums(2, 500, 1, FINGERPRINT))


def test_what_the_bank_accounts_paid_is_compared_too() -> None:
    gate = compare([paying()], with_purchases())
    assert gate.complaints == ()
    assert [row.name for row in gate.rows if row.name.startswith("0200")] == [
        "0200 approved",
        "0200 purchases",
        "0200 undone",
        "0200 fingerprint",
        "0200 amount_fen",
    ]


@pytest.mark.parametrize(
    ("booked", "complaint"),
    [
        ({"settled": 1}, "0200 purchases"),
        ({"amount_fen": 501}, "0200 amount_fen"),
        ({"fingerprint": "00000000000000fe"}, "0200 fingerprint"),
        ({"settled": 1, "reversed": 2}, "0200 undone"),
    ],
)
def test_a_ledger_whose_purchases_differ_fails_the_gate(booked: dict[str, Any], complaint: str) -> None:
    assert complaint in " ".join(compare([paying()], with_purchases(**booked)).complaints)


def test_a_purchase_that_stands_without_its_settlement_fails_the_gate() -> None:
    assert "open stranded" in " ".join(compare([claims(undone=1)], audit(open={"stranded": 1})).complaints)


def repaired() -> FleetReport:
    """A fleet whose first act was to reverse what a crashed run had left open."""
    tally = Tally()
    tally.recover(Outcome("recover", Result.REVERSED, messages=(("5203", "E3301"), ("2601", "approved"))))
    return tally.report(opter_no="run", terminals=1, first=0, seconds=1.0, journal="buffered")


def test_a_clean_run_that_repaired_what_a_crash_left_open_holds_the_gate() -> None:
    counted = {"5203": {"E3301": 1}, "2601": {"approved": 1}}
    seen = audit(engine=counted, ledger={}, open={"tombstones": 1})
    assert compare([claims_of_fleet(repaired())], seen).complaints == ()


def test_one_tombstone_more_than_was_repaired_fails_the_gate() -> None:
    counted = {"5203": {"E3301": 1}, "2601": {"approved": 1}}
    seen = audit(engine=counted, ledger={}, open={"tombstones": 2})
    assert compare([claims_of_fleet(repaired())], seen).complaints == ("open tombstones: client 1, ledger 2",)
