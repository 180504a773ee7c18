"""A ward: what a hospital's software says of one person's stay."""

from typing import Any

import pytest

from settlement.engine.ledger.state import Person
from settlement.engine.ledger.stays import Stay
from settlement.wire.family import BindFamily
from settlement.wire.hospital import Admit, Charge, Discharge, PayDeposit, PresettleStay, SettleStay, UploadCharges
from settlement.wire.messages import Line, SettlementInfo
from settlement.wire.names import institution_code


class Ward:
    """One hospital's desk, ward and till; `teller` is its terminal."""

    def __init__(self, host: Any, teller: Any, item: str) -> None:
        self.host, self.teller, self.item = host, teller, item
        self._lines = 0

    def admission(self, person: Person, **fields: Any) -> Admit:
        facts = {
            "psn_no": person.psn_no,
            "insutype": person.insutype,
            "mdtrt_cert_type": "03",
            "mdtrt_cert_no": person.card_number,
            "card_sn": person.card_id.hex().upper(),
            "certno": person.certno,
            "med_type": "21",
            "ipt_no": "IP1",
            "adm_dept_codg": "A03",
        }
        return Admit(**{**facts, **fields})

    def admitted(self, person: Person, **fields: Any) -> str:
        return str(self.teller.told(self.admission(person, **fields)).mdtrt_id)

    def charges(self, *yuan: str, item: str = "") -> tuple[Charge, ...]:
        rows = []
        for price in yuan:
            self._lines += 1
            fen = round(float(price) * 100)
            rows.append(Charge(str(self._lines), item or self.item, fen * 10_000, 10_000, fen))
        return tuple(rows)

    def charged(self, person: Person, mdtrt_id: str, *yuan: str, item: str = "") -> tuple[Charge, ...]:
        rows = self.charges(*yuan, item=item)
        self.teller.told(UploadCharges(person.psn_no, mdtrt_id, rows))
        return rows

    def discharged(self, person: Person, mdtrt_id: str) -> None:
        self.teller.told(Discharge(person.psn_no, mdtrt_id, person.insutype, "A03", "1"))

    def sale(self, person: Person, mdtrt_id: str, medfee_fen: int, **fields: Any) -> dict[str, Any]:
        facts = {
            "psn_no": person.psn_no,
            "mdtrt_cert_type": "03",
            "mdtrt_cert_no": person.card_number,
            "card_sn": person.card_id.hex().upper(),
            "mdtrt_id": mdtrt_id,
            "insutype": person.insutype,
            "acct_used_flag": "0",
            "medfee_sumamt_fen": medfee_fen,
        }
        return {**facts, **fields}

    def settlement(self, person: Person, mdtrt_id: str, medfee_fen: int, **fields: Any) -> SettleStay:
        return SettleStay(**self.sale(person, mdtrt_id, medfee_fen, **fields))

    def settled(self, person: Person, mdtrt_id: str, medfee_fen: int, **fields: Any) -> SettlementInfo:
        info = self.teller.told(self.settlement(person, mdtrt_id, medfee_fen, **fields))
        assert isinstance(info, SettlementInfo)
        return info

    def tried(self, person: Person, mdtrt_id: str, medfee_fen: int, **fields: Any) -> SettlementInfo:
        info = self.teller.told(PresettleStay(**self.sale(person, mdtrt_id, medfee_fen, **fields)))
        assert isinstance(info, SettlementInfo)
        return info

    def whole_stay(self, person: Person, *yuan: str, **fields: Any) -> SettlementInfo:
        """Admit, charge, discharge and settle finally."""
        mdtrt_id = self.admitted(person)
        rows = self.charged(person, mdtrt_id, *yuan)
        self.discharged(person, mdtrt_id)
        return self.settled(person, mdtrt_id, sum(row.det_item_fee_sumamt_fen for row in rows), **fields)

    def paid_in_advance(self, person: Person, mdtrt_id: str, fen: int) -> int:
        return int(self.teller.told(PayDeposit(person.psn_no, mdtrt_id, fen)).held_fen)

    def stay(self, person: Person, mdtrt_id: str) -> Stay:
        row = self.host.store._rows[Stay, (person.city, person.psn_no, mdtrt_id)]
        assert isinstance(row, Stay)
        return row


@pytest.fixture
def ward(host: Any, teller: Any, drugs: tuple[Line, ...]) -> Ward:
    """A third-level hospital of Jinan, which charges a class A item without a price limit."""
    items = host.world.catalogue("370100").items
    item = next(row for row in items if row.chrgitm_lv == "01" and row.limit_e6(3) is None and row.to_day > 20300101)
    return Ward(host, teller(institution_code("H", "370100", 90)).sign_in(), item.code)


@pytest.fixture
def a_ward() -> type[Ward]:
    """A ward of another host."""
    return Ward


@pytest.fixture
def bind() -> Any:
    """What an owner's and a beneficiary's consent to a binding is: (beneficiary, owner, limit in fen)."""
    return binding


def binding(beneficiary: Person, owner: Person, limit_fen: int = 0, **shown: str) -> BindFamily:
    facts = {
        "mdtrt_cert_type": "03",
        "mdtrt_cert_no": beneficiary.card_number,
        "card_sn": beneficiary.card_id.hex().upper(),
        "owner_cert_type": "03",
        "owner_cert_no": owner.card_number,
        "owner_card_sn": owner.card_id.hex().upper(),
    }
    return BindFamily(beneficiary.psn_no, owner.psn_no, limit_fen, **{**facts, **shown})
