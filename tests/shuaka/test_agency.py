"""`shuaka admin file-elsewhere` and its like: what is asked of the agency, and what is told of its answer."""

from pathlib import Path
from typing import Any, ClassVar

import pytest
import typer

from settlement.wire.keys import NetworkKey
from shuaka import agency
from shuaka.compose import People, parse_people

RUN = Path("run")


class FakeEngine:
    """An engine that answers from data; `asked` is what it was asked to do."""

    answer: ClassVar[dict[str, Any]] = {"infcode": 0, "err_msg": "", "msgid": "M1", "output": {"place": "370700"}}
    asked: ClassVar[list[Any]] = []
    network_key = NetworkKey(bytes(16))

    def __init__(self, _data: Path) -> None:
        self.asked.clear()

    def people(self) -> People:
        return parse_people("1:1000")

    def operate(self, *asked: Any) -> dict[str, Any]:
        self.asked.append(asked)
        return self.answer


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> type[FakeEngine]:
    monkeypatch.setattr(agency, "Engine", FakeEngine)
    return FakeEngine


def test_a_filing_is_made_by_the_agency_of_the_persons_city(
    engine: type[FakeEngine], capsys: pytest.CaptureFixture[str]
) -> None:
    agency.file_elsewhere("370700", 7, agency.FilingKind.TEMPORARY, 6, RUN)
    [(name, city, fields)] = engine.asked
    assert (name, fields["psn_no"][:6]) == ("file-elsewhere", city)
    assert {key: fields[key] for key in ("place", "kind", "months")} == {
        "place": "370700", "kind": "TEMPORARY", "months": 6,
    }  # fmt: skip
    assert capsys.readouterr().out == "file-elsewhere: done, msgid M1\n  place 370700\n"


def test_a_filing_is_withdrawn_and_an_order_confirmed_for_the_same_person(engine: type[FakeEngine]) -> None:
    agency.withdraw_filing(7, RUN)
    [(name, city, whose)] = list(engine.asked)
    assert name == "withdraw-filing"
    agency.confirm_remote_order("R1", "P37010000001", 7, RUN)
    assert engine.asked == [
        ("confirm-remote-order", city, whose | {"fixmedins_code": "P37010000001", "mdtrt_regno": "R1"})
    ]


def test_a_refusal_is_told_as_the_engine_says(
    engine: type[FakeEngine], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(engine, "answer", {"infcode": -1, "err_msg": "[E3413] nothing is filed"})
    with pytest.raises(typer.Exit):
        agency.withdraw_filing(7, RUN)
    assert capsys.readouterr().err == "error: withdraw-filing: refused [E3413] nothing is filed\n"
