"""Whose credentials the HTTP door takes: those of a data directory's file, and those that follow from the network key.

An institution's own follow from its code, as a terminal's key does from its number, so that every institution has some
and none is stored. Whether there is such an institution at all is the engine's to say.
"""

from functools import lru_cache
from typing import Final

from settlement.data_directory import InstitutionKey
from settlement.wire.keys import ACCESS_KEY_PREFIX, NetworkKey

REMEMBERED: Final = 16_384


class Keyring:
    """Finds an institution's credentials by its access key."""

    def __init__(self, given: tuple[InstitutionKey, ...], key: NetworkKey | None = None) -> None:
        self._given = {one.access_key: one for one in given}
        self._key = key
        self.get = lru_cache(REMEMBERED)(self._get)

    def _get(self, access_key: str) -> InstitutionKey | None:
        given = self._given.get(access_key)
        if given or self._key is None or not access_key.startswith(ACCESS_KEY_PREFIX):
            return given
        code = access_key.removeprefix(ACCESS_KEY_PREFIX)
        return InstitutionKey(access_key, self._key.institution_key(code)[1], code)
