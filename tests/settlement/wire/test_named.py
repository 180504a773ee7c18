"""Our structs by the names of their fields: read back as they were, refused by name, for every message there is."""

from typing import Any

import msgspec
import pytest

from settlement.wire.envelope import BODY_TYPES, MalformedError
from settlement.wire.messages import Amounts, FundPayment, LineCut, RevokeDrugSale, SettlementInfo
from settlement.wire.named import named_json, read_named, write_named


def test_a_struct_with_structs_in_it_is_written_and_read_back() -> None:
    info = SettlementInfo(
        "S", "M", "P", "310", "41", "now", "m", "0", Amounts(3680), (FundPayment("310100", 1, 2, 3),),
        (LineCut("1", 2, "01", 0, 0, 0, 0, 2),),
    )  # fmt: skip
    assert read_named(msgspec.json.encode(write_named(info)), SettlementInfo) == info
    assert read_named(named_json(info), SettlementInfo) == info


@pytest.mark.parametrize("kind", BODY_TYPES.values(), ids=lambda kind: str(kind.__struct_config__.tag))
def test_every_message_has_such_a_form(kind: Any) -> None:
    with pytest.raises(MalformedError):
        read_named(b'{"no_such_field": 1}', kind)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Input data was truncated"),
        (b"[]", "Expected `object`"),
        (b'{"setl_id": "1", "mdtrt_id": "2"}', "missing required field `psn_no`"),
        (b'{"setl_id": 1, "mdtrt_id": "2", "psn_no": "3"}', "setl_id"),
        (b'{"setl_id": "1", "mdtrt_id": "2", "psn_no": "3", "x": 1}', "unknown field `x`"),
        (b'{"setl_id": ' + b"[" * 100_000, "setl_id"),
    ],
)
def test_what_is_no_such_struct_is_refused_by_its_field(content: bytes, said: str) -> None:
    with pytest.raises(MalformedError, match=said):
        read_named(content, RevokeDrugSale)
