import os
import subprocess
import sys
from pathlib import Path

from settlement.processes import Use, use_of_family

HZ, PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")


def process(proc: Path, pid: int, *, ticks: int, pages: int, children: str = "") -> None:
    (proc / str(pid) / "task" / str(pid)).mkdir(parents=True)
    between = "0 " * 7
    (proc / str(pid) / "stat").write_text(
        f"{pid} (a) b) S 1 1 1 {between}{ticks} {ticks} 0 0 20 0 1 0 5 1000 {pages} 9\n"
    )
    (proc / str(pid) / "task" / str(pid) / "children").write_text(children)


def test_a_process_and_all_that_it_started_are_added_up(tmp_path: Path) -> None:
    process(tmp_path, 10, ticks=HZ, pages=3, children="11 12 ")
    process(tmp_path, 11, ticks=2 * HZ, pages=4)
    process(tmp_path, 12, ticks=0, pages=1, children="13 ")
    process(tmp_path, 13, ticks=HZ, pages=1)
    assert use_of_family(10, tmp_path) == Use(8.0, 9 * PAGE)


def test_a_child_that_has_gone_is_left_out(tmp_path: Path) -> None:
    process(tmp_path, 10, ticks=HZ, pages=3, children="99 ")
    assert use_of_family(10, tmp_path) == Use(2.0, 3 * PAGE)


def test_where_the_kernel_says_nothing_nothing_is_used(tmp_path: Path) -> None:
    assert use_of_family(10, tmp_path) == Use()


def test_this_process_and_its_child_use_something() -> None:
    command = [sys.executable, "-c", "print(flush=True); input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdout is not None
        child.stdout.readline()
        alone, together = use_of_family(child.pid), use_of_family(os.getpid())
        child.communicate(b"\n")
    assert together.cpu_s > alone.cpu_s >= 0
    assert together.resident_bytes > alone.resident_bytes > 1 << 20
