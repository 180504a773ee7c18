"""The file plans as data: which files each generation has, their elements, access and cells. No code but row-makers.

Sources: LD/T 32.6-2015 (data elements) as personalisation tools and readers in the field agree on it; the generation 1
plan lacks the name extension 4E, so that its record numbers shift by one from the sex onwards; generation 3 announces
its algorithm and wants RKSSSE before EF06. Ours, where nothing is public: the content of MF EF 0003, which one known
client reads, the words of the medical elements without a meaning here, the length of a cyclic record. An absent file is
answered with 6A82.
"""

from functools import cache

from cardsim.access import FREE, NEVER, PIN, Condition, all_of, any_of
from cardsim.coding import Coding
from cardsim.diversify import ALGORITHMS, AlgorithmName
from cardsim.files import MF, BinaryFile, CyclicFile, Directory, FileSystem, Item, Path, RecordFile, cell
from cardsim.social_security.key_plan import (
    DF01,
    DF04,
    READ_DF01,
    READ_DF04,
    READ_SSSE,
    SSSE,
    UPDATE_DF01,
    UPDATE_DF04,
    UPDATE_SSSE,
)
from cardsim.tlv import encode_ber

SSSE_PATH: Path = (MF, SSSE)
SM4_SINCE = 3  # generation

PIN_VALUE = cell(SSSE, 0x0000, 1)
PIN_TRIES = cell(SSSE, 0x0000, 2)  # and behind them how many locks were opened, for the policies that count
BLOCKED = cell(SSSE, 0x0000, 3)  # 01 after APPLICATION BLOCK
CHIP_DATA = cell(MF, 0x0003)
CHIP_DATA_LENGTH = 0x14

CN, AN, HEX = Coding.CN, Coding.AN, Coding.HEX

ISSUER_ITEMS = (  # EF05 发卡机构基本数据文件
    Item(0x01, 16, HEX, "卡的识别码"),
    Item(0x02, 1, AN, "卡的类别"),
    Item(0x03, 4, AN, "规范版本"),
    Item(0x04, 12, HEX, "初始化机构编号"),
    Item(0x05, 4, CN, "发卡日期"),
    Item(0x06, 4, CN, "卡有效期"),
    Item(0x07, 9, AN, "卡号"),
)
NAME_EXTENSION = Item(0x4E, 20, AN, "姓名扩展")
HOLDER_ITEMS = (  # EF06 持卡人基本数据文件, from generation 2 on
    Item(0x08, 18, AN, "社会保障号码"),
    Item(0x09, 30, AN, "姓名"),
    NAME_EXTENSION,
    Item(0x0A, 1, AN, "性别"),
    Item(0x0B, 1, CN, "民族"),
    Item(0x0C, 3, CN, "出生地"),
    Item(0x0D, 4, CN, "出生日期"),
)
RESIDENCE_ITEMS = (  # DF01 EF05; the tables give its tags and lengths, the meanings are read off their lengths
    Item(0x20, 2, AN, "户口性质"),
    Item(0x21, 80, AN, "户口所在地"),
    Item(0x0E, 3, CN, "户口所在地区划"),
)


def _medical(tag: int, length: int, coding: Coding) -> Item:
    return Item(tag, length, coding, f"医保数据元{tag:02X}")


MEDICAL_ITEMS = (  # DF04 EF05 医保基本信息
    _medical(0x81, 8, AN),
    Item(0x84, 3, CN, "参保地区划"),
    _medical(0x87, 17, AN),
    _medical(0x8C, 1, CN),
    _medical(0x80, 4, CN),
    _medical(0x8B, 29, AN),
    _medical(0x8A, 15, AN),
    *(_medical(tag, 9, AN) for tag in (0x83, 0x86, 0x89, 0x7D, 0x7E, 0x7F, 0x8D, 0x8E)),
    _medical(0x8F, 1, AN),
)
OFFLINE_ITEMS = (_medical(0x90, 1, AN), _medical(0x92, 4, CN), _medical(0x93, 2, AN))  # DF04 EF06 临时脱网结算

MF_NAME = b"1PAY.SYS.DDF01"
SSSE_NAME = "sx1.sh.社会保障".encode("gb2312")
DF01_NAME, DF04_NAME = bytes.fromhex("D15600000500"), bytes.fromhex("D15600000503")
SSSE_DIRECTORY_FILE = encode_ber(0x88, b"\x1e")  # SFI of the directory elementary file, as a real card announces it

ISSUER_KEY = any_of(UPDATE_SSSE.reference)
READER_KEY = any_of(READ_SSSE.reference)
PIN_ALONE = any_of(PIN)
OPEN_PUBLIC, WRITE_PUBLIC = any_of(PIN, READ_DF01.reference), any_of(UPDATE_DF01.reference)
OPEN_MEDICAL, WRITE_MEDICAL = any_of(PIN, READ_DF04.reference), any_of(UPDATE_DF04.reference)
WRITE_SETTLEMENT = all_of(PIN, UPDATE_DF04.reference)

BINARY_LENGTHS = {  # by directory and file
    (SSSE, 0xEF07): 0x300,
    (SSSE, 0xEF08): 0x1000,
    **{(DF01, fid): 0x128 for fid in range(0xEF16, 0xEF1B)},
}
RECORD_LENGTH, CONSTRUCTED_LENGTH = 0x40, 0x60  # of a cyclic record, with tag and length; ours


def _records(directory: int, fid: int, word: str, read: Condition, write: Condition, *items: Item) -> RecordFile:
    return RecordFile(fid, word, read, write, items, cell(directory, fid, 1))


def _binary(directory: int, fid: int, word: str, read: Condition, write: Condition) -> BinaryFile:
    return BinaryFile(fid, word, read, write, cell(directory, fid))


def _cyclic(fid: int, word: str, records: int, length: int, *, constructed: bool = False) -> CyclicFile:
    return CyclicFile(fid, word, OPEN_MEDICAL, WRITE_SETTLEMENT, records, length, constructed, cell(DF04, fid))


def _fci(name: bytes, proprietary: bytes = b"") -> bytes:
    """File control information: 6F, the DF name 84, and A5 where there is something to say (ISO 7816-4, 5.3.3)."""
    return encode_ber(0x6F, encode_ber(0x84, name) + (encode_ber(0xA5, proprietary) if proprietary else b""))


def _announced(generation: int, algorithm: AlgorithmName) -> bytes:
    """Return what the FCI of the SSSE says; generation 3 names its algorithm in 9F0C."""
    if generation < SM4_SINCE:
        return SSSE_DIRECTORY_FILE
    return SSSE_DIRECTORY_FILE + encode_ber(0x9F0C, encode_ber(0x86, ALGORITHMS[algorithm].identifier))


def _root() -> Directory:
    chip_data = BinaryFile(0x0003, "芯片数据", FREE, NEVER, CHIP_DATA)
    return Directory((MF,), MF_NAME, _fci(MF_NAME), (chip_data,))


def _social_security(generation: int, algorithm: AlgorithmName) -> Directory:
    holder = HOLDER_ITEMS if generation > 1 else tuple(item for item in HOLDER_ITEMS if item is not NAME_EXTENSION)
    read_holder = READER_KEY if generation >= SM4_SINCE else FREE
    return Directory(
        SSSE_PATH,
        SSSE_NAME,
        _fci(SSSE_NAME, _announced(generation, algorithm)),
        (
            _records(SSSE, 0xEF05, "发卡机构基本数据", FREE, ISSUER_KEY, *ISSUER_ITEMS),
            _records(SSSE, 0xEF06, "持卡人基本数据", read_holder, ISSUER_KEY, *holder),
            _binary(SSSE, 0xEF07, "指纹", READER_KEY, ISSUER_KEY),
            _binary(SSSE, 0xEF08, "照片", READER_KEY, ISSUER_KEY),
        ),
    )


def _public() -> Directory:
    return Directory(
        (*SSSE_PATH, DF01),
        DF01_NAME,
        _fci(DF01_NAME),
        (
            _records(DF01, 0xEF05, "户口数据", OPEN_PUBLIC, WRITE_PUBLIC, *RESIDENCE_ITEMS),
            *(_binary(DF01, fid, "自由数据", FREE, WRITE_PUBLIC) for fid in range(0xEF16, 0xEF1B)),
        ),
    )


def _medical_insurance() -> Directory:
    return Directory(
        (*SSSE_PATH, DF04),
        DF04_NAME,
        _fci(DF04_NAME),
        (
            _records(DF04, 0xEF05, "医保基本信息", OPEN_MEDICAL, WRITE_MEDICAL, *MEDICAL_ITEMS),
            _records(DF04, 0xEF06, "临时脱网结算", PIN_ALONE, WRITE_SETTLEMENT, *OFFLINE_ITEMS),
            _cyclic(0xEF08, "医疗交易明细", 10, RECORD_LENGTH),
            _cyclic(0xEF15, "特殊医疗结算", 8, CONSTRUCTED_LENGTH, constructed=True),
        ),
    )


@cache
def plan(generation: int, algorithm: AlgorithmName) -> FileSystem:
    """Return the files of a generation, 1 to 3."""
    return FileSystem((_root(), _social_security(generation, algorithm), _public(), _medical_insurance()))


PLANS = {1: plan(1, "3des"), 2: plan(2, "3des"), 3: plan(3, "sm4")}
