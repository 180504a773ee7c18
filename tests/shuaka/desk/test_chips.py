from pathlib import Path

import msgspec
import pytest

from shuaka.desk.chips import ChipsError, Kept, load, save

CHIPS = {3: Kept(1, b"image of three"), 900_000: Kept(2, b"")}


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "chips"
    save(path, 1, 1_000_000, CHIPS)
    assert load(path, 1, 1_000_000) == CHIPS


def test_without_a_file_no_chip_was_touched(tmp_path: Path) -> None:
    assert load(tmp_path / "none", 1, 10) == {}


def test_an_untouched_first_card_takes_no_room_and_a_reissued_one_does(tmp_path: Path) -> None:
    path = tmp_path / "chips"
    save(path, 1, 10, {1: Kept(), 2: Kept(1, b"x"), 3: Kept(2)})
    assert load(path, 1, 10) == {2: Kept(1, b"x"), 3: Kept(2)}


def test_saving_again_replaces_the_file_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "chips"
    save(path, 1, 10, {1: Kept(1, b"old")})
    save(path, 1, 10, {2: Kept(1, b"new")})
    assert load(path, 1, 10) == {2: Kept(1, b"new")}
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(("seed", "size"), [(2, 10), (1, 11)])
def test_chips_of_another_population_are_refused(tmp_path: Path, seed: int, size: int) -> None:
    path = tmp_path / "chips"
    save(path, 1, 10, CHIPS)
    with pytest.raises(ChipsError, match=f"population 1:10, not of {seed}:{size}"):
        load(path, seed, size)


@pytest.mark.parametrize(
    "content", [b"", b"garbage", msgspec.msgpack.encode(["shuaka-chips-9", 1, 10, {}]), msgspec.msgpack.encode([1, 2])]
)
def test_what_is_no_file_of_chips_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "chips"
    path.write_bytes(content)
    with pytest.raises(ChipsError, match="chips"):
        load(path, 1, 10)


@pytest.mark.parametrize("older", ["shuaka-chips-1", "shuaka-chips-2"])
def test_a_file_of_an_older_format_is_refused_by_its_name(tmp_path: Path, older: str) -> None:
    path = tmp_path / "chips"
    path.write_bytes(msgspec.msgpack.encode([older, 1, 10, {3: b"image"}]))
    with pytest.raises(ChipsError, match=f"'{older}', this version reads 'shuaka-chips-3': begin a new file"):
        load(path, 1, 10)


def test_a_path_that_cannot_be_read_or_written_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ChipsError, match="cannot be read: Is a directory"):
        load(tmp_path, 1, 10)
    with pytest.raises(ChipsError, match="cannot be written: No such file or directory"):
        save(tmp_path / "none" / "chips", 1, 10, CHIPS)
