"""The interface's tables as read: whole, named in both languages, and with the misprints that they really have."""

import pytest

from settlement.wire.national_fields import CATALOGUE, CODES, ENVELOPE, fields, names

FIRST_RELEASE = """
9001 9002 1101 2001 2101 2102 2103 2201 2202 2203 2204 2205 2206 2207 2208 2301 2302 2303 2304 2305 2401 2402 2404 2405
2601 3201 3202 5203 5206 9101 9102 2161 2163 2166 2167 2181
"""


def test_every_message_of_a_first_release_has_its_tables() -> None:
    assert CATALOGUE.keys() == set(FIRST_RELEASE.split())


def test_every_field_is_named_in_both_languages_and_no_name_is_left_over() -> None:
    nodes = [node for entry in (ENVELOPE, *CATALOGUE.values()) for node in (*entry.asks, *entry.answers)]
    used = {field.name for node in nodes for field in node.fields} | {
        row.name for node in nodes for field in node.fields for row in field.rows
    }
    assert used == names().keys()
    assert all(zh and en for zh, en in names().values())


def test_a_field_that_is_ours_is_marked_and_there_is_one() -> None:
    nodes = [(infno, node) for infno, entry in CATALOGUE.items() for node in (*entry.asks, *entry.answers)]
    assert [(infno, field.name) for infno, node in nodes for field in node.fields if field.ours] == [
        ("5203", "medins_setl_id")
    ]


@pytest.mark.parametrize(
    ("infno", "node", "name"),
    [
        ("2208", "setlinfo", "pdn_cash_pay"), ("5203", "setlinfo", "cash_payamt"), ("5203", "setlinfo", "psn_pay"),
        ("2304", "data", "dscgTime"), ("2401", "mdtrtinfo", "cert_type"), ("9002", "sign_time", "sign_time"),
        ("3202", "data", "cash_payamt"), ("3202", "file", "acct_pay"),
    ],
)  # fmt: skip
def test_the_misprints_of_the_interface_are_kept(infno: str, node: str, name: str) -> None:
    entry = CATALOGUE[infno]
    held = [field.name for each in (*entry.asks, *entry.answers) if each.name == node for field in each.fields]
    assert name in held


def test_no_field_stands_twice_in_a_node_and_every_code_table_is_of_some_field() -> None:
    coded = set()
    for entry in (ENVELOPE, *CATALOGUE.values()):
        for node in (*entry.asks, *entry.answers):
            held = [field.name for field in node.fields]
            assert len(held) == len(set(held)), (entry.infno, node.name)
            coded |= {field.name for field in node.fields if field.codes}
    assert coded == CODES.keys()


def test_a_tables_text_says_kind_size_and_whether_it_must_be_there() -> None:
    text, day, line = fields("insutype c(6)*@ brdy y feedetl_sn d(30)+")
    assert (text.kind, text.size, text.required, "310" in text.codes) == ("c", 6, True, True)
    assert (day.kind, day.required, day.codes) == ("y", False, frozenset())
    assert (line.kind, line.size, line.ours) == ("d", 30, True)
