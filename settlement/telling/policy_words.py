"""What the codes of a policy are called, in English and Chinese; a code that is not here is its own name.

The Chinese names are those of the interface's dictionaries.
"""

from typing import Final

Words = dict[str, tuple[str, str]]

INSUTYPES: Final[Words] = {
    "310": ("employees", "职工基本医疗保险"),
    "390": ("residents", "城乡居民基本医疗保险"),
    "340": ("retired cadres", "离休人员医疗保障"),
    "350": ("disabled soldiers", "一至六级残废军人医疗补助"),
    "510": ("maternity", "生育保险"),
}
PSN_TYPES: Final[Words] = {
    "11": ("working", "在职"),
    "12": ("retired", "退休"),
    "13": ("retired cadre", "离休"),
    "1402": ("pre-school child", "学龄前儿童"),
    "1403": ("pupil", "中小学生"),
    "1404": ("student", "大学生"),
    "15": ("adult resident", "居民（成年）"),
    "16": ("elderly resident", "居民（老年）"),
}
MED_TYPES: Final[Words] = {
    "11": ("outpatient", "普通门诊"),
    "13": ("emergency", "急诊"),
    "14": ("chronic and special outpatient", "门诊慢特病"),
    "18": ("special drugs", "特药购药"),
    "21": ("inpatient", "住院"),
    "2101": ("inpatient", "普通住院"),
    "2102": ("inpatient, one disease", "单病种住院"),
    "2105": ("inpatient, rehabilitation", "康复治疗住院"),
    "22": ("inpatient, injury", "外伤住院"),
    "28": ("day surgery", "日间手术"),
    "41": ("pharmacy", "定点药店购药"),
    "51": ("maternity outpatient", "生育门诊"),
    "52": ("maternity inpatient", "生育住院"),
    "9901": ("outpatient, two diseases", "门诊两病"),
}
ROUTES: Final[Words] = {
    "local": ("at home", "本地"),
    "filed": ("elsewhere, filed", "异地备案"),
    "referred": ("elsewhere, referred", "转诊"),
    "emergency": ("elsewhere, in an emergency", "异地急诊抢救"),
    "unfiled": ("elsewhere, not filed", "异地未备案"),
}
LEVELS: Final[Words] = {
    "0": ("pharmacy", "药店"),
    "1": ("level 1", "一级及以下"),
    "2": ("level 2", "二级"),
    "3": ("level 3", "三级"),
    "any": ("any", "不分级别"),
}
FUNDS: Final[Words] = {
    "310100": ("employees' pool", "城镇职工基本医疗保险统筹基金"),
    "310102": ("employees' outpatient pool", "职工门诊统筹基金"),
    "310200": ("personal account", "个人账户"),
    "390100": ("residents' pool", "城乡居民基本医疗保险基金"),
    "390102": ("residents' outpatient pool", "居民门诊统筹基金"),
    "320100": ("civil servants' supplement", "公务员医疗补助基金"),
    "330100": ("large amounts", "大额医疗费用补助基金"),
    "370100": ("enterprise supplement", "企业补充医疗保险基金"),
    "390200": ("serious illness", "城乡居民大病医疗保险基金"),
    "610100": ("medical aid", "医疗救助基金"),
    "350100": ("disabled soldiers", "一至六级残疾军人医疗补助基金"),
    "340100": ("retired cadres", "离休人员医疗保障基金"),
    "999997": ("another fund", "其他基金"),
}
STANDINGS: Final[Words] = {
    "": ("everybody", "全体参保人"),
    "civil-servant": ("civil servants", "公务员"),
    "enterprise": ("members of an enterprise scheme", "企业补充医疗保险参保人"),
    "aided": ("people with medical aid", "医疗救助对象"),
}


def both(words: Words, code: str) -> str:
    """Return both names of a code, Chinese first, as an official table has them.

    >>> both(LEVELS, "3"), both(LEVELS, "9")
    ('三级 level 3', '9')
    """
    english, chinese = words.get(code, (code, ""))
    return f"{chinese} {english}".strip()
