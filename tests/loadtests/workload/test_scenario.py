"""Scenarios: the shipped ones say where each figure comes from, and no text ever ends in more than one sentence."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from loadtests.workload.scenario import SHIPPED, Scenario, ScenarioError, load_scenario, names, read_scenario, unnamed
from loadtests.workload.scenario_rows import SOURCED, UNSOURCED, File
from loadtests.workload.shares import MISSING
from terminals.patients import Mix

ISSUE = {
    "smoke", "city-peak", "province-peak", "national-peak-hour", "monday-morning", "year-end-pharmacies", "spike",
    "soak", "breakpoint", "outage-and-recovery", "remote-heavy",
}  # fmt: skip
SHORTEST = 'title = "t"\nquestion = "q"\narrivals = "5/3s"\n'


def read(text: str, **more: Any) -> Scenario:
    return read_scenario(SHORTEST + text, "mine.toml", **more)


def test_the_scenarios_that_a_rehearsal_needs_are_shipped() -> None:
    assert set(names()) == ISSUE


@pytest.mark.parametrize("name", sorted(ISSUE))
def test_a_shipped_scenario_states_a_source_for_every_figure(name: str) -> None:
    scenario = load_scenario(name)
    assert scenario.name == name
    assert scenario.arrivals.expected > 0
    assert not [line for line in scenario.assumed if UNSOURCED in line]


@pytest.mark.parametrize("name", sorted(ISSUE))
def test_a_shipped_scenario_asks_its_question_in_both_languages(name: str) -> None:
    scenario = load_scenario(name)
    assert scenario.question.isascii()
    assert scenario.question_zh.endswith("？")


def test_the_national_peak_is_the_published_volume_over_a_service_day() -> None:
    national = load_scenario("national-peak-hour")
    assert (national.arrivals.expected, national.arrivals.duration_s) == (1200 * 600, 600)
    assert [str(one) for one in national.thresholds] == ["2102 p99 <= 50ms", "dropped count <= 0"]
    assert any(line.startswith("arrivals poisson:1200 (derived): ") for line in national.sources)


def test_monday_begins_with_a_storm_and_the_outage_is_not_measured() -> None:
    monday = load_scenario("monday-morning")
    assert (monday.sign_on, monday.storm_s) == ("storm", 120)
    [outage] = load_scenario("outage-and-recovery").faults
    assert (outage.kind, outage.measured, outage.settle_s) == ("outage", False, 20)


def test_every_share_of_a_mix_that_nobody_stated_is_assumed_by_its_name() -> None:
    scenario = read("[mix]\noutpatient = 0.4\ntap = { value = 0.2, source = 's', basis = 'observed' }\n")
    assert (scenario.mix.pharmacy, scenario.mix.tap, scenario.mix.remote) == (0.6, 0.2, Mix().remote)
    assert "mix.outpatient 0.4: no source is stated" in scenario.assumed
    assert "mix.tap 0.2 (observed): s" in scenario.sources
    [ours] = [line for line in scenario.assumed if line.startswith("mix remote")]
    assert "pharmacy" not in ours
    assert "tap" not in ours


def test_a_value_whose_basis_is_an_assumption_says_so_with_its_reason() -> None:
    scenario = read("drain_s = 5\n[slo]\np95_ms = { value = 9, source = 'a guess', basis = 'assumed' }\n")
    assert scenario.slo.p95_ms == 9
    assert "slo.p95_ms 9: a guess" in scenario.assumed
    assert any(line.startswith("slo p99_ms 3000") for line in scenario.assumed)


def test_a_fault_and_a_threshold_have_their_source_too() -> None:
    scenario = read(
        "thresholds = { value = ['2102 p99 <= 50ms'], source = 's', basis = 'spec' }\n"
        "[[faults]]\nkind = 'slow'\nat_s = 1\nfor_s = 2\ndelay_ms = 80\nsource = 'r'\nbasis = 'derived'\n"
        "[[faults]]\nkind = 'stall'\nat_s = 1\nfor_s = 1\n"
    )
    assert scenario.sources == (
        "thresholds 2102 p99 <= 50ms (spec): s",
        "faults slow (replies 80 ms later) from second 1 to 3 (derived): r",
    )
    assert "faults stall from second 1 to 2: no source is stated" in scenario.assumed


def test_what_does_not_exist_yet_is_said_not_to_be_tested() -> None:
    scenario = read("not_tested = ['the weather']\n")
    assert scenario.not_tested[0] == "the weather"
    assert {line.partition(":")[0] for line in scenario.not_tested[1:]} == set(MISSING)


def test_a_rate_on_the_command_line_is_a_scenario_without_a_name() -> None:
    scenario = unnamed("100", 30)
    assert (scenario.name, scenario.arrivals.expected) == ("", 3000)
    assert scenario.assumed[0] == "arrivals 100: asked for on the command line"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("tiltle = 'x'", "mine.toml: tiltle: unknown key; the nearest known one is title"),
        ("[mix]\nfarmacy = 1", "mine.toml: mix: 'farmacy' is no share of the mix; is 'pharmacy' meant"),
        ("[mix]\npharmacy = 2", "mine.toml: mix: pharmacy: a number of at most 1 is expected"),
        ("[mix]\nkiosk = 0.1", "mine.toml: mix: kiosk cannot be asked for: "),
        ("[mix]\nlines_max = 99", "mine.toml: mix.lines_max: a whole number of at most 20 is expected"),
        ("[slo]\np95 = 1", "mine.toml: slo.p95: unknown key; the nearest known one is p95_ms"),
        ("[slo]\np95_ms = { value = 1, soruce = 'x', basis = 'spec' }", "slo.p95_ms.soruce: unknown key; the nearest"),
        ("[slo]\np95_ms = { value = 1, source = 'x' }", "slo.p95_ms.basis: it is missing, and must be stated"),
        ("[slo]\np95_ms = { value = 1, source = 'x', basis = 'assume' }", "the nearest of spec, observed, derived"),
        ("[think]\ncard_s = 'long'", "mine.toml: think.card_s: a number is expected, and a text stands here"),
        ("thresholds = ['2102 pp <= 1ms']", "mine.toml: thresholds[0]: "),
        ("thresholds = ['2012 p99 <= 1ms']", "nothing is called '2012'; is '2102' meant?"),
        ("[[faults]]\nkind = 'stal'\nat_s = 0\nfor_s = 1", "mine.toml: faults[0].kind: 'stal' is not known"),
        ("[[faults]]\nkind = 'slow'\nat_s = 0\nfor_s = 1", "mine.toml: faults[0]: slow needs delay_ms above 0"),
        ("[[faults]]\nkind = 'stall'\nat_s = 9000\nfor_s = 1", "mine.toml: faults: the fault stall from second 9000"),
        ("sign_on = { when = 'storm' }", "mine.toml: sign_on: a storm is"),
        ("[slo]\np95_ms = inf", "mine.toml: slo.p95_ms: a number of at most 600000 is expected"),
        ("[slo]\np99_ms = nan", "mine.toml: slo.p99_ms: a number above 0 is expected"),
        ("[slo]\nerror_share_max = inf", "mine.toml: slo.error_share_max: a number of at most 1 is expected"),
        ("[slo]\np95_ms = 3000\np99_ms = 1", "mine.toml: slo: p95_ms 3000 is above p99_ms 1"),
        ("terminals = 2", "mine.toml: terminals: a whole number of at least 6 is expected"),
        ("model = 'opened'", "mine.toml: model: 'opened' is not known; the nearest of open, closed is open"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_sentence(text: str, complaint: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        read(text)
    assert complaint in str(refused.value)
    assert "\n" not in str(refused.value)


def test_arrivals_that_are_none_are_refused_where_they_stand() -> None:
    with pytest.raises(ScenarioError, match=r"mine\.toml: arrivals: 'fast' is no rate"):
        read_scenario('title = "t"\nquestion = "q"\narrivals = "fast"\n', "mine.toml")


def test_a_scenario_that_is_not_there_is_named_with_the_nearest() -> None:
    with pytest.raises(ScenarioError, match="no scenario 'city_peak'; is city-peak meant"):
        load_scenario("city_peak")


def test_a_scenario_that_nothing_is_like_is_answered_with_the_list_alone() -> None:
    with pytest.raises(
        ScenarioError, match=r"no scenario 'nosuch'; all: breakpoint, city-peak, .*; or name a TOML file"
    ):
        load_scenario("nosuch")


def test_files_that_hold_no_scenario_are_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    (tmp_path / "long.toml").write_text("#" * 300_000)
    for name, complaint in (("binary.toml", "not UTF-8"), ("long.toml", "at most"), ("none.toml", "No such file")):
        with pytest.raises(ScenarioError, match=complaint):
            load_scenario(str(tmp_path / name))


def test_a_file_of_arrivals_is_looked_for_beside_the_scenario(tmp_path: Path) -> None:
    (tmp_path / "day.csv").write_text("hour,rate\n8,5\n9,6\n")
    text = 'title = "t"\nquestion = "q"\narrivals = "plan:day.csv*3600"\n'
    (tmp_path / "mine.toml").write_text(text)
    assert load_scenario(str(tmp_path / "mine.toml")).arrivals.expected > 0


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from((*File.__struct_fields__, *SOURCED, "other"))


def toml(value: Any) -> str:
    """Write a value as TOML; what TOML has not becomes text."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(key)} = {toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value) if isinstance(value, int | float) else quoted(str(value))


def quoted(text: str) -> str:
    return '"' + "".join(c if c.isalnum() and c.isascii() else f"\\u{ord(c) % 0xD800:04x}" for c in text) + '"'


def one_sentence(text: str) -> None:
    try:
        found: Scenario | str = read_scenario(text, "f.toml")
    except ScenarioError as error:
        found = str(error)
    assert isinstance(found, Scenario) or found.startswith("f.toml: ")


@given(table=st.dictionaries(KEYS, VALUES, max_size=5))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_table_is_a_scenario_or_one_sentence(table: dict[str, Any]) -> None:
    stated = {"title": "t", "question": "q", "arrivals": "5/3s"} | table
    text = "\n".join(f"{key} = {toml(value)}" for key, value in stated.items())
    tomllib.loads(text)  # the fuzzer itself writes TOML
    one_sentence(text)


@given(text=st.text(max_size=200))
@example("a." * 5000 + "b = 1")
@settings(deadline=None)
def test_any_text_is_a_scenario_or_one_sentence(text: str) -> None:
    one_sentence(text)


@given(data=st.data())
@settings(deadline=None, max_examples=60)
def test_a_shipped_scenario_with_a_part_cut_out_is_one_sentence(data: st.DataObject) -> None:
    text = (SHIPPED / f"{data.draw(st.sampled_from(sorted(ISSUE)))}.toml").read_text()
    begin, size = data.draw(st.integers(0, len(text))), data.draw(st.integers(1, 60))
    one_sentence(text[:begin] + text[begin + size :])
