"""Under which kind of clearing (clr_type) a settlement is reconciled: of each med_type one. Data, and one reading.

Both are code tables of the interface, which does not say how one follows from the other: the table goes by their names
and is `assumed`. Away from home the kind says how far away instead. What is settled is elsewhere.
"""

from collections.abc import Mapping
from typing import Final

CHRONIC: Final = "14"
PHARMACY: Final = "41"
OTHER: Final = "99"
"""其他: a med_type of which no kind of clearing has the name."""
CLEARING_TYPES: Final[Mapping[str, str]] = {
    "11": "11",  # 普通门诊: 门诊
    "1103": "99962",  # 癌症筛查: 门诊癌症筛查
    "12": "12",  # 门诊挂号
    "13": "13",  # 急诊
    "1301": "13",  # 急诊抢救
    "14": CHRONIC,  # 门诊慢特病
    "18": "18",  # 特药购药
    "21": "21",  # 住院, as the national baseline has it
    "2101": "21",  # 普通住院
    "2102": "27",  # 单病种住院
    "2105": "21",  # 康复治疗住院
    "2106": "9978",  # 生育平产: 普通生育住院
    "2107": "9978",  # 生育剖宫产
    "2109": "21",  # 新生儿抢救
    "21303": "99928",  # 精神病住院
    "22": "22",  # 外伤住院: 意外伤害住院
    "24": "21",  # 急诊转住院
    "28": "28",  # 日间手术
    "41": PHARMACY,  # 定点药店购药
    "51": "53",  # 生育门诊; clr_type 51 is 暂缓结算
    "52": "99940",  # 生育住院
    "71": "21",  # 家庭病床
    "9901": "15",  # 门诊两病
    "990101": "11",  # 门诊单病种
    "990103": "11",  # 新冠病毒核酸检测
    "9903": "1103",  # 意外伤害门诊
    "9904": "18",  # 大病特药
}
STAYS: Final = frozenset({"21", "22", "27", "28", "9978", "99928", "99940"})
"""Kinds of clearing at home that are stays in hospital."""
IN_PROVINCE: Final = "9909"
"""域内异地."""
BEYOND: Final = {CHRONIC: "9987", PHARMACY: "9974"}
"""域外异地门慢门特, 域外异地药店购药."""
BEYOND_STAY: Final = "99968"
BEYOND_OUTPATIENT: Final = "99963"
"""域外异地住院, 域外异地门诊."""


def clearing_type(med_type: str, home: str, there: str) -> str:
    """Return the clr_type of a settlement of somebody insured in city `home` who is treated in city `there`.

    The first two digits of a city's code are its province.

    >>> clearing_type("2101", "370100", "370100"), clearing_type("41", "370100", "370700")
    ('21', '9909')
    """
    at_home = CLEARING_TYPES.get(med_type, OTHER)
    if home == there:
        return at_home
    if home[:2] == there[:2]:
        return IN_PROVINCE
    return BEYOND.get(at_home) or (BEYOND_STAY if at_home in STAYS else BEYOND_OUTPATIENT)
