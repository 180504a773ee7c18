from itertools import chain

import pytest

from cardsim.access import NONE, met
from cardsim.diversify import AlgorithmName
from cardsim.files import BinaryFile, CyclicFile, File, RecordFile
from cardsim.social_security.key_plan import KEYS
from cardsim.social_security.layout import BLOCKED, PIN_TRIES, PIN_VALUE, PLANS, SSSE_PATH, plan

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
    cells = [cell for file in files for cell in cells_of(file)] + [key.tries_cell for key in KEYS]
    cells += [PIN_VALUE, PIN_TRIES, BLOCKED]
    assert len(set(cells)) == len(cells)


def cells_of(file: File) -> range:
    match file:
        case RecordFile():
            return range(file.first_cell, file.first_cell + len(file.items))
        case CyclicFile():
            return range(file.head_cell, file.head_cell + 2 + file.records)
        case BinaryFile():
            return range(file.first_cell, file.first_cell + 1)


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


@pytest.mark.parametrize(("algorithm", "announced"), [("3des", "01"), ("sm4", "03")])
def test_generation_3_announces_its_algorithm(algorithm: AlgorithmName, announced: str) -> None:
    fci = f"6F1C840F7378312E73682EC9E7BBE1B1A3D5CFA50988011E9F0C038601{announced}"
    assert plan(3, algorithm).by_path[SSSE_PATH].fci.hex().upper() == fci


def test_only_generation_3_keeps_the_holder_from_whoever_has_no_key() -> None:
    files = [PLANS[generation].file(PLANS[generation].by_path[SSSE_PATH], 0xEF06) for generation in GENERATIONS]
    assert [file is not None and met(file.read, NONE) for file in files] == [True, True, False]
