from itertools import chain

import pytest

from cardsim.files import RecordFile
from cardsim.layout import PIN_TRIES, PIN_VALUE, PLANS, SSSE_PATH

GENERATIONS = sorted(PLANS)


def holder_words(generation: int) -> list[str]:
    plan = PLANS[generation]
    file = plan.file(plan.by_path[SSSE_PATH], 0xEF06)
    assert isinstance(file, RecordFile)
    return [item.word for item in file.items]


def test_generation_1_has_no_name_extension_so_that_its_records_shift_from_the_sex_onwards() -> None:
    assert holder_words(1).index("性别") + 1 == 3
    assert holder_words(2).index("性别") + 1 == 4
    assert [word for word in holder_words(2) if word != "姓名扩展"] == holder_words(1)


@pytest.mark.parametrize("generation", GENERATIONS)
def test_no_two_things_share_a_cell(generation: int) -> None:
    files = list(chain.from_iterable(directory.files for directory in PLANS[generation].by_path.values()))
    sizes = [len(file.items) if isinstance(file, RecordFile) else 1 for file in files]
    cells = [file.first_cell + at for file, size in zip(files, sizes, strict=True) for at in range(size)]
    assert len({*cells, PIN_VALUE, PIN_TRIES}) == len(cells) + 2


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_tag_stands_for_one_element_of_the_card(generation: int) -> None:
    directories = PLANS[generation].by_path.values()
    files = [file for each in directories for file in each.files if isinstance(file, RecordFile)]
    tags = [item.tag for file in files for item in file.items]
    assert len(set(tags)) == len(tags)


@pytest.mark.parametrize(
    ("path", "fci"),
    [
        ((0x3F00,), "6F10840E315041592E5359532E4444463031"),
        (SSSE_PATH, "6F16840F7378312E73682EC9E7BBE1B1A3D5CFA50388011E"),
    ],
)
def test_file_control_information_is_that_of_a_real_card(path: tuple[int, ...], fci: str) -> None:
    """Logged from a card of Loudi, Hunan, in 2012."""
    assert PLANS[2].by_path[path].fci.hex().upper() == fci
