"""The proofs prove: a rule that is broken on purpose makes its own test fail. Twenty a run, drawn anew each time.

A failure prints its seed; SHUAKA_MUTANTS_SEED draws the same again.
"""

import os
import random
import secrets

from settlement.rulebook import read_rules
from tests.rules.mutants import ROOT, applied, read_mutants, survivors

DRAWN = 20
SEED = os.environ.get("SHUAKA_MUTANTS_SEED") or secrets.token_hex(4)


def test_every_rule_that_is_done_has_a_mutant_that_fits() -> None:
    mutants = read_mutants()
    assert mutants.keys() == {rule.id for rule in read_rules() if rule.state == "done"}
    assert all(applied(mutant, ROOT) for mutant in mutants.values())


def test_twenty_rules_drawn_by_a_seed_are_broken_and_each_ones_test_notices() -> None:
    drawn = random.Random(SEED).sample(sorted(read_mutants()), DRAWN)
    assert survivors(drawn) == [], f"SHUAKA_MUTANTS_SEED={SEED}"
