import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.wire.framing import FRAME_MAX, FRAME_MIN, MAC_SIZE, NO_MAC, FrameError, FrameReader, frame

messages = st.lists(st.tuples(st.binary(min_size=1, max_size=300), st.binary(min_size=16, max_size=16)), max_size=5)


@given(messages, st.integers(1, 40))
def test_frames_survive_any_cutting_of_the_stream(sent: list[tuple[bytes, bytes]], size: int) -> None:
    stream = b"".join(frame(message, mac) for message, mac in sent)
    reader, received = FrameReader(), []
    for start in range(0, len(stream), size):
        reader.feed(stream[start : start + size])
        received += list(reader)
    assert received == sent
    assert reader.pending == 0


def test_frames_are_found_one_byte_at_a_time() -> None:
    reader, received = FrameReader(), []
    for byte in frame(b"message", NO_MAC) * 2:
        reader.feed(bytes((byte,)))
        received += list(reader)
    assert received == [(b"message", NO_MAC)] * 2


@pytest.mark.parametrize("length", [0, 1, FRAME_MIN - 1, FRAME_MAX + 1, 2**32 - 1])
def test_a_length_out_of_bounds_is_refused_before_anything_is_held(length: int) -> None:
    reader = FrameReader()
    reader.feed(length.to_bytes(4, "big"))
    with pytest.raises(FrameError, match=str(length)):
        list(reader)


def test_a_whole_frame_before_a_bad_one_is_still_delivered() -> None:
    reader = FrameReader()
    reader.feed(frame(b"good", NO_MAC) + bytes(4))
    frames = iter(reader)
    assert next(frames) == (b"good", NO_MAC)
    with pytest.raises(FrameError):
        next(frames)


@given(st.binary(max_size=200))
def test_random_bytes_end_in_frames_a_wait_or_a_frame_error(stream: bytes) -> None:
    reader = FrameReader()
    reader.feed(stream)
    with contextlib.suppress(FrameError):
        assert all(len(mac) == MAC_SIZE for _, mac in reader)


def test_frames_are_cut_one_after_the_other_and_none_before_it_is_whole() -> None:
    reader, stream = FrameReader(), frame(b"one", NO_MAC) + frame(b"two", NO_MAC)
    reader.feed(stream[:-1])
    assert (reader.cut(), reader.cut()) == ((b"one", NO_MAC), None)
    reader.feed(stream[-1:])
    assert (reader.cut(), reader.cut(), reader.pending) == ((b"two", NO_MAC), None, 0)


def test_what_was_fed_stays_as_it_was() -> None:
    reader, first = FrameReader(), frame(b"one", NO_MAC)[:6]
    reader.feed(first)
    reader.feed(b"more")
    assert first == frame(b"one", NO_MAC)[:6]
