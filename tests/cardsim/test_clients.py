"""Small clients that read a card the way software in the field does.

Each is written from the facts of one public reader program (language and kind in its docstring): what it sends, in
which order, and what it makes of the answers. They disagree with each other, and the card has to please them all.
"""

from collections.abc import Callable

import pytest

from cardsim.card import Card

Issue = Callable[..., Card]
Transmit = Callable[[str], str]

SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
NAME = "张三"
CERTNO = "379999199001010010"


Reach = Callable[[Card], Transmit]
PCSC = pytest.param("pcsc", marks=[pytest.mark.service(name) for name in ("pcscd", "vsmartcard-vpcd", "swig")])


@pytest.fixture(params=["direct", PCSC])
def plain(request: pytest.FixtureRequest) -> Reach:
    """How a client reaches a card: byte for byte, and through Debian's pcscd, vpcd and pyscard."""

    def directly(card: Card) -> Transmit:
        return lambda command: card.transmit(bytes.fromhex(command)).hex().upper()

    def over_pcsc(card: Card) -> Transmit:
        slot.insert(card)
        exchange = slot.connect()
        return lambda command: exchange(bytes.fromhex(command)).hex().upper()

    if request.param == "direct":
        return directly
    slot = request.getfixturevalue("lab")[0]
    return over_pcsc


def android_by_number(transmit: Transmit) -> dict[str, str]:
    """An Android client: by record number, tries a PIN and does not mind, takes any answer that contains 9000."""

    def read(command: str) -> str:
        answer = transmit(command)
        assert "9000" in answer
        return answer.replace("9000", "").replace("00", "")[4:]

    transmit(SSSE)
    read("00A4020002EF05")
    number = read("00B207040B")[1::2]
    transmit("0020000003888888")
    read("00A4000002EF06")
    certno = read("00B2010414")[1::2]
    return {"certno": certno, "number": number, "name": bytes.fromhex(read("00B2020420")).decode("gbk")}


def test_the_android_client_reads_by_number_behind_a_resolving_reader(issue_card: Issue, plain: Reach) -> None:
    """It keeps every second nibble, so that it sees the letter of a 卡号 as a digit: A is 41, and becomes 1."""
    read = android_by_number(plain(issue_card(t0_mode="auto", certno="379999199112113216", card_number="A12345674")))
    assert read == {"certno": "379999199112113216", "number": "112345674", "name": NAME}


def test_the_android_client_reads_a_raw_card_as_well(issue_card: Issue, plain: Reach) -> None:
    """Its lengths are exact, and its first SELECT may answer anything."""
    assert android_by_number(plain(issue_card(certno="379999199112113216")))["certno"] == "379999199112113216"


def kiosk_by_tag(transmit: Transmit) -> dict[str, str]:
    """A C# kiosk: by tag, with the value's length as Le (and 18 in hex for 18), and follows 61xx and 6Cxx."""

    def resolved(command: str) -> bytes:
        answer = transmit(command)
        if answer.startswith("6C"):
            answer = transmit(command[:8] + answer[2:4])
        if answer.startswith("61"):
            answer = transmit("00C00000" + answer[2:4])
        assert answer.endswith("9000"), answer
        return bytes.fromhex(answer[:-4])

    def value(command: str) -> bytes:
        record = resolved(command)
        return record[2 : 2 + record[1]]

    resolved(SSSE)
    resolved("00A4000002EF05")
    issuer = [value(f"00B2{tag}00{le}") for tag, le in EF05]
    resolved("00A4000002EF06")
    holder = [value(f"00B2{tag}00{le}") for tag, le in EF06]
    return {
        "card_id": issuer[0].hex().upper(),
        "version": issuer[2].decode(),
        "number": issuer[6].decode(),
        "certno": holder[0].decode(),
        "name": holder[1].decode("gbk").strip(" \0"),
        "sex": holder[2].decode(),
        "birth_date": holder[5].hex(),
    }


EF05 = (("01", "10"), ("02", "01"), ("03", "04"), ("04", "0C"), ("05", "04"), ("06", "04"), ("07", "09"))
EF06 = (("08", "18"), ("09", "1E"), ("0A", "01"), ("0B", "01"), ("0C", "03"), ("0D", "04"))


@pytest.mark.parametrize("t0_mode", ["raw", "auto"])
@pytest.mark.parametrize(("generation", "version"), [(1, "1.00"), (2, "2.00")])
def test_the_kiosk_reads_by_tag_whatever_the_transport_and_the_generation(
    issue_card: Issue, t0_mode: str, generation: int, version: str, plain: Reach
) -> None:
    assert kiosk_by_tag(plain(issue_card(t0_mode=t0_mode, generation=generation))) == {
        "card_id": "370100D1560000050100000130F5BA96",
        "version": version,
        "number": "A12345674",
        "certno": CERTNO,
        "name": NAME,
        "sex": "1",
        "birth_date": "19900101",
    }


def test_the_second_kiosk_reads_the_card_number_by_tag_with_le_zero(issue_card: Issue, plain: Reach) -> None:
    """Each answer has to end with 9000: its reader resolves T=0."""
    transmit = plain(issue_card(t0_mode="auto"))
    answers = [transmit(command) for command in (SSSE, "00A4020002EF05", "00B2070000")]
    assert [answer[-4:] for answer in answers] == ["9000"] * 3
    assert answers[2] == "0709413132333435363734" + "9000"


def test_the_kiosk_reads_the_issuer_of_a_third_generation_card_and_is_refused_its_holder(
    issue_card: Issue, plain: Reach
) -> None:
    with pytest.raises(AssertionError, match="6982"):
        kiosk_by_tag(plain(issue_card(generation=3, algorithm="sm4")))


def by_short_identifier(transmit: Transmit) -> dict[str, str]:
    """A C++ library: GET CHALLENGE before anything, short identifiers, exact 9000 with data, branches on version."""

    def value(command: str) -> bytes:
        answer = transmit(command)
        assert answer.endswith("9000"), answer
        return bytes.fromhex(answer[4:-4])

    assert len(value("0084000008")) == 6
    value(SSSE)
    version = value("00B2032C06").decode()
    sex_record = {"1": "03", "2": "04"}[version[0]]
    for command in ("00B2012C12", "00B2042C0E", "00B2052C06", "00B2062C06"):
        value(command)
    return {
        "number": value("00B2072C0B").decode(),
        "certno": value("00B2013414").decode(),
        "name": value("00B2023420").rstrip(b"\0").decode("gbk"),
        "sex": value(f"00B2{sex_record}3403").decode(),
    }


@pytest.mark.parametrize("generation", [1, 2])
def test_the_library_finds_the_sex_where_the_generation_has_it(
    issue_card: Issue, generation: int, plain: Reach
) -> None:
    read = by_short_identifier(plain(issue_card(t0_mode="auto", generation=generation)))
    assert read == {"number": "A12345674", "certno": CERTNO, "name": NAME, "sex": "1"}


def test_the_library_knows_no_third_generation(issue_card: Issue, plain: Reach) -> None:
    """It gives up at the version, which it could read, before any record of the holder."""
    with pytest.raises(KeyError, match="3"):
        by_short_identifier(plain(issue_card(t0_mode="auto", generation=3, algorithm="sm4")))


def test_the_library_finds_the_account_number_by_brute_force(issue_card: Issue, plain: Reach) -> None:
    """After SELECT of the bank's application it reads three guessed records and searches them for 5A."""
    transmit = plain(issue_card(t0_mode="auto"))
    assert transmit("00A4040008A000000333010101").endswith("9000")
    answers = "".join(transmit(command) for command in ("00B2018421", "00B2011400", "00B2011C00"))
    assert "5A0A6299990000000000018F" in answers


def test_the_hunan_client_reads_everything_at_once_after_a_pin(issue_card: Issue, plain: Reach) -> None:
    """A C++ client with a log of 2012: MF, SSSE, VERIFY 666666, all of EF05, then 20 bytes of MF EF 0003."""
    transmit = plain(issue_card(t0_mode="auto", pin="666666"))
    assert transmit("00A40000023F00") == "6F10840E315041592E5359532E44444630319000"
    assert transmit(SSSE) == "6F16840F7378312E73682EC9E7BBE1B1A3D5CFA50388011E9000"
    assert transmit("0020000003666666") == "9000"
    assert transmit("00A4000002EF05") == "9000"
    everything = transmit("00B20105FF")
    assert everything.startswith("0110370100D156000005")
    assert everything.endswith("0709" + b"A12345674".hex() + "9000")
    assert transmit("00A40000023F00").endswith("9000")
    assert transmit("00A40000020003") == "9000"
    assert len(transmit("00B0000014")) == 2 * (20 + 2)


@pytest.mark.parametrize("t0_mode", ["raw", "auto"])
def test_the_exerciser_gets_an_answer_to_whatever_it_tries(issue_card: Issue, t0_mode: str, plain: Reach) -> None:
    """A Python 2 script: Le 00 everywhere, a file that this card lacks, and a GPO that belongs to another card."""
    transmit = plain(issue_card(t0_mode=t0_mode))
    answers = [transmit(SSSE + "00"), *(transmit(f"00B20{number}5C00") for number in range(1, 7))]
    answers += [transmit("00A4040006D1560000050000"), transmit("80A800000483028300" + "00")]
    found = "6118" if t0_mode == "raw" else "6F16840F7378312E73682EC9E7BBE1B1A3D5CFA50388011E9000"
    assert answers[0] == found
    assert answers[1:7] == ["6A82"] * 6
    assert answers[7][:2] in ("61", "6F")
    assert answers[8] == "6D00"


def test_the_shanghai_client_takes_the_named_application_when_there_is_one(issue_card: Issue, plain: Reach) -> None:
    """A Java client: if the name is not found it looks for EF05 at once; here the name is found."""
    transmit = plain(issue_card(t0_mode="auto"))
    assert transmit(SSSE) != "6A82"
    assert transmit("00A4020002EF05") == "9000"
    assert bytes.fromhex(transmit("00B207040B")[4:-4]).decode() == "A12345674"
