from hypothesis import given
from hypothesis import strategies as st

from settlement.wire.bank import TRACE_MAX
from settlement.wire.names import SEQUENCES, compact_time, msgid
from terminals.kernel.bank_numbers import numbers_of

DEVICE = "P3701000000101"
MOMENTS_MS = st.integers(1_767_200_400_000, 1_798_736_399_999)  # one year, as China counts it
MESSAGES = st.tuples(MOMENTS_MS, st.integers(0, SEQUENCES - 1))


@given(MESSAGES, MESSAGES)
def test_no_two_messages_of_a_terminal_have_the_same_numbers_within_a_year(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    same = compact_time(one[0]) == compact_time(other[0]) and one[1] == other[1]
    assert (numbers_of(msgid(DEVICE, *one)) == numbers_of(msgid(DEVICE, *other))) == same


@given(MOMENTS_MS)
def test_the_messages_of_one_second_share_a_batch_and_no_trace(moment_ms: int) -> None:
    numbers = [numbers_of(msgid(DEVICE, moment_ms, sequence)) for sequence in range(SEQUENCES)]
    assert len({batch for batch, _ in numbers}) == 1
    assert len({trace for _, trace in numbers}) == SEQUENCES


@given(MESSAGES)
def test_both_numbers_fit_their_fields(message: tuple[int, int]) -> None:
    assert all(0 <= number <= TRACE_MAX for number in numbers_of(msgid(DEVICE, *message)))
