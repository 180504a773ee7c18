"""Ctrl-C in the first moments of a command, each in a process of its own that interrupts itself at that moment."""

import subprocess
import sys

import pytest

WHILE_MODULES_ARE_READ = """
class Finder:
    def find_spec(self, name, *_):
        if name == "shuaka.compose":
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Finder())
"""
WHILE_COMMANDS_ARE_PUT_TOGETHER = """
import shuaka.commands
shuaka.commands.app = lambda: signal.raise_signal(signal.SIGINT)
"""


@pytest.mark.parametrize("moment", [WHILE_MODULES_ARE_READ, WHILE_COMMANDS_ARE_PUT_TOGETHER])
def test_ctrl_c_in_the_first_moments_ends_without_a_word(moment: str) -> None:
    program = f"import signal, sys\n{moment}\nfrom shuaka.__main__ import main\nmain()"
    done = subprocess.run([sys.executable, "-c", program, "--version"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_a_ctrl_c_that_a_shell_had_ignored_stays_ignored() -> None:
    program = f"""import signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
{WHILE_MODULES_ARE_READ}
from shuaka.__main__ import main
main()"""
    done = subprocess.run([sys.executable, "-c", program, "--version"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
