"""Writes into settlement/rules.toml which test proves each rule: `python -m tests.rules.fill` after tests were marked.

A name that stands there and still carries the mark is kept; else the first test by name that does takes its place.
"""

import re
import subprocess
import sys
from collections import defaultdict

from settlement.rulebook import RULES, read_rules
from tests.rules.mutants import ROOT
from tests.rules.proofs import name_of

COLLECT = """
import pytest, sys
class Names:
    def pytest_collection_finish(self, session):
        for item in session.items:
            for marker in item.iter_markers("rule"):
                for rule in marker.args:
                    print("RULE", rule, item.nodeid)
sys.exit(pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider"], plugins=[Names()]))
"""


def proofs() -> dict[str, list[str]]:
    """Return the tests that carry each rule's mark."""
    ran = subprocess.run([sys.executable, "-c", COLLECT], cwd=ROOT, capture_output=True, text=True, check=False)
    found: defaultdict[str, list[str]] = defaultdict(list)
    for line in ran.stdout.splitlines():
        if line.startswith("RULE "):
            _, rule, nodeid = line.split(" ", 2)
            found[rule].append(name_of(nodeid))
    return {rule: sorted(set(names)) for rule, names in found.items()}


def main() -> None:
    """Rewrite the list in place."""
    marks, text = proofs(), RULES.read_text("utf-8")
    for rule in read_rules():
        names = marks.get(rule.id, [])
        if rule.state == "done" and rule.test not in names:
            row = re.compile(rf'(\[{rule.id}\]\n(?:.+\n)*?test = )".*"')
            text = row.sub(lambda match, test=(names or [""])[0]: f'{match[1]}"{test}"', text)
    RULES.write_text(text, "utf-8")
    without = [rule.id for rule in read_rules() if rule.state == "done" and not rule.test]
    sys.stdout.write(f"{len(without)} rules without a proof: {' '.join(without)}\n")


if __name__ == "__main__":
    main()
