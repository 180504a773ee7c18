"""The records byte for byte; each was put together by hand from the tags of JR/T 0025.5."""

import msgspec
import pytest

from cardsim.debit import data as debit_data
from cardsim.debit.data import CDOL1, CDOL2, PDOL, RECORDS, TAP_PDOL, Debit, DebitFacts
from cardsim.debit.object_lists import length_of
from cardsim.pboc import TEST_MASTER_KEYS, Algorithm, card_key
from cardsim.tlv import parse_ber

GOLDEN = {
    (1, 1): "7031570E6299990000000000018D3406220F5F2004D5C5C8FD9F61123337393939393139393030313031303031309F62023030",
    (2, 1): "702B" + "5A0A6299990000000000018F" + "5F2403340601" + "5F2503240601" + "5F28020156" + "5F340101"
    "9F0702FF00" + "9F08020030",
    (2, 2): "7030" + "8C159F02069F03069F1A0295055F2A029A039C019F37048D178A029F02069F03069F1A0295055F2A029A039C019F3704",
    (2, 3): "7029" + "8E0A00000000000000000200" + "9F0D05D86004A800" + "9F0E050010980000" + "9F0F05D86804F800"
    "5F30020220",
}


@pytest.mark.parametrize("place", RECORDS)
def test_each_record_has_its_golden_bytes(bank_facts: DebitFacts, place: tuple[int, int]) -> None:
    record = Debit(bank_facts).record(*place)
    assert record is not None
    assert record.hex().upper() == GOLDEN[place]


def test_there_is_no_record_beside_the_file_locators(bank_facts: DebitFacts) -> None:
    located = {
        (debit_data.FILE_LOCATOR[at] >> 3, number)
        for at in range(0, len(debit_data.FILE_LOCATOR), 4)
        for number in range(debit_data.FILE_LOCATOR[at + 1], debit_data.FILE_LOCATOR[at + 2] + 1)
    }
    assert located == set(RECORDS)
    assert Debit(bank_facts).record(1, 2) is None


def test_the_expiry_date_is_not_in_the_last_record_that_a_tap_reads() -> None:
    assert 0x5F24 not in RECORDS[max(RECORDS)]


def test_no_record_signs_anything_and_the_profile_announces_no_data_authentication() -> None:
    assert debit_data.FILE_LOCATOR[3::4] == b"\0\0"
    for profile in (debit_data.PROFILE, debit_data.TAP_PROFILE):
        assert profile[0] & 0x61 == 0  # SDA, DDA, CDA


def test_the_lists_ask_for_as_many_bytes_as_terminals_in_the_field_send() -> None:
    assert [length_of(objects) for objects in (PDOL, TAP_PDOL, CDOL1, CDOL2)] == [9, 33, 29, 31]


def test_the_directories_and_the_application_answer_their_golden_fci() -> None:
    assert debit_data.PSE_FCI.hex().upper() == "6F15840E315041592E5359532E4444463031A503880101"
    entry = "61194F08A000000333010101500A50424F43204445424954870101"
    assert debit_data.PPSE_FCI.hex().upper() == "6F30840E325041592E5359532E4444463031A51EBF0C1B" + entry
    assert debit_data.APPLICATION_FCI.hex().upper() == (
        "6F2C8408A000000333010101A520500A50424F432044454249548701019F38099F7A019F02065F2A025F2D027A68"
    )
    proprietary = dict(parse_ber(dict(parse_ber(dict(parse_ber(debit_data.TAP_FCI))[0x6F]))[0xA5]))
    assert proprietary[0x9F38].hex().upper() == "9F66049F02069F03069F1A0295055F2A029A039C019F3704"


def test_a_long_name_is_cut_to_what_the_element_holds(bank_facts: DebitFacts) -> None:
    long = msgspec.structs.replace(bank_facts, name="阿" * 20)
    assert Debit(long).element(0x5F20) == ("阿" * 13).encode("gbk")


@pytest.mark.parametrize("algorithm", Algorithm)
def test_the_key_belongs_to_the_number_the_sequence_number_and_the_algorithm(
    bank_facts: DebitFacts, algorithm: Algorithm
) -> None:
    facts = msgspec.structs.replace(bank_facts, algorithm=algorithm, psn=2)
    assert Debit(facts).key == card_key(algorithm, TEST_MASTER_KEYS[algorithm], "6299990000000000018", "02")
    assert Debit(facts).key != Debit(msgspec.structs.replace(facts, psn=1)).key
