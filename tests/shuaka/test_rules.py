import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from settlement.rulebook import RulebookError, read_rules
from shuaka.commands import app
from shuaka.rules import markdown

DOCS = Path(__file__).parents[2] / "docs" / "rules.md"


def asked(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["rules", *words])
    return done.exit_code, done.output


def test_every_rule_of_the_documents_is_listed_and_no_more_are_out_than_may_be() -> None:
    every = read_rules()
    assert len(every) == 208
    assert sum(rule.state == "out" for rule in every) <= 16


def test_a_city_shows_the_rules_that_its_document_states() -> None:
    code, said = asked("--city", "370800", "--json")
    assert code == 0
    assert {tuple(rule["cities"]) for rule in json.loads(said)} == {("370800",)}


def test_a_rule_for_a_machine_has_its_id_its_words_its_cities_its_state_and_its_test() -> None:
    rule = json.loads(asked("--json")[1])[0]
    assert set(rule) == {"id", "rule", "cities", "state", "test", "reason"}


def test_a_city_that_states_nothing_is_a_usage_error_that_names_those_that_do() -> None:
    code, said = asked("--city", "110000")
    assert code == 2
    assert "370100, 370700, 370800" in said.replace("\n", " ").replace("│", "")


def test_the_page_of_rules_is_what_the_command_prints() -> None:
    assert DOCS.read_text("utf-8") == markdown(read_rules())


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ('rule = "x"\ncities = ["370100"]\nstate = "out"', "says why"),
        ('rule = "x"\ncities = ["370100"]\nstate = "done"\nreason = "y"', "says why"),
        ('rule = "x"\ncities = ["370100"]\nstate = "out"\nreason = "y"\ntest = "z"', "proved by no test"),
        ('rule = "x"\ncities = []\nstate = "done"', "cities"),
        ('rule = "x"\ncities = ["370100"]\nstate = "maybe"', "maybe"),
        ("rule =", "rules.toml"),
    ],
)
def test_a_row_that_says_too_little_or_too_much_is_refused_by_name(tmp_path: Path, row: str, said: str) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(f"[XX01]\n{row}\n", "utf-8")
    with pytest.raises(RulebookError, match=said):
        read_rules(file)
