"""Groups by which latencies are shown."""

from settlement.wire.codes import KINDS
from settlement.wire.groups import GROUP_OF, GROUPS, OTHER


def test_every_transaction_is_in_one_of_few_groups_and_every_group_has_some() -> None:
    assert GROUP_OF.keys() == KINDS.keys()
    assert set(GROUP_OF.values()) == set(GROUPS)


def test_what_patients_wait_for_has_a_group_of_its_own() -> None:
    assert [GROUP_OF[infno] for infno in ("2102", "2207", "2304", "2206", "2208", "9001")] == [
        "settle",
        "settle",
        "settle",
        "trial",
        "undo",
        OTHER,
    ]
