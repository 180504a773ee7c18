from collections.abc import Callable
from typing import Any

import pytest

from cardsim.interface import Interface
from cardsim.issuing.population import CardProfile, Population
from cardsim.psam import psam
from terminals.kernel import sam
from terminals.kernel.card_dialogue import SELECT_SSSE, Cipher, Issued
from terminals.kernel.drive import drive
from terminals.kernel.effects import NO_CARD, ReadAtr, Show, Slot, Transmit
from terminals.kernel.sam import READ_HOLDER, READ_MEDICAL, UNBLOCK_PIN, card_factor, prove
from terminals.kernel.site import Site
from terminals.kernel.terminal_codes import TerminalCode
from terminals.kernel.transaction import Transaction

JINAN, QINGDAO = "370100", "370200"
VECTOR_ATR = bytes.fromhex("3B6D0000008143803186602406010000 01")
"""The synthetic card of our own worked example: its last eight bytes diversify its keys."""
ORIGINAL, CHALLENGE = "0102030405060708", "1122334455667788"


class Desk:
    """A card and a module, driven by hand; `said` are the APDUs to either."""

    def __init__(self, card: Any, module: Any) -> None:
        self.chips = {Slot.LOCAL: card, Slot.SAM: module}
        self.said: list[tuple[Slot, str]] = []
        self.shown: list[str] = []
        for chip in filter(None, self.chips.values()):
            chip.power_on()

    def perform(self, effect: Any) -> Any:
        match effect:
            case Transmit():
                self.said.append((effect.slot, effect.apdu.hex().upper()))
                chip = self.chips[effect.slot]
                return chip.transmit(effect.apdu) if chip else NO_CARD
            case ReadAtr():
                return self.chips[effect.slot].atr
            case Show():
                self.shown.append(effect.en)
        return None


class ScriptedCard:
    """The card of the worked example, as far as an EXTERNAL AUTHENTICATE goes."""

    atr = VECTOR_ATR

    def __init__(self) -> None:
        self.challenges = iter((ORIGINAL, CHALLENGE))

    def power_on(self) -> bytes:
        return self.atr

    def transmit(self, apdu: bytes) -> bytes:
        return bytes.fromhex(next(self.challenges) + "9000") if apdu[1] == 0x84 else bytes.fromhex("63C2")


def issued(city: str = JINAN, cipher: Cipher = Cipher.TRIPLE_DES) -> Issued:
    return Issued(bytes(16), city, 2, cipher, "A12345674")


def proven(desk: Desk, site: Site, key: Any = READ_HOLDER, card: Issued | None = None) -> TerminalCode | None:
    return drive(prove(Transaction("x", site), key, card or issued()), desk.perform)


@pytest.mark.parametrize(
    ("cipher", "area", "proof"),
    [
        (Cipher.TRIPLE_DES, "370100", "ADD075207E46FB87"),
        (Cipher.TRIPLE_DES, "37", "ADD075207E46FB87"),
        (Cipher.TRIPLE_DES, "", "ADD075207E46FB87"),
        (Cipher.SM4, "370100", "EC2A6F866A00B87E"),
    ],
)
def test_the_worked_example_is_sent_byte_for_byte(
    site: Callable[..., Site], cipher: Cipher, area: str, proof: str
) -> None:
    desk = Desk(ScriptedCard(), psam(area))
    refused = proven(desk, site(), card=issued(cipher=cipher))
    assert desk.said[-1] == (Slot.LOCAL, f"0082000A10{proof}{ORIGINAL}")
    assert refused
    assert (refused.code, refused.en) == ("-25538", "external authentication failed, 2 tries left")


def test_a_module_hears_the_factors_that_its_area_leaves_open(site: Callable[..., Site]) -> None:
    asked = {}
    for area in ("370100", "37", ""):
        desk = Desk(ScriptedCard(), psam(area))
        proven(desk, site())
        asked[area] = next(apdu for slot, apdu in desk.said if slot is Slot.SAM and apdu.startswith("BFDE"))
    card, city, province = "8660240601000001", b"370100sx".hex().upper(), b"370000sh".hex().upper()
    assert asked == {
        "370100": f"BFDE270A10{card}{CHALLENGE}",
        "37": f"BFDE470A18{card}{city}{CHALLENGE}",
        "": f"BFDE670A20{card}{city}{province}{CHALLENGE}",
    }


@pytest.mark.rule("RG07")
@pytest.mark.parametrize("cipher", ["3des", "sm4"])
@pytest.mark.parametrize("area", ["370100", "37", ""])
def test_a_real_card_of_each_cipher_accepts_each_level(site: Callable[..., Site], cipher: Any, area: str) -> None:
    people = Population(1, 10, (CardProfile(name="x", city=JINAN, generation=3, weight=1, algorithm=cipher),))
    desk = Desk(people.card(3), psam(area))
    desk.chips[Slot.LOCAL].transmit(SELECT_SSSE)
    number = Cipher.SM4 if cipher == "sm4" else Cipher.TRIPLE_DES
    assert proven(desk, site(), card=issued(cipher=number)) is None
    assert desk.shown == (["SM4 authentication: our own stand-in"] if cipher == "sm4" else [])


@pytest.mark.parametrize(
    ("module", "key", "card", "code", "words"),
    [
        (None, READ_HOLDER, issued(), "-2201", "no PSAM answers: the key RKSSSE is missing"),
        (None, READ_MEDICAL, issued(), "-2201", "no PSAM answers: the key RK-DF04 is missing"),
        (
            psam("37", algorithms=frozenset({"3des"})),
            READ_HOLDER,
            issued(cipher=Cipher.SM4),
            "-2202",
            "the PSAM does not know the card's cipher: the key RKSSSE is missing",
        ),
        (
            psam("37"),
            READ_HOLDER,
            issued(cipher=Cipher.SSF33),
            "-2202",
            "the PSAM does not know the card's cipher: the key RKSSSE is missing",
        ),
        (
            psam("37", lacks=frozenset({"RKSSSE"})),
            READ_HOLDER,
            issued(),
            "-2203",
            "the PSAM lacks the key: the key RKSSSE is missing",
        ),
        (
            psam(JINAN),
            READ_MEDICAL,
            issued("379900"),
            "-24",
            "the PSAM's keys are not of a high enough level: the key RK-DF04 is missing",
        ),
        (
            psam(QINGDAO),
            READ_HOLDER,
            issued(),
            "-24",
            "the PSAM's keys are not of a high enough level: the key RKSSSE is missing",
        ),
        (
            psam("41"),
            UNBLOCK_PIN,
            issued(),
            "-24",
            "the PSAM's keys are not of a high enough level: the key PUK is missing",
        ),
    ],
)
def test_what_a_module_cannot_do_has_a_code_and_costs_the_card_nothing(
    site: Callable[..., Site], module: Any, key: Any, card: Issued, code: str, words: str
) -> None:
    desk = Desk(ScriptedCard(), module)
    refused = proven(desk, site(), key, card)
    assert refused
    assert (refused.code, refused.en) == (code, words)
    assert not [apdu for _, apdu in desk.said if apdu.startswith("0082")]


def test_a_module_that_refuses_the_level_is_said_so(site: Callable[..., Site]) -> None:
    class Module:
        def power_on(self) -> None: ...

        def transmit(self, apdu: bytes) -> bytes:
            return bytes.fromhex("3700000000019000" if apdu[1] == 0xB0 else "6985")

    refused = proven(Desk(ScriptedCard(), Module()), site())
    assert refused
    assert refused.code == "-24"


@pytest.mark.parametrize("silent_after", range(3))
def test_a_module_that_loses_its_power_is_no_module(site: Callable[..., Site], silent_after: int) -> None:
    desk = Desk(ScriptedCard(), psam("37"))
    perform, heard = desk.perform, iter(range(9))

    def performed(effect: Any) -> Any:
        gone = isinstance(effect, Transmit) and effect.slot is Slot.SAM and next(heard) >= silent_after
        return NO_CARD if gone else perform(effect)

    refused = drive(prove(Transaction("x", site()), READ_HOLDER, issued()), performed)
    assert refused
    assert refused.code == "-2201"


def test_nothing_is_proven_twice_in_one_call(site: Callable[..., Site]) -> None:
    desk = Desk(ScriptedCard(), psam(QINGDAO))
    proven(desk, site(), READ_MEDICAL)
    assert len([apdu for _, apdu in desk.said if apdu.startswith("0082")]) == 1


def test_the_factor_is_the_same_whichever_reader_says_the_atr() -> None:
    card = Population(1, 10, (CardProfile(name="x", city=JINAN, generation=3, weight=1),)).card(3)
    contact, contactless = (card_factor(card.atr_at(interface)) for interface in Interface)
    assert contact == contactless == card.atr_at(Interface.CONTACT)[-8:]


@pytest.mark.parametrize("atr", ["3BFF", "3B8F80", "3BF0"])
def test_half_an_atr_gives_no_factor_and_no_fault(atr: str) -> None:
    assert len(card_factor(bytes.fromhex(atr))) < sam.FACTOR_SIZE
