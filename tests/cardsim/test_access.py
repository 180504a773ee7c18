import pytest

from cardsim.access import FREE, NEVER, PIN, Condition, all_of, any_of, met

KEY = 0xDF0484


@pytest.mark.parametrize(
    ("condition", "nothing", "pin", "key", "both"),
    [
        (FREE, True, True, True, True),
        (any_of(PIN), False, True, False, True),
        (any_of(KEY), False, False, True, True),
        (any_of(PIN, KEY), False, True, True, True),
        (all_of(PIN, KEY), False, False, False, True),
        (NEVER, False, False, False, False),
    ],
    ids=["free", "PIN", "key", "PIN|key", "PIN+key", "never"],
)
def test_each_condition_opens_to_the_rights_it_names(
    condition: Condition,
    nothing: bool,  # noqa: FBT001  a table's column
    pin: bool,  # noqa: FBT001  a table's column
    key: bool,  # noqa: FBT001  a table's column
    both: bool,  # noqa: FBT001  a table's column
) -> None:
    proven = [frozenset[int](), frozenset((PIN,)), frozenset((KEY,)), frozenset((PIN, KEY))]
    assert [met(condition, rights) for rights in proven] == [nothing, pin, key, both]
