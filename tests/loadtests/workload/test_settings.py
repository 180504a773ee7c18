import enum
from typing import Annotated, Literal

import pytest
from msgspec import Meta

from loadtests.workload.settings import Row, SettingsError, convert, parse


class Colour(enum.StrEnum):
    RED = "red"
    GREEN = "green"


class Inner(Row):
    depth_s: Annotated[float, Meta(ge=0)] = 0.0
    kind: Literal["slow", "fast"] = "slow"
    colour: Colour = Colour.RED


class Outer(Row):
    title: str
    inner: Inner = Inner()
    rows: tuple[Inner, ...] = ()


REFUSED = (
    ('titel = "a"', "titel: unknown key; the nearest known one is title"),
    ('title = "a"\n[inner]\ndept_s = 1', "inner.dept_s: unknown key; the nearest known one is depth_s"),
    ('title = "a"\n[[rows]]\n[[rows]]\nkin = 1', "rows[1].kin: unknown key; the nearest known one is kind"),
    ('title = "a"\n[inner]\nkind = "fats"', "inner.kind: 'fats' is not known; the nearest of slow, fast is fast"),
    ('title = "a"\n[inner]\ncolour = "re"', "inner.colour: 're' is not known; the nearest of red, green is red"),
    ('title = "a"\n[inner]\ndepth_s = -1', "inner.depth_s: a number of at least 0 is expected"),
    ('title = "a"\nmood = 1', "mood: unknown key; known are title, inner, rows"),
    ("title = 1", "title: a text is expected, and a whole number stands here"),
    ("", "title: it is missing, and must be stated"),
)


@pytest.mark.parametrize(("text", "complaint"), REFUSED)
def test_what_a_file_may_not_say_is_named_with_its_key_and_the_nearest_known_one(text: str, complaint: str) -> None:
    with pytest.raises(SettingsError) as refused:
        convert(parse(text, "file.toml"), Outer, "file.toml")
    assert str(refused.value) == f"file.toml: {complaint}"


def test_a_file_that_is_no_toml_is_named_with_its_line() -> None:
    with pytest.raises(SettingsError, match=r"file\.toml: this is not TOML: .*line 2"):
        parse("a = 1\nb = ?\n", "file.toml")


def test_a_file_that_is_nested_too_deeply_is_refused() -> None:
    with pytest.raises(SettingsError, match="nested too deeply"):
        parse("a = " + "[" * 100_000, "file.toml")


def test_a_key_below_a_table_is_named_from_the_top() -> None:
    with pytest.raises(SettingsError, match=r"^f: at\.here\.depth_s: "):
        convert({"depth_s": "x"}, Inner, "f", "at.here")
