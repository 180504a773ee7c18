"""What a line costs, by its bytes."""

import pytest

from terminals.readers.timing import Contact, Contactless, Timing

APDU = bytes.fromhex("00B2012C12")
ANSWER = bytes(18) + b"\x90\x00"


@pytest.mark.parametrize(
    ("timing", "seconds"),
    [
        (Contact(processing_s=0), (5 + 1 + 20) * 12 / 9_600),
        (Contact(multiple=12, processing_s=0), (5 + 1 + 20) * 12 / 115_200),
        (Contact(multiple=1, processing_s=0.5), 26 * 12 / 9_600 + 0.5),
        (Contactless(processing_s=0), (8 + 23) * 9 * 128 / 13_560_000 + 2 * 1_172 / 13_560_000),
    ],
    ids=["9600", "115200", "a card that thinks", "106 kbit/s"],
)
def test_an_exchange_takes_the_time_of_its_bytes(timing: Timing, seconds: float) -> None:
    assert timing.exchange_s(APDU, ANSWER) == pytest.approx(seconds)


def test_contactless_reads_a_record_many_times_faster_than_the_slowest_contacts() -> None:
    slow, fast = Contact(processing_s=0), Contactless(processing_s=0)
    assert slow.exchange_s(APDU, ANSWER) > 10 * fast.exchange_s(APDU, ANSWER)


def test_an_atr_comes_at_the_default_rate_whatever_comes_after_it() -> None:
    assert (
        Contact(1).power_on_s(bytes(17)) == Contact(12).power_on_s(bytes(17)) == pytest.approx(0.02 + 17 * 12 / 9_600)
    )
    assert 0.01 < Contactless().power_on_s(bytes(19)) < 0.02
