from hashlib import sha256

import pytest

from loadtests.evidence import seal

CONTENT = b'{\n "run": "a",\n "sha256": ""\n}'


def test_a_sealed_file_has_the_seal_of_its_content() -> None:
    said, has = seal.seals(seal.sealed(CONTENT))
    assert said == has == sha256(CONTENT).hexdigest()


@pytest.mark.parametrize("place", [0, 5, 12, -1])
def test_one_changed_byte_breaks_the_seal(place: int) -> None:
    changed = bytearray(seal.sealed(CONTENT))
    changed[place] ^= 1
    said, has = seal.seals(bytes(changed))
    assert said != has


def test_a_file_without_a_seal_has_none() -> None:
    said, has = seal.seals(CONTENT)
    assert (said, has) == ("", sha256(CONTENT).hexdigest())


def test_the_last_field_is_the_seal_whatever_a_value_looks_like() -> None:
    content = b'{\n "command": "\\"sha256\\": \\"\\"",\n "sha256": ""\n}'
    said, has = seal.seals(seal.sealed(content))
    assert said == has
