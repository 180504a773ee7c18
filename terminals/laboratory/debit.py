"""Checks of the debit application over contacts, and of a bank's view of it where the bank's test keys are ours."""

from typing import Final

from cardsim.pboc import TEST_MASTER_KEYS, parse_request, session_of
from terminals.kernel.command import SUCCESS, command
from terminals.kernel.data_objects import CDOL1, CDOL2, COUNTER, CRYPTOGRAM, CRYPTOGRAM_KIND, ISSUER_DATA
from terminals.kernel.debit_dialogue import AAC, ARQC, TC, generate_ac
from terminals.laboratory.check import ANY_CARD, Check, Group, Harm, Interfaces, Need, Run
from terminals.laboratory.commands import DEBIT_AID, MF_NAME, read_record, select_name, with_data
from terminals.laboratory.debit_dialogue import SAID, Begun, begin, cryptogram, options, read_all, said
from terminals.laboratory.effects import Steps, equal, shown, status, true
from terminals.laboratory.objects import elements
from terminals.laboratory.subject import Subject

DEBIT = Group("debit", "Debit application", "借记应用")

MANDATORY: Final = (0x5F24, 0x5A, 0x8C, 0x8D)
"""EMV Book 3, 7.2."""
PROOFS: Final = {0x40: (0x93, 0x8F), 0x20: (0x9F46, 0x8F), 0x10: (0x8E,)}
"""AIP byte 1: SDA, DDA, cardholder verification; the objects that each wants (EMV Book 3, 7.2)."""
COUNTERS: Final = {0x9F36: 2, 0x9F13: 2, 0x9F17: 1}
ISSUER_DATA_HEAD: Final = b"\x07"
"""Key index, version, four bytes of card verification results, algorithm (JR/T 0025.5)."""
NO_DATA: Final = 0x6A88
REFUSED: Final = 0x6985
APPROVED: Final = b"00"
NOBODY_ANSWERED: Final = b"Z3"


def _directory(_: Subject) -> Steps[None]:
    fci = yield from status("SELECT 1PAY.SYS.DDF01", select_name(MF_NAME))
    sfi = int.from_bytes(elements(fci).get(0x88, b""), "big")
    yield true("the directory's SFI (88) is 1 to 10", 1 <= sfi <= 10)  # noqa: PLR2004 - EMV Book 1, 12.2.3
    entry = elements((yield from status("record 1 of the directory", read_record(1, sfi))))
    yield equal("its application (4F)", DEBIT_AID.hex().upper(), entry.get(0x4F, b"").hex().upper())


def _selected(_: Subject) -> Steps[None]:
    found = elements((yield from status("SELECT the debit application", select_name(DEBIT_AID))))
    yield equal("DF name (84)", DEBIT_AID.hex().upper(), found.get(0x84, b"").hex().upper())
    yield true("a label (50)", found.get(0x50))


def _counters(_: Subject) -> Steps[None]:
    yield from status("SELECT the debit application", select_name(DEBIT_AID))
    for tag, size in COUNTERS.items():
        answer = yield from command(bytes.fromhex(f"80CA{tag:04X}00"))
        there = len(elements(answer.data).get(tag, b"")) == size
        yield true(f"GET DATA {tag:04X} is {size} bytes, or {shown(NO_DATA)}", there or answer.status == NO_DATA)
    unknown = yield from command(bytes.fromhex("80CA9FFF00"))
    yield true("an unknown tag is refused", unknown.status not in {0, SUCCESS})


def _records(_: Subject) -> Steps[None]:
    begun = yield from begin()
    yield true("the locator names records", begun.records)
    found = yield from read_all(begun)
    for tag in MANDATORY:
        yield true(f"{tag:04X} is in one of them", tag in found)
    for bit, tags in PROOFS.items():
        if begun.profile[:1] and begun.profile[0] & bit:
            yield true(f"what bit {bit:02X} of the profile announces is there", all(tag in found for tag in tags))


def _counted(_: Subject) -> Steps[None]:
    before = yield from counter()
    for more in (1, 2):
        yield from begin()
        after = yield from counter()
        yield equal(f"after {more} GET PROCESSING OPTIONS", f"{more} more", f"{after - before} more")


def counter() -> Steps[int]:
    """Select the application and read its transaction counter."""
    yield from status("SELECT the debit application", select_name(DEBIT_AID))
    data = yield from status("GET DATA 9F36", bytes.fromhex("80CA9F3600"))
    return int.from_bytes(elements(data).get(COUNTER, b""), "big")


def _order(_: Subject) -> Steps[None]:
    fci = yield from status("SELECT the debit application", select_name(DEBIT_AID))
    early = generate_ac(ARQC, bytes(29))
    yield from status("GENERATE AC before GET PROCESSING OPTIONS", early, REFUSED)
    yield from status("GET PROCESSING OPTIONS", options(fci))
    yield from status("GET PROCESSING OPTIONS again", options(fci), REFUSED)


def _requested(_subject: Subject) -> Steps[None]:
    _, _, given = yield from request()
    yield equal("cryptogram information (9F27)", "80", given.get(CRYPTOGRAM_KIND, b"").hex())
    yield equal("the cryptogram (9F26)", "8 bytes", f"{len(given.get(CRYPTOGRAM, b''))} bytes")
    yield true("issuer application data (9F10) begin with 07", given.get(ISSUER_DATA, b"")[:1] == ISSUER_DATA_HEAD)
    counted = yield from status("GET DATA 9F36", bytes.fromhex("80CA9F3600"))
    yield true("the counter is the card's", elements(counted).get(COUNTER) == given.get(COUNTER))


def request() -> Steps[tuple[Begun, dict[int, bytes], dict[int, bytes]]]:
    """Go as far as the first cryptogram: what began, what the records hold, what the card gave."""
    begun = yield from begin()
    found = yield from read_all(begun)
    data = yield from status("GENERATE AC, ARQC", generate_ac(ARQC, said(found.get(CDOL1, b""))))
    return begun, found, cryptogram(data)


def _alone(_subject: Subject) -> Steps[None]:
    _, found, _ = yield from request()
    answered = said(found.get(CDOL2, b""), {0x8A: NOBODY_ANSWERED})
    data = yield from status("GENERATE AC, no answer of the bank", generate_ac(TC, answered))
    yield equal("the card declines (9F27)", f"{AAC:02X}", cryptogram(data).get(CRYPTOGRAM_KIND, b"").hex())


def _with_bank(_subject: Subject) -> Steps[None]:
    begun, found, given = yield from request()
    asked = parse_request({**SAID, **given, 0x82: begun.profile})
    yield true("all elements that a bank wants", asked)
    assert asked is not None
    session = session_of(asked, TEST_MASTER_KEYS, *_account(found))
    yield true("the bank's test key makes the same cryptogram", session.made(asked))
    response = session.response(asked.cryptogram, APPROVED) + APPROVED
    yield from status("EXTERNAL AUTHENTICATE with the bank's answer", with_data("00820000", response))
    answered = said(found.get(CDOL2, b""), {0x8A: APPROVED})
    data = yield from status("GENERATE AC, approved", generate_ac(TC, answered))
    yield equal("the card approves (9F27)", f"{TC:02X}", cryptogram(data).get(CRYPTOGRAM_KIND, b"").hex())


def _another_bank(_subject: Subject) -> Steps[None]:
    _, found, _ = yield from request()
    yield from status(
        "EXTERNAL AUTHENTICATE with what no bank answers", with_data("00820000", bytes(8) + APPROVED), 0x6300
    )
    answered = said(found.get(CDOL2, b""), {0x8A: APPROVED})
    data = yield from status("GENERATE AC, approved", generate_ac(TC, answered))
    yield equal("the card declines (9F27)", f"{AAC:02X}", cryptogram(data).get(CRYPTOGRAM_KIND, b"").hex())


def _account(found: dict[int, bytes]) -> tuple[str, str]:
    return found.get(0x5A, b"").hex().rstrip("f"), found.get(0x5F34, b"\0").hex()


def _check(name: str, en: str, zh: str, basis: str, run: Run, harm: Harm = Harm.COUNTS, *needs: Need) -> Check:
    wanted = frozenset(needs)
    return Check(f"debit.{name}", DEBIT, en, zh, basis, run, harm, ANY_CARD, Interfaces.CONTACT, wanted, debit=True)


CHECKS = (
    _check("directory", "Payment system environment", "支付系统环境", "EMV Book 1, 12.2", _directory, Harm.NONE),
    _check("selected", "The application is found", "应用选择", "JR/T 0025.5; EMV Book 1, 11.3", _selected, Harm.NONE),
    _check("counters", "GET DATA", "取数据", "EMV Book 3, 6.5.7", _counters, Harm.NONE),
    _check("records", "Records and profile", "应用记录与交互特征", "EMV Book 3, 7.2, 10.2", _records),
    _check("counted", "Transactions are counted", "应用交易计数器", "JR/T 0025.5; EMV Book 3, 6.5.8", _counted),
    _check("order", "Order of the commands", "命令顺序", "EMV Book 3, 6.5.5, 6.5.8", _order),
    _check("requested", "The first cryptogram", "首次应用密文", "EMV Book 3, 6.5.5", _requested),
    _check("alone", "No answer of the bank", "发卡行无应答", "EMV Book 3, 10.11", _alone),
    _check("bank", "The bank's answer", "发卡行认证", "JR/T 0025.5, 0025.7", _with_bank, Harm.COUNTS, Need.BANK_KEYS),
    _check("forged", "An answer of no bank", "伪造发卡行应答", "JR/T 0025.5", _another_bank, Harm.WRITES),
)
