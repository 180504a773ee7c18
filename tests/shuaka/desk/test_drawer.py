import subprocess
import sys
from pathlib import Path

import pytest

from cardsim.social_security.layout import PIN_TRIES
from shuaka.compose import population
from shuaka.desk import chips
from shuaka.desk.chips import ChipsError, Kept
from shuaka.desk.drawer import Drawer, opened

WRONG_PIN = bytes.fromhex("0020000003999999")
SELECT = bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")


def offer_a_wrong_pin(drawer: Drawer, index: int) -> bytes:
    card = drawer.card(index)
    card.power_on()
    card.transmit(SELECT)
    return card.transmit(WRONG_PIN)


def test_a_run_begins_with_the_cards_as_the_last_one_left_them(tmp_path: Path) -> None:
    file = tmp_path / "chips"
    first = Drawer(population(), file)
    assert offer_a_wrong_pin(first, 0).hex() == "63c5"
    first.put_back()
    assert offer_a_wrong_pin(Drawer(population(), file), 0).hex() == "63c4"


def test_cards_of_earlier_runs_stay_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "chips"
    for index in (0, 1):
        drawer = Drawer(population(), file)
        offer_a_wrong_pin(drawer, index)
        drawer.put_back()
    assert offer_a_wrong_pin(Drawer(population(), file), 0).hex() == "63c4"


def test_without_a_file_every_card_is_fresh() -> None:
    for _ in range(2):
        drawer = Drawer(population(), None)
        assert offer_a_wrong_pin(drawer, 0).hex() == "63c5"
        drawer.put_back()


def test_the_same_card_is_given_again() -> None:
    drawer = Drawer(population(), None)
    assert drawer.card(0) is drawer.card(0)


def test_the_cards_of_another_population_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "chips"
    Drawer(population(), file).put_back()
    with pytest.raises(ChipsError, match="population 1:1000000"):
        Drawer(population(seed=2), file)


DAMAGED = {
    "a counter above its most": (0, PIN_TRIES.to_bytes(8, "big") + b"\0\2\xff\0"),
    "a cell that no card has": (0, bytes(7) + b"\x09\0\1\0"),
    "an image that ends early": (0, b"\0"),
    "a card of nobody's": (1_000_000, b"\0"),
}


def test_a_reissued_card_is_another_one_and_stays_so_in_the_next_run(tmp_path: Path) -> None:
    file = tmp_path / "chips"
    first = Drawer(population(), file)
    assert offer_a_wrong_pin(first, 0).hex() == "63c5"
    old = first.card(0)
    new = first.card(0, issue=2)
    assert new.atr != old.atr
    assert first.card(0) is new
    first.put_back()
    later = Drawer(population(), file)
    assert later.card(0).atr == new.atr
    assert offer_a_wrong_pin(later, 0).hex() == "63c5"


def test_a_card_that_nobody_can_have_is_a_damaged_file(tmp_path: Path) -> None:
    file = tmp_path / "chips"
    chips.save(file, 1, 1_000_000, {3: Kept(29, b"")})
    with pytest.raises(ChipsError, match=r"is damaged at card 3: .* 1 to 28 cards"):
        Drawer(population(), file)


@pytest.mark.parametrize(("index", "image"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_refused_before_the_run_with_the_card_that_is_damaged(
    tmp_path: Path, index: int, image: bytes
) -> None:
    file = tmp_path / "chips"
    chips.save(file, 1, 1_000_000, {index: Kept(1, image)})
    with pytest.raises(ChipsError, match=f"is damaged at card {index}: "):
        Drawer(population(), file)


def mark_of(file: Path) -> Path:
    return file.with_name(f"{file.name}.in-use")


def test_cards_are_put_back_on_every_way_out(tmp_path: Path) -> None:
    file = tmp_path / "chips"

    def end_by(way_out: type[BaseException]) -> None:
        with opened(population(), file) as drawer:
            offer_a_wrong_pin(drawer, 0)
            raise way_out

    for way_out in (KeyboardInterrupt, OSError, SystemExit):
        with pytest.raises(way_out):
            end_by(way_out)
    with opened(population(), file) as drawer:
        assert offer_a_wrong_pin(drawer, 0).hex() == "63c2"
    assert not mark_of(file).exists()


def test_cards_that_a_run_has_are_nobody_elses(tmp_path: Path) -> None:
    file = tmp_path / "chips"
    with (
        opened(population(), file),
        pytest.raises(ChipsError, match="in use by another run"),
        opened(population(), file),
    ):
        pass
    with opened(population(), file):
        pass


def test_a_run_that_was_killed_with_the_cards_is_noticed_by_the_next(tmp_path: Path) -> None:
    file = tmp_path / "chips"
    killed = (
        "import os, pathlib, sys; from shuaka.compose import population; from shuaka.desk.drawer import opened\n"
        "with opened(population(), pathlib.Path(sys.argv[1])): os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", killed, str(file)], check=False).returncode == -9
    with (
        pytest.raises(ChipsError, match=r"was killed and did not put them back.*delete .*chips\.in-use"),
        opened(population(), file),
    ):
        pass
    mark_of(file).unlink()
    with opened(population(), file):
        pass


def test_a_file_that_is_refused_leaves_no_mark(tmp_path: Path) -> None:
    file = tmp_path / "chips"
    file.write_bytes(b"no chips")
    with pytest.raises(ChipsError), opened(population(), file):
        pass
    assert not mark_of(file).exists()
