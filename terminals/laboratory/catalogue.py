"""All checks, in the order in which they are reported, and run where they are of one harm."""

from typing import Final

from terminals.laboratory import (
    command_set,
    contactless,
    debit,
    file_structure,
    keys,
    pin,
    status_words,
    tear_checks,
    writing,
)
from terminals.laboratory.check import Check

CHECKS: Final[tuple[Check, ...]] = (
    *file_structure.CHECKS,
    *command_set.CHECKS,
    *status_words.CHECKS,
    *keys.CHECKS,
    *pin.CHECKS,
    *writing.CHECKS,
    *debit.CHECKS,
    *contactless.CHECKS,
    *tear_checks.CHECKS,
)
