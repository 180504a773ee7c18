"""`shuaka clear`: what it asks of the engine, what it prints, and how it ends."""

from pathlib import Path
from typing import Any, ClassVar

import pytest
import typer

from shuaka import clear
from shuaka.engine import EngineError

FIELDS = ("city", "claim", "net_fen", "forward_fen", "reverse_fen")
CLAIMS = [
    dict(zip(FIELDS, claim, strict=True))
    for claim in (
        ("379900", "CLR:379900:370100", 7500, 9000, 1500),
        ("370100", "INST_MI:370100:P37010000001", -100, 0, 100),
        ("370100", "INST_BANK:370100:P37010000001", 123456789, 123456789, 0),
    )
]
PAIR = {"claim": "CLR:379900:370100", "owing_count": 2, "owing_fen": 7500, "owed_count": 1, "owed_fen": 7500}
DIFFERENCE = {
    "kind": "only the owing city", "claim": "CLR:379900:370100", "cause": "3799001", "undo": 0,
    "owing_fen": 7500, "owed_fen": 0,
}  # fmt: skip


class FakeEngine:
    """An engine that answers from data; `asked` is what it was asked to do."""

    answer: ClassVar[dict[str, Any]] = {"infcode": 0, "err_msg": "", "output": {"claims": 3}}
    differences: tuple[Any, ...] = ()
    asked: list[Any]

    def __init__(self, _data: Path) -> None:
        FakeEngine.asked = []

    def operate(self, *asked: Any) -> dict[str, Any]:
        self.asked.append(asked)
        return self.answer

    def clearing(self, month: int) -> dict[str, Any]:
        return {"month": month, "claims": CLAIMS, "prefunds": {"370100": 200_000_000}}

    def pairs(self, month: int) -> dict[str, Any]:
        return {"month": month, "pairs": [PAIR], "differences": list(self.differences)}


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> type[FakeEngine]:
    monkeypatch.setattr(clear, "Engine", FakeEngine)
    return FakeEngine


def test_a_month_is_cleared_and_told_per_pair_and_institution(
    engine: type[FakeEngine], capsys: pytest.CaptureFixture[str]
) -> None:
    clear.clear("2026-11", Path("run"))
    assert [asked[0::2] for asked in engine.asked] == [("clear-month", {"month": 202611})]
    said = capsys.readouterr().out
    assert said.startswith("clearing of 2026-11, yuan\n")
    for line in (
        "  379900 -> 370100                  90.00            15.00            75.00",
        "  370100 -> P37010000001             0.00             1.00            -1.00",
        "  370100 -> P37010000001     1,234,567.89             0.00     1,234,567.89",
        "  370100      2,000,000.00",
        "  379900 -> 370100       2 rows 75.00, 1 rows 75.00",
        "  equal, cause by cause",
    ):
        assert f"{line}\n" in said


def test_show_pays_nothing(engine: type[FakeEngine]) -> None:
    clear.clear("2026-11", Path("run"), show=True)
    assert engine.asked == []


def test_a_pair_that_differs_is_told_and_fails(
    engine: type[FakeEngine], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(engine, "differences", (DIFFERENCE,))
    with pytest.raises(typer.Exit) as ended:
        clear.clear("2026-11", Path("run"))
    assert ended.value.exit_code == 1
    assert "DIFFERENT 379900 -> 370100 3799001: only the owing city, 75.00 against 0.00" in capsys.readouterr().out


def test_a_month_that_is_refused_is_told_as_the_engine_says(
    engine: type[FakeEngine], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(engine, "answer", {"infcode": -1, "err_msg": "[E3501] the month is not over yet"})
    with pytest.raises(typer.Exit):
        clear.clear("2026-11", Path("run"))
    assert capsys.readouterr().err == "error: [E3501] the month is not over yet\n"


def test_no_engine_is_one_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def missing(_data: Path) -> None:
        raise EngineError("no engine here")

    monkeypatch.setattr(clear, "Engine", missing)
    with pytest.raises(typer.Exit):
        clear.clear("2026-11", Path("run"))
    assert capsys.readouterr().err == "error: no engine here\n"


@pytest.mark.parametrize("month", ["2026-13", "202611", "26-11", "2026-1", "november"])
def test_what_is_no_month_is_refused_with_the_form_to_write(engine: type[FakeEngine], month: str) -> None:
    with pytest.raises(typer.BadParameter, match="2026-11"):
        clear.clear(month, Path("run"))
