"""What a transaction kind and a refusal are; which there are stands in codes and its neighbours."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple


class Kind(NamedTuple):
    """What the host may do with a transaction: its group for figures, and whether a reply is kept for a repeat.

    `reversible` is by 2601; the bank's own reversal is 0400. `admin` marks what only the operator's own port may ask.
    """

    name_en: str
    group: str
    changes: bool
    reversible: bool = False
    admin: bool = False


class Owner(StrEnum):
    """Who can cure a refusal."""

    HRSS = "HRSS"
    INSURANCE = "insurance"
    BANK = "bank"
    INSTITUTION = "institution"


class Basis(StrEnum):
    """On what a rule stands; our own invention is never shown as fact."""

    SPEC = "spec"
    OBSERVED = "observed"
    DERIVED = "derived"
    ASSUMED = "assumed"


class Refusal(NamedTuple):
    """Why a request is not carried out; `detail` may add what, where and what to do."""

    code: str
    name: str
    owner: Owner
    basis: Basis
    zh: str
    en: str

    def text(self, detail: str = "") -> str:
        """Return the err_msg of a reply: code, Chinese, English, detail; at most 200 characters (interface: c(200))."""
        said = f"[{self.code}] {self.zh} / {self.en}"
        return (f"{said}: {detail}" if detail else said)[:200]


HRSS, INSURANCE, BANK, INSTITUTION = Owner.HRSS, Owner.INSURANCE, Owner.BANK, Owner.INSTITUTION
SPEC, DERIVED, ASSUMED = Basis.SPEC, Basis.DERIVED, Basis.ASSUMED


def refusals_of(module: Mapping[str, Any]) -> dict[str, Refusal]:
    """Return the refusals that a module defines, by code; pass its globals()."""
    return {value.code: value for value in list(module.values()) if isinstance(value, Refusal)}
