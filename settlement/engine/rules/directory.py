"""Which institutions and terminals there are: the city files say how many, their codes say which.

Outlets (card services) are found apart from institutions, so that none of them can treat, sell or settle.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from msgspec import Struct

from settlement.engine.rules.city import City, InstitutionKind
from settlement.wire.names import HOSPITAL, OUTLETS, PHARMACY, institution_code, terminal_number

PHARMACY_LEVEL: Final = 0
BANK_LANE: Final = 99
"""The lane of an institution's ordinary POS, which its bank put there: it takes bank cards and nothing else (RC01)."""
KIND_NAMES: Final[dict[str, InstitutionKind]] = {PHARMACY: "pharmacy", HOSPITAL: "hospital"}


class Institution(Struct, frozen=True):
    """A place of treatment. `level` is dedc_hosp_lv, 0 for a pharmacy; a pilot serves the insured of other cities."""

    code: str
    city: str
    kind: str
    level: int
    pilot: bool

    @property
    def kind_name(self) -> InstitutionKind:
        """Return the kind in the city file's words."""
        return KIND_NAMES[self.kind]


class Directory:
    """Finds institutions and terminals by their codes.

    The institutions of a city are its serials from 1; a code of any other form or serial is nobody's.
    """

    def __init__(self, cities: Mapping[str, City]) -> None:
        self._cities = cities
        self.institution = lru_cache(maxsize=65_536)(self._institution)

    def has_terminal(self, fixmedins_code: str, dev_no: str) -> bool:
        """Whether a terminal belongs to an institution."""
        institution = self.institution(fixmedins_code) or self.outlet(fixmedins_code)
        lane = dev_no[len(fixmedins_code) :]
        if institution is None or not (lane.isascii() and lane.isdigit()):
            return False
        lanes = self._cities[institution.city].institutions.lanes
        known = 1 <= int(lane) <= lanes or int(lane) == BANK_LANE
        return known and dev_no == terminal_number(fixmedins_code, int(lane))

    def outlet(self, code: str) -> Institution | None:
        """Return an outlet of a city, or None; each kind has as many as the city says."""
        city = self._cities.get(code[1:7])
        serial_text = code[7:]
        if city is None or code[:1] not in OUTLETS or not (serial_text.isascii() and serial_text.isdigit()):
            return None
        serial = int(serial_text)
        known = 1 <= serial <= city.institutions.outlets and code == institution_code(code[0], city.code, serial)
        return Institution(code, city.code, code[0], PHARMACY_LEVEL, pilot=False) if known else None

    def is_social(self, dev_no: str) -> bool:
        """Whether a terminal is a social-security POS (社保POS), and not the bank's ordinary one."""
        return int(dev_no[-2:]) != BANK_LANE

    def _institution(self, code: str) -> Institution | None:
        kind, city_code, serial_text = code[:1], code[1:7], code[7:]
        city = self._cities.get(city_code)
        if city is None or kind not in KIND_NAMES or not (serial_text.isascii() and serial_text.isdigit()):
            return None
        serial = int(serial_text)
        if code != institution_code(kind, city_code, serial):
            return None
        level = city.institutions.hospital_level(serial) if kind == HOSPITAL else _pharmacy_level(city, serial)
        if level is None:
            return None
        return Institution(code, city_code, kind, level, serial <= city.remote.pilot_serial_max)


def _pharmacy_level(city: City, serial: int) -> int | None:
    return PHARMACY_LEVEL if 1 <= serial <= city.institutions.pharmacies else None
