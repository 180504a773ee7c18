import pytest

from cardsim.social_security.key_plan import BY_REFERENCE, INTERNAL, KEYS, MASTER_KEYS, REMOTE, Key


def test_no_two_keys_share_a_reference_or_a_counter() -> None:
    assert len(BY_REFERENCE) == len({key.tries_cell for key in KEYS}) == len(KEYS)


def test_no_two_keys_of_one_security_module_share_an_identifier() -> None:
    held = [key.psam_identifier for key in KEYS if key.psam_identifier is not None]
    assert len(set(held)) == len(held)


def test_keys_of_different_names_and_versions_have_different_master_keys() -> None:
    """But for the two under the key of the worked examples, one of which is never a terminal's."""
    assert len(set(MASTER_KEYS.values())) == len(MASTER_KEYS) - 1
    assert MASTER_KEYS["IRK", 1] == MASTER_KEYS["RKSSSE", 1] == bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")


@pytest.mark.parametrize("key", [*KEYS, INTERNAL], ids=lambda key: key.name)
def test_every_version_of_a_key_has_a_master_key(key: Key) -> None:
    assert all(len(MASTER_KEYS[key.name, version]) == 16 for version in key.versions)


def test_the_key_that_misuse_locks_is_the_medical_one() -> None:
    assert (REMOTE.directory, REMOTE.identifier) == (0xDF04, 0x84)
