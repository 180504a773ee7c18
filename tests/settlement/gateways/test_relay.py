"""Records between a front and its engine come out as they went in, however the stream cuts them."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.gateways.relay import Kind, Record, RecordReader, pack
from settlement.wire.framing import FRAME_MAX

RECORDS = st.lists(
    st.builds(
        Record,
        st.sampled_from(Kind),
        st.integers(0, (1 << 64) - 1),
        st.floats(0, allow_infinity=False),
        st.binary(max_size=40),
    ),
    max_size=6,
)


@given(records=RECORDS, cuts=st.sets(st.integers(0, 300)))
def test_records_come_out_whole_wherever_the_stream_is_cut(records: list[Record], cuts: set[int]) -> None:
    stream = b"".join(pack(*record) for record in records)
    edges = [0, *sorted(cut for cut in cuts if cut < len(stream)), len(stream)]
    reader = RecordReader()
    read = [record for start, end in itertools.pairwise(edges) for record in reader.read(stream[start:end])]
    assert read == records


def test_one_byte_at_a_time_is_enough() -> None:
    reader = RecordReader()
    stream = pack(Kind.REPLY, 1, 0.5, b"one") + pack(Kind.LET_NOBODY_IN)
    read = [record for byte in stream for record in reader.read(bytes([byte]))]
    assert read == [Record(Kind.REPLY, 1, 0.5, b"one"), Record(Kind.LET_NOBODY_IN, 0, 0.0, b"")]


def test_a_record_longer_than_a_frame_is_a_bug_of_ours() -> None:
    with pytest.raises(AssertionError):
        pack(Kind.REPLY, payload=bytes(FRAME_MAX + 1))
