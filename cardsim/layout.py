"""The file plans as data: which files each generation has, their elements, access and cells. No code but row-makers.

Sources: LD/T 32.6-2015 (data elements) as personalisation tools and readers in the field agree on it; the generation 1
plan lacks the name extension 4E, so that its record numbers shift by one from the sex onwards. MF EF 0003 is read
by one known client that nobody explains: its content here is ours. An absent file is answered with 6A82.
"""

from cardsim.coding import Coding
from cardsim.files import MF, Access, BinaryFile, Directory, FileSystem, Item, Path, RecordFile, cell
from cardsim.tlv import encode_ber

SSSE = 0xDDF1
DF01 = 0xDF01
SSSE_PATH: Path = (MF, SSSE)

PIN_VALUE = cell(SSSE, 0x0000, 1)
PIN_TRIES = cell(SSSE, 0x0000, 2)
CHIP_DATA = cell(MF, 0x0003)
CHIP_DATA_LENGTH = 0x14
FREE_DATA = cell(DF01, 0xEF16)
FREE_DATA_LENGTH = 0x128

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
HOLDER_ITEMS = (  # EF06 持卡人基本数据文件, generation 2
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


def _records(directory: int, fid: int, word: str, read: Access, items: tuple[Item, ...]) -> RecordFile:
    return RecordFile(fid, word, read, items, cell(directory, fid, 1))


def _fci(name: bytes, proprietary: bytes = b"") -> bytes:
    """File control information: 6F, the DF name 84, and A5 where there is something to say (ISO 7816-4, 5.3.3)."""
    return encode_ber(0x6F, encode_ber(0x84, name) + (encode_ber(0xA5, proprietary) if proprietary else b""))


MF_NAME = b"1PAY.SYS.DDF01"
SSSE_NAME = "sx1.sh.社会保障".encode("gb2312")
DF01_NAME = bytes.fromhex("D15600000500")
SSSE_DIRECTORY_FILE = encode_ber(0x88, b"\x1e")  # SFI of the directory elementary file, as a real card announces it


def _plan(holder_items: tuple[Item, ...]) -> FileSystem:
    return FileSystem(
        (
            Directory((MF,), MF_NAME, _fci(MF_NAME), (BinaryFile(0x0003, "芯片数据", Access.FREE, CHIP_DATA),)),
            Directory(
                SSSE_PATH,
                SSSE_NAME,
                _fci(SSSE_NAME, SSSE_DIRECTORY_FILE),
                (
                    _records(SSSE, 0xEF05, "发卡机构基本数据", Access.FREE, ISSUER_ITEMS),
                    _records(SSSE, 0xEF06, "持卡人基本数据", Access.FREE, holder_items),
                ),
            ),
            Directory(
                (*SSSE_PATH, DF01),
                DF01_NAME,
                _fci(DF01_NAME),
                (
                    _records(DF01, 0xEF05, "户口数据", Access.PIN, RESIDENCE_ITEMS),
                    BinaryFile(0xEF16, "自由数据", Access.FREE, FREE_DATA),
                ),
            ),
        )
    )


PLANS = {
    1: _plan(tuple(item for item in HOLDER_ITEMS if item is not NAME_EXTENSION)),
    2: _plan(HOLDER_ITEMS),
}
