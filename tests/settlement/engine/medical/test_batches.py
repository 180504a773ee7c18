"""Where a day is cut into batches makes no difference: to no reply, to no row, to no transfer, whatever was asked."""

import itertools
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from settlement.batch import drive_now, judge_of, settle_batch
from settlement.engine.arrival import Door
from settlement.engine.ledger.identity import setl_id_of, visit_id
from settlement.wire.envelope import Reply
from settlement.wire.family import UnbindFamily
from settlement.wire.hospital import (
    CancelCharges,
    Charge,
    Discharge,
    PayDeposit,
    RevokeStay,
    UndoAdmission,
    UndoDischarge,
    UploadCharges,
)
from settlement.wire.insurance import ChangeInsurance
from settlement.wire.messages import Reverse, RevokeDrugSale, RevokeOutpatient, SettleOutpatient, UploadFees
from settlement.wire.names import institution_code

JINAN = "370100"
REVOKES: dict[str, type] = {"2102": RevokeDrugSale, "2207": RevokeOutpatient, "2304": RevokeStay}


class Diary:
    """What two tills, a ward and an agency ask of four people; built once, played in any batches."""

    def __init__(self, host: Any, teller: Any, visits: Any, ward: Any, bind: Any, debit_card: Any) -> None:
        self.host, self.visits, self.bind, self.debit_card = host, visits, bind, debit_card
        self.pharmacy, self.hospital = (teller(host, institution_code(kind, JINAN, 1)).sign_in() for kind in "PH")
        items = host.world.catalogue(JINAN).items
        self.item = next(row for row in items if row.chrgitm_lv == "01" and row.limit_e6(3) is None).code
        self.ward = ward(host, teller(host, institution_code("H", JINAN, 90)).sign_in(), self.item)
        self.agency = teller(host, institution_code("A", JINAN, 0), Door.ADMIN)
        people = (*itertools.islice(host.people(insutype="310"), 3), next(host.people(insutype="390")))
        self.people = [
            msgspec.structs.replace(person, balance_fen=fen)
            for person, fen in zip(people, (5_000, 9_000, 20_000, 3_000), strict=True)
        ]
        for person in self.people:
            host.put(person)
        self.cards = [debit_card(person) for person in self.people]
        self.arrivals: list[Any] = []
        self.done: list[tuple[str, Any, str, Any, str]] = []
        """What can be undone: infno, person, msgid, till, visit."""
        self.visit: list[tuple[Any, str, list[tuple[str, int]]]] = []
        self.stay: list[tuple[Any, str, list[int]]] = []
        self.bought: list[tuple[Any, Any, str]] = []
        self.number = itertools.count(1)

    def asked(self, till: Any, body: Any, msgid: str = "") -> None:
        self.arrivals.append(self.host.arrival(till.request(body, msgid=msgid), body, till.door))

    def lines(self, yuan: int) -> Any:
        fen = yuan * 100
        return (Charge(f"L{next(self.number)}", self.item, fen * 10_000, 10_000, fen),)

    def sale(self, who: int, how: int, lines_of: Any) -> None:
        person, msgid = self.people[who], self.pharmacy.next_msgid()
        lines = lines_of((self.item, ("12.50", "80", "300")[how % 3], 1))
        sale = self.visits.drug_sale(self.pharmacy, person, lines, acct_used_flag="212"[how % 3])
        self.asked(self.pharmacy, sale, msgid)
        self.done.append(("2102", person, msgid, self.pharmacy, visit_id(JINAN, self.pharmacy.code, msgid)))

    def registered(self, who: int, _how: int, _lines_of: Any) -> None:
        msgid = self.hospital.next_msgid()
        self.asked(self.hospital, self.visits.registration(self.people[who]), msgid)
        self.visit.append((self.people[who], visit_id(JINAN, self.hospital.code, msgid), []))

    def fees(self, _who: int, how: int, lines_of: Any) -> None:
        for person, mdtrt_id, batches in self.visit[-1:]:
            yuan = (10, 500, 3_000)[how % 3]
            batch = f"B{next(self.number)}"
            self.asked(self.hospital, UploadFees(person.psn_no, mdtrt_id, batch, lines_of((self.item, str(yuan), 1))))
            batches.append((batch, yuan * 100))

    def outpatient(self, _who: int, how: int, _lines_of: Any) -> None:
        for person, mdtrt_id, batches in self.visit[-1:]:
            for batch, fen in batches[-1:]:
                msgid = self.hospital.next_msgid()
                facts = person.psn_no, mdtrt_id, batch, person.insutype, "11", "012"[how % 3], fen
                self.asked(self.hospital, SettleOutpatient(*facts, None, None, None, None), msgid)
                self.done.append(("2207", person, msgid, self.hospital, mdtrt_id))

    def admitted(self, who: int, _how: int, _lines_of: Any) -> None:
        person, till = self.people[who], self.ward.teller
        msgid = till.next_msgid()
        self.asked(till, self.ward.admission(person), msgid)
        mdtrt_id = visit_id(JINAN, till.code, msgid)
        self.stay.append((person, mdtrt_id, [0]))
        self.done.append(("2401", person, msgid, till, mdtrt_id))

    def charged(self, _who: int, how: int, _lines_of: Any) -> None:
        for person, mdtrt_id, owing in self.stay[-1:]:
            lines = self.lines((10, 1_200, 9_000)[how % 3])
            self.asked(self.ward.teller, UploadCharges(person.psn_no, mdtrt_id, lines))
            owing[0] += lines[0].det_item_fee_sumamt_fen

    def stay_settled(self, _who: int, how: int, _lines_of: Any) -> None:
        for person, mdtrt_id, owing in self.stay[-1:]:
            till = self.ward.teller
            msgid = till.next_msgid()
            flags = {"mid_setl_flag": "01"[how % 2], "acct_used_flag": "02"[how // 2 % 2]}
            self.asked(till, self.ward.settlement(person, mdtrt_id, owing[0], **flags), msgid)
            self.done.append(("2304", person, msgid, till, mdtrt_id))
            owing[0] = 0

    def of_stay(self, _who: int, how: int, _lines_of: Any) -> None:
        for person, mdtrt_id, _ in self.stay[-1:]:
            whose = person.psn_no, mdtrt_id
            bodies = (
                Discharge(*whose, person.insutype, "A03", "1"),
                UndoDischarge(*whose),
                UndoAdmission(*whose),
                PayDeposit(*whose, 50_000),
                CancelCharges(psn_no=person.psn_no, mdtrt_id=mdtrt_id, feedetl_sn="0000"),
            )
            self.asked(self.ward.teller, bodies[how % len(bodies)])

    def revoked(self, _who: int, _how: int, _lines_of: Any) -> None:
        settled = [done for done in self.done if done[0] in REVOKES]
        for infno, person, msgid, till, mdtrt_id in settled[-1:]:
            setl_id = setl_id_of(JINAN, till.code, msgid)
            self.asked(till, REVOKES[infno](psn_no=person.psn_no, setl_id=setl_id, mdtrt_id=mdtrt_id))

    def reversed_(self, _who: int, how: int, _lines_of: Any) -> None:
        for infno, person, msgid, till, _ in self.done[-1 - how % 2 :][:1]:
            self.asked(till, Reverse(person.psn_no, msgid, infno))

    def bound(self, who: int, how: int, _lines_of: Any) -> None:
        self.asked(self.pharmacy, self.bind(self.people[who], self.people[how % 3], 3_000 * (how % 2)))

    def unbound(self, who: int, how: int, _lines_of: Any) -> None:
        self.asked(self.pharmacy, UnbindFamily(self.people[who].psn_no, self.people[how % 3].psn_no))

    def insured(self, who: int, how: int, _lines_of: Any) -> None:
        self.asked(self.agency, ChangeInsurance(self.people[who].psn_no, ("390", "310", "")[how % 3], "", "1"))

    def purchased(self, who: int, how: int, _lines_of: Any) -> None:
        settled = [done for done in self.done if done[1] is self.people[who] and done[0] in REVOKES]
        setl_id = setl_id_of(JINAN, settled[-1][3].code, settled[-1][2]) if settled and how % 2 else ""
        msgid = self.pharmacy.next_msgid()
        body = self.visits.purchase(self.pharmacy, self.cards[who], 100, setl_id=setl_id)
        self.asked(self.pharmacy, body, msgid)
        self.bought.append((self.pharmacy, body, msgid))

    def unpurchased(self, _who: int, _how: int, _lines_of: Any) -> None:
        for till, body, msgid in self.bought[-1:]:
            self.asked(till, self.visits.reversal(body, msgid))

    def played(self, sizes: list[int]) -> tuple[list[Reply], Any, Any, list[str]]:
        """Decide all, in batches of these sizes in turn; return replies, rows, transfers and the laws that broke."""
        replies, left, size = list[Reply](), self.arrivals, itertools.cycle(sizes)
        while left:
            batch, left = left[: (cut := next(size))], left[cut:]
            decided = drive_now(
                settle_batch(batch, judge_of(self.host.world)), self.host.store, self.host.faults.append
            )
            replies += [decision.reply for decision in decided]
        assert not self.host.faults, self.host.faults
        return replies, self.host.store._rows, self.host.store._transfers, self.host.broken_laws()


MOVES: tuple[Callable[..., None], ...] = (
    Diary.sale,
    Diary.bound,
    Diary.reversed_,
    Diary.revoked,
    Diary.registered,
    Diary.fees,
    Diary.outpatient,
    Diary.admitted,
    Diary.charged,
    Diary.of_stay,
    Diary.stay_settled,
    Diary.unbound,
    Diary.insured,
    Diary.purchased,
    Diary.unpurchased,
)


@pytest.fixture
def diary(engine_host: Any, a_teller: Any, visits: Any, a_ward: Any, bind: Any, debit_card: Any, world: Any) -> Any:
    """A new diary over a new ledger."""
    return lambda: Diary(engine_host(world), a_teller, visits, a_ward, bind, debit_card)


@pytest.fixture
def agree(diary: Any, lines_of: Any) -> Callable[..., list[Reply]]:
    """Have moves decided one by one and in batches, and return what was answered to each."""

    def agreed(moves: Any, sizes: list[int]) -> list[Reply]:
        serial, batched = diary(), diary()
        for each in (serial, batched):
            for move, who, how in moves:
                move(each, who, how, lines_of)
        alone, together = serial.played([1]), batched.played(sizes)
        assert alone == together
        assert not alone[-1]
        msgids = {arrival.request.msgid for arrival in batched.arrivals}
        causes = (transfer.cause for transfer in together[2].values())
        assert msgids.isdisjoint(word for cause in causes for word in cause.split())
        return list(alone[0])

    return agreed


@given(
    moves=st.lists(st.tuples(st.sampled_from(MOVES), st.integers(0, 3), st.integers(0, 5)), min_size=2, max_size=24),
    sizes=st.lists(st.integers(2, 12), min_size=1, max_size=4),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_serial_and_batched_agree_whatever_is_asked(agree: Any, moves: Any, sizes: list[int]) -> None:
    agree(moves, sizes)


@pytest.mark.parametrize(
    ("moves", "sizes"),
    [
        pytest.param(
            [(Diary.bound, 0, 1), (Diary.sale, 0, 0), (Diary.reversed_, 0, 0)], [1, 2], id="a family's sale, reversed"
        ),
        pytest.param(
            [(Diary.bound, 0, 1), (Diary.sale, 0, 0), (Diary.revoked, 0, 0)], [1, 2], id="a family's sale, revoked"
        ),
        pytest.param(
            [(Diary.registered, 3, 0), (Diary.fees, 3, 1), (Diary.insured, 3, 1), (Diary.outpatient, 3, 0)],
            [2, 2],
            id="another insurance, then its benefit",
        ),
        pytest.param(
            [
                (Diary.admitted, 0, 0),
                (Diary.charged, 0, 2),
                (Diary.of_stay, 0, 0),
                (Diary.stay_settled, 0, 0),
                (Diary.reversed_, 0, 0),
            ],
            [5],
            id="a whole stay",
        ),
    ],
)
def test_what_an_earlier_request_of_the_batch_leads_to_is_found(agree: Any, moves: Any, sizes: list[int]) -> None:
    agree(moves, sizes)
