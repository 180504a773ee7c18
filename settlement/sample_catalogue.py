"""A synthetic catalogue, made from a seed: items that are nobody's, as the CSV that a city imports.

No code, name or price is a real one: the codes have the lengths of the national ones in groups that the national
catalogue does not use (X99, ZX99, 0099, C99), every name begins with 示例 (example). Chance is an argument; whoever
calls writes the file.
"""

from collections.abc import Iterator, Mapping
from random import Random
from typing import Final, NamedTuple

from settlement.engine.rules.money import yuan

ABOUT: Final = "synthetic items, none of them real; codes in groups that the national catalogue does not use"
HEADER: Final = (
    "med_list_codg,name,med_chrgitm_type,chrgitm_lv,selfpay_prop,"
    "pric_uplmt_amt,pric_uplmt_amt_1,pric_uplmt_amt_2,pric_uplmt_amt_3,lmt_used_flag,begndate,enddate"
)
FIRST_DAY: Final = "20230101"
CHANGE_DAYS: Final = (("20251231", "20260101"), ("20260630", "20260701"))
"""Last day of the old figures, first day of the new ones."""
ENDED: Final = "20241231"


class Group(NamedTuple):
    """A kind of item: its share of the whole, what codes and names are made of, and how often it is A, B or C."""

    per_thousand: int
    code: str
    subjects: Mapping[str, str]
    """Words that names begin with, each with its med_chrgitm_type."""
    forms: tuple[str, ...]
    sizes: tuple[str, ...]
    classes: tuple[int, int, int]
    prices: tuple[int, int]
    """Cheapest and dearest limit, in yuan."""


GROUPS: Final = (
    Group(
        470,
        "XX99X{letter}{group:03}A0010101{serial:06}",
        dict.fromkeys(
            [
                "降压",
                "降糖",
                "调脂",
                "抗凝",
                "抗菌",
                "镇痛",
                "止咳",
                "平喘",
                "抗酸",
                "止泻",
                "抗敏",
                "安眠",
                "补钙",
                "靶向",
                "眼用",
                "激素",
            ],
            "09",
        ),
        ("片", "胶囊", "缓释片", "颗粒", "注射液", "粉针", "滴剂", "乳膏", "吸入剂", "口服液"),
        ("5mg×28", "10mg×14", "20mg×7", "50mg×30", "0.1g×24", "0.25g×20", "0.5g×60", "2ml×10", "10g×9"),
        (45, 45, 10),
        (3, 900),
    ),
    Group(
        220,
        "ZX99XX{letter}{group:03}0101{serial:06}",
        dict.fromkeys(
            ["清热", "活血", "安神", "益气", "滋阴", "健脾", "祛湿", "止咳", "通络", "明目", "温经", "消食"], "11"
        ),
        ("丸", "颗粒", "口服液", "胶囊", "滴丸", "糖浆", "膏", "片"),
        ("3g×10", "5g×15", "10g×20", "0.3g×36", "10ml×12", "20ml×6", "100ml"),
        (40, 45, 15),
        (8, 160),
    ),
    Group(
        210,
        "0099{group:05}100000-99{serial:07}",
        {
            "诊查": "02",
            **dict.fromkeys(["超声", "断层扫描", "磁共振", "内镜"], "03"),
            **dict.fromkeys(["血液检验", "尿液检验", "生化检验"], "04"),
            **dict.fromkeys(["理疗", "注射", "换药", "康复"], "05"),
            "缝合": "06",
            "护理": "07",
        },
        ("常规", "单项", "全套", "加急", "复查", "床旁"),
        ("每次", "每部位", "每小时", "每日"),
        (50, 35, 15),
        (5, 600),
    ),
    Group(
        100,
        "C99{group:04}{serial:010}9999990000",
        dict.fromkeys(["导管", "敷料", "缝线", "留置针", "支架", "骨钉", "导丝", "补片", "采血管", "输液器"], "08"),
        ("普通型", "加强型", "可吸收型", "带涂层"),
        ("小号", "中号", "大号"),
        (30, 50, 20),
        (2, 4000),
    ),
)
FIRST_SHARES: Final = ("0.05", "0.1", "0.1", "0.15", "0.2", "0.3", "0.4")


def whole_file(count: int, chance: Random) -> Iterator[str]:
    """Yield the lines of a catalogue file of `count` codes; the same chance gives the same file."""
    yield f"# about: {ABOUT}"
    yield "# source: ours, made from a seed"
    yield "# basis: assumed"
    yield HEADER
    yield from rows(count, chance)


def rows(count: int, chance: Random) -> Iterator[str]:
    """Yield the rows of `count` codes; one that changes its figures has two."""
    shares = [count * group.per_thousand // 1000 for group in GROUPS]
    shares[0] += count - sum(shares)
    for group, share in zip(GROUPS, shares, strict=True):
        for serial in range(1, share + 1):
            yield from _item(group, serial, chance)


def _item(group: Group, serial: int, chance: Random) -> Iterator[str]:
    number, (subject, kind) = chance.choice(list(enumerate(group.subjects.items(), start=1)))
    form = chance.choice(group.forms)
    code = group.code.format(letter=chr(ord("A") + number % 26), group=number, serial=serial)
    name = f"示例{subject}{form}{serial:04} {chance.choice(group.sizes)}"
    head = f"{code},{name},{kind}"
    (lv,) = chance.choices(("01", "02", "03"), group.classes)
    share = chance.choice(FIRST_SHARES) if lv == "02" else ""
    limits = _limits(group, chance) if lv != "03" and chance.random() < 0.4 else ",,,"  # noqa: PLR2004 - two items in five have one
    limited = "1" if lv == "02" and chance.random() < 0.05 else ""  # noqa: PLR2004 - one of twenty
    fate = chance.random()
    if fate < 0.01:  # noqa: PLR2004 - of a hundred items one has ended
        yield f"{head},{lv},{share},{limits},{limited},{FIRST_DAY},{ENDED}"
    elif fate < 0.04 and lv == "02":  # noqa: PLR2004 - and three of class B change: to class A, from one day to the next
        last, first = chance.choice(CHANGE_DAYS)
        yield f"{head},{lv},{share},{limits},{limited},{FIRST_DAY},{last}"
        yield f"{head},01,,{limits},,{first},"
    else:
        yield f"{head},{lv},{share},{limits},{limited},{FIRST_DAY},"


def _limits(group: Group, chance: Random) -> str:
    """Return a limit for all, or one that rises by a tenth from level to level."""
    low, high = group.prices
    fen = int(100 * low * (high / low) ** chance.random())
    if chance.random() < 0.5:  # noqa: PLR2004 - half of the limits are one for all levels
        return f"{yuan(fen)},,,"
    return ",".join([yuan(fen), *(yuan(fen * (100 + 10 * step) // 100) for step in range(3))])
