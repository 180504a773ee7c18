"""`shuaka card present` up to the virtual reader; what a real PC/SC service sees of it stands in tests/system."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cardsim import vpcd
from cardsim.faults import CardUnplugged
from cardsim.presentable import Presentable
from shuaka.card import app

SELECT = bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")
WRONG_PIN = bytes.fromhex("0020000003000000")
GENERATION_3 = "1"
Use = Callable[[Mapping[int, Presentable]], None]
Present = Callable[..., Result]


@pytest.fixture
def presented(monkeypatch: pytest.MonkeyPatch) -> Present:
    """`shuaka card present` into a reader that `use` stands for."""

    def run(use: Use, *arguments: object) -> Result:
        def present(chips: Mapping[int, Presentable], _host: str, connected: Callable[[], None]) -> None:
            connected()
            use({port - vpcd.PORT: chip for port, chip in chips.items()})

        monkeypatch.setattr(vpcd, "present", present)
        return CliRunner().invoke(app, ["present", *map(str, arguments)])

    return run


def spend_a_try(chip: Presentable) -> bytes:
    chip.power_on()
    chip.transmit(SELECT)
    return chip.transmit(WRONG_PIN)


def test_each_card_says_in_which_slot_it_is(presented: Present) -> None:
    done = presented(lambda _: None, 8, f"{GENERATION_3}@contactless")
    assert done.exit_code == 0, done.output
    assert f"card 8 is in slot 0 of vpcd at 127.0.0.1:{vpcd.PORT};" in done.output
    assert f"card 1@contactless is in slot 1 of vpcd at 127.0.0.1:{vpcd.PORT + 1};" in done.output


def test_one_card_in_two_slots_is_one_chip_at_both_interfaces(presented: Present) -> None:
    answers: list[bytes] = []

    def use(slots: Mapping[int, Presentable]) -> None:
        assert slots[0].atr != slots[1].atr
        answers.extend(spend_a_try(slots[slot]) for slot in (1, 0))

    assert presented(use, GENERATION_3, f"{GENERATION_3}@contactless").exit_code == 0
    assert answers == [b"\x63\xc5", b"\x63\xc4"]


def test_a_card_is_kept_for_the_next_time_also_after_ctrl_c(presented: Present, tmp_path: Path) -> None:
    answers: list[bytes] = []

    def use(slots: Mapping[int, Presentable]) -> None:
        answers.append(spend_a_try(slots[0]))
        raise KeyboardInterrupt

    for _ in range(2):
        assert presented(use, 0, "--cards", tmp_path / "cards").exit_code == 0
    assert presented(use, 0).exit_code == 0
    assert answers == [b"\x63\xc5", b"\x63\xc4", b"\x63\xc5"]


def test_a_card_breaks_as_the_file_says(presented: Present, tmp_path: Path) -> None:
    file = tmp_path / "faults.json"
    file.write_text('[{"type": "unplug", "apdu": 2}]')

    def use(slots: Mapping[int, Presentable]) -> None:
        with pytest.raises(CardUnplugged):
            spend_a_try(slots[0])

    assert presented(use, 0, "--fault", file).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (("0", "0"), 2, "one slot only"),
        (("0@contactless",), 2, "no antenna"),
        (("0", "--contactless"), 2, "no antenna"),
        (("0@tap",), 2, "neither an INDEX"),
        (("1000000",), 2, "there is no card 1000000"),
        (("0", "1", "3"), 2, "too many"),
        (("0", "--slot", "1", "3"), 2, "too many"),
        (("0", "--fault", "/no/such/file"), 2, "No such file"),
        (("0", "--cards", __file__), 2, "no file of chips"),
    ],
)
def test_what_cannot_be_presented_is_said(
    presented: Present, arguments: tuple[str, ...], code: int, complaint: str
) -> None:
    done = presented(lambda _: None, *arguments)
    assert (done.exit_code, complaint in done.output) == (code, True), done.output


def test_a_slot_that_is_taken_is_said_and_nothing_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def present(*_: object) -> None:
        raise vpcd.SlotTakenError("the slot at 127.0.0.1:35963 is taken: another card is in it")

    monkeypatch.setattr(vpcd, "present", present)
    done = CliRunner().invoke(app, ["present", "3"])
    assert (done.exit_code, "is taken" in done.stderr, "nstall" in done.stderr) == (1, True, False)
