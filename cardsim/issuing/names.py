"""Names for people who do not exist: small lists of our own, all of it within GBK."""

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
GIVEN = {
    "1": "伟强磊军洋勇杰涛超明刚平辉鹏华飞波斌宇浩凯健俊帆帅旭宁龙林欢东峰建国志海金永新玉春文德山庆",
    "2": "芳娜敏静丽艳娟霞秀兰桂英玲萍红梅燕婷雪慧莹倩佳悦欣怡琳洁云莲真环爱妹香月莺媛瑞凡嘉琼勤珍贞",
}


def name(sex: str, draw: int) -> str:
    """Return a name of two or three characters from a random number of at least 32 bits; `sex` is "1" or "2"."""
    given = GIVEN[sex]
    draw, surname = divmod(draw, len(SURNAMES))
    draw, first = divmod(draw, len(given))
    draw, second = divmod(draw, len(given))
    return SURNAMES[surname] + given[first] + ("" if draw % 4 == 0 else given[second])
