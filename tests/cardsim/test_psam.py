from collections.abc import Callable

import pytest

from cardsim.card import Card
from cardsim.psam import psam
from cardsim.social_security.key_plan import READ_DF04, READ_SSSE, UNBLOCK_PIN, Key

Exchange = Callable[..., list[str]]
Issue = Callable[..., Card]

SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
CARD, CITY, PROVINCE = "8660240601000001", b"370100sx".hex().upper(), b"370000sh".hex().upper()
OTHER_CITY = b"370200sx".hex().upper()
CHALLENGE, ORIGINAL = "1122334455667788", "0102030405060708"
COMPUTE = "80FA000008" + ORIGINAL
TERMINAL_NUMBER, COUNTER = "00B0960006", "00B0990004"


def module(area: str = "", **options: object) -> Card:
    made = psam(area, **{"t0_mode": "auto", **options})  # type: ignore[arg-type]  any options of a table
    made.power_on()
    return made


@pytest.mark.parametrize(
    ("area", "prepare"),
    [
        ("370100", f"BFDE270A10{CARD}{CHALLENGE}"),
        ("37", f"BFDE470A18{CARD}{CITY}{CHALLENGE}"),
        ("", f"BFDE670A20{CARD}{CITY}{PROVINCE}{CHALLENGE}"),
    ],
)
def test_a_module_of_any_level_makes_the_authenticator_of_the_worked_example(
    exchange: Exchange, area: str, prepare: str
) -> None:
    assert exchange(module(area), prepare, COMPUTE) == ["9000", "ADD075207E46FB879000"]


def test_the_factors_of_another_city_make_the_key_of_another_city(exchange: Exchange) -> None:
    answers = exchange(module(), f"BFDE670A20{CARD}{OTHER_CITY}{PROVINCE}{CHALLENGE}", COMPUTE)
    assert answers == ["9000", "33AC0B1DEB4E347D9000"]


def test_the_sm4_stand_in_is_the_one_of_the_card(exchange: Exchange) -> None:
    assert exchange(module("370100"), f"BFDE370A10{CARD}{CHALLENGE}", COMPUTE)[-1] == "EC2A6F866A00B87E9000"


def test_a_raw_module_puts_its_answer_off_as_terminals_expect(exchange: Exchange) -> None:
    raw = module("370100", t0_mode="raw")
    answers = exchange(raw, f"BFDE270A10{CARD}{CHALLENGE}", COMPUTE, "00C0000008")
    assert answers == ["9000", "6108", "ADD075207E46FB879000"]


def test_a_module_knows_its_terminal_and_counts_its_sessions_through_power_off(exchange: Exchange) -> None:
    made = module("370100", serial=813475)
    prepare = f"BFDE270A10{CARD}{CHALLENGE}"
    assert exchange(made, TERMINAL_NUMBER, COUNTER) == ["3701008134759000", "000000009000"]
    exchange(made, prepare, prepare, "BFDE270F10" + CARD + CHALLENGE)
    made.power_off()
    made.power_on()
    assert exchange(made, COUNTER, COMPUTE) == ["000000029000", "6985"]
    later = module("370100", serial=813475)
    later.restore(made.image())
    later.power_on()
    assert exchange(later, COUNTER) == ["000000029000"]


@pytest.mark.parametrize(
    ("options", "command", "status"),
    [
        ({}, "BFDE0F0A10" + CARD + CHALLENGE, "6A86"),
        ({}, "BFDE270A18" + CARD + CITY + CHALLENGE, "6700"),
        ({}, "BFDE270A", "6700"),
        ({"algorithms": frozenset(("3des",))}, "BFDE370A10" + CARD + CHALLENGE, "6A81"),
        ({}, "BFDE277F10" + CARD + CHALLENGE, "6A88"),
        ({"lacks": frozenset((READ_SSSE.name,))}, "BFDE270A10" + CARD + CHALLENGE, "6A88"),
        ({}, "BFDE470A18" + CARD + CITY + CHALLENGE, "6985"),
        ({}, "BFDE070A08" + CHALLENGE, "6985"),
        ({}, COMPUTE, "6985"),
        ({}, "80FA010008" + ORIGINAL, "6A86"),
        ({}, "00B0000006", "6986"),
        ({}, "00B0950006", "6A82"),
        ({}, "00B0960606", "6B00"),
        ({}, "00B09600", "6700"),
        ({}, "00A4000002DF02", "6A82"),
        ({}, "00A4000001DF", "6700"),
        ({}, "00A4020002DF01", "6A86"),
        ({}, "0084000005", "6700"),
        ({}, "00840000", "6700"),
        ({}, "0084010008", "6A86"),
        ({}, "0020000003123456", "6D00"),
        ({}, "845E0000", "6E00"),
        ({}, "00A4000002DF", "6700"),
    ],
)
def test_a_wrong_use_of_a_module_is_refused_in_order(
    exchange: Exchange, options: dict[str, object], command: str, status: str
) -> None:
    assert exchange(module("370100", **options), command) == [status]


def test_a_session_ends_with_a_select_or_a_refused_request(exchange: Exchange) -> None:
    prepare = f"BFDE270A10{CARD}{CHALLENGE}"
    for ending in ("00A4000002DF01", "00A4040006D15600000590", "00A40000023F00", "BFDE277F10" + CARD + CHALLENGE):
        assert exchange(module("370100"), prepare, ending, COMPUTE)[-1] == "6985"


def test_a_session_for_enciphering_makes_no_mac(exchange: Exchange) -> None:
    mac = "80FA050010" + "00" * 16
    made = module("370100")
    assert exchange(made, f"BFDE271010{CARD}{CHALLENGE}", mac)[-1] == "6985"
    answers = exchange(made, f"BFDE281010{CARD}{CHALLENGE}", mac, "80FA050007" + "00" * 7, "80FA0500")
    assert (len(answers[1]), *answers[2:]) == (12, "6700", "6700")


@pytest.mark.parametrize("area", ["3701", "37010A", "x", "3701000"])
def test_an_area_that_is_none_is_refused(area: str) -> None:
    with pytest.raises(ValueError, match="a PSAM is of a city"):
        psam(area)


@pytest.mark.parametrize("usage", [("27", "3des", 2), ("37", "sm4", 3)], ids=["3des", "sm4"])
@pytest.mark.parametrize("key", [READ_SSSE, UNBLOCK_PIN])
def test_card_and_module_of_one_city_understand_each_other_and_others_do_not(
    issue_card: Issue, exchange: Exchange, usage: tuple[str, str, int], key: Key
) -> None:
    levels, algorithm, generation = usage
    for area, status in (("370100", "9000"), ("370200", "63C2")):
        card = issue_card(t0_mode="auto", generation=generation, algorithm=algorithm)
        exchange(card, SSSE)
        assert authenticate(card, module(area), levels, key, exchange) == status


def authenticate(card: Card, made: Card, usage: str, key: Key, exchange: Exchange) -> str:
    challenge = exchange(card, "0084000008")[0][:16]
    exchange(made, f"BFDE{usage}{key.psam_identifier:02X}10{card.atr[-8:].hex()}{challenge}")
    authenticator = exchange(made, COMPUTE)[0][:16]
    return exchange(card, f"008200{key.identifier:02X}10{authenticator}{ORIGINAL}")[0]


def test_a_provincial_module_reloads_a_pin_at_any_outlet(issue_card: Issue, exchange: Exchange) -> None:
    """BF DE for both, 80FA00 enciphers, 80FA05 makes the MAC over header and cryptogram, padded to sixteen bytes."""
    card, made = issue_card(t0_mode="auto"), module("37")
    exchange(card, SSSE, *["0020000003000000"] * 6)
    factors = CARD + CITY

    def session(usage: str) -> None:
        challenge = exchange(card, "0084000008")[0][:16]
        assert exchange(made, f"BFDE{usage}1018{factors}{challenge}") == ["9000"]

    session("47")
    authenticator = exchange(made, COMPUTE)[0][:16]
    assert exchange(card, f"0082000610{authenticator}{ORIGINAL}") == ["9000"]
    session("48")
    cryptogram = exchange(made, "80FA000008" + "0365432180000000")[0][:16]
    mac = exchange(made, f"80FA050010842400010C{cryptogram}800000")[0][:8]
    assert exchange(card, f"842400010C{cryptogram}{mac}", "0020000003654321") == ["9000", "9000"]


def test_a_wrong_city_locks_the_remote_key_and_only_that(issue_card: Issue, exchange: Exchange) -> None:
    card, made = issue_card(t0_mode="auto"), module("370200")
    exchange(card, SSSE, "00A4000002DF04")
    sent = [authenticate(card, made, "27", READ_DF04, exchange) for _ in range(4)]
    assert sent == ["63C2", "63C1", "63C0", "6983"]
    assert exchange(card, SSSE, "00B2013414", "0020000003123456")[2] == "9000"
