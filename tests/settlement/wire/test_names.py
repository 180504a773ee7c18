from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from settlement.wire import names


@given(st.integers(0, 4_102_444_800_000), st.integers(0, 10**6))
def test_a_msgid_has_thirty_characters_and_begins_with_the_institution(clock_ms: int, sequence: int) -> None:
    msgid = names.msgid("P3701000000107", clock_ms, sequence)
    assert len(msgid) == 30
    assert msgid.startswith("P37010000001" + names.compact_time(clock_ms) + "07")


def test_no_two_terminals_of_an_institution_make_the_same_msgid_in_a_second() -> None:
    lanes = [names.terminal_number("P37010000001", lane) for lane in (1, 2, 99)]
    made = [names.msgid(lane, 0, sequence) for lane, sequence in product(lanes, range(names.SEQUENCES))]
    assert len(set(made)) == len(made)


@given(st.integers(0, 4_102_444_800_000))
def test_times_agree_in_every_form(clock_ms: int) -> None:
    written = names.local_time(clock_ms)
    assert "".join(character for character in written if character.isdigit()) == names.compact_time(clock_ms)
    assert names.day_of(clock_ms) == int(names.compact_time(clock_ms)[:8])


def test_a_day_ends_at_midnight_in_china() -> None:
    before_midnight_ms = 1_795_276_799_999
    assert names.local_time(before_midnight_ms) == "2026-11-21 23:59:59"
    assert names.day_of(before_midnight_ms + 1) == 20261122


def test_fingerprints_tell_settlements_apart() -> None:
    assert len({names.fingerprint(str(number)) for number in range(1000)}) == 1000
