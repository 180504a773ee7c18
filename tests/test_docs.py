"""What the documents say is so: every command of the READMEs is run as its reader would, and its output compared.

The console blocks run from the top to the bottom in one folder: `shuaka` and `python` are this interpreter's, `./dev
demo` is the command behind it, and `shuaka serve` runs on its default ports, as the text asks (taken: skipped). README
and README.zh-CN show the same blocks, which a test asserts, so they run once. A line `...` stands for any lines.

Output is compared to the letter, except in SHAPES: there figures differ from run to run, and a number, with its unit,
stands for any number, a column for any width, a list of events for any events. SHORTER makes runs short. What is not
for this file: whether the commands are right (their own tests say), and figures (tests/bench).
"""

import ast
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from typer.core import TyperGroup as Group
from typer.main import get_command

from loadtests.workload.scenario import read_scenario
from settlement.wire.codes import KINDS
from settlement.wire.national_traps import FORMS
from shuaka.commands import app
from shuaka.compose import PORTS, specimens
from shuaka.demo_report import EVENTS, TEXTS

ROOT = Path(__file__).parents[1]
ENGLISH, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"
READMES = (ENGLISH, CHINESE)
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
LOAD_METRICS_PORT: Final = 7374
LIMIT_S: Final = 90

SHORTER: Final = {
    "./dev demo": "shuaka demo --seconds 5",
    "load smoke": "load smoke --duration 3 --warmup 1",
    "20..200/30s": "20..60/3s --warmup 1",
    "--count 50 --duration 20": "--count 50 --duration 2 --think 0.05",
}
SHAPES: Final = ("./dev demo", "shuaka audit")
REFUSAL: Final = re.compile(r"^ +(-\d+|E\d{4}) +\d+  (.+)$", re.MULTILINE)
"""A line of the demo: a refusal's code, how often, and its text."""


class Block(NamedTuple):
    """One fenced block: its language and its lines."""

    language: str
    text: str


class Step(NamedTuple):
    """One command of a console block, and the output that stands under it."""

    command: str
    output: str


def blocks(readme: Path) -> list[Block]:
    return [
        Block(*found)
        for found in re.findall(r"^```(\w*)\n(.*?)^```$", readme.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    ]


def steps(readme: Path) -> list[Step]:
    consoles = (block.text for block in blocks(readme) if block.language == "console")
    parts = (part for console in consoles for part in re.split(r"^\$ ", console, flags=re.MULTILINE)[1:])
    return [Step(*part.split("\n", 1)) for part in parts]


def shape(text: str) -> str:
    """Return what stays the same from run to run."""
    text = re.sub(REFUSAL, "REFUSAL", text)
    text = re.sub(r"n too small|-?\d[\d,.]* ?m?s\b", "TIME", text)
    text = re.sub(rf"^({'|'.join(EVENTS)}) .*$", r"\1", text, flags=re.MULTILINE)  # rare ones may not have happened
    return re.sub(r" +", " ", re.sub(r"-?\d[\d,.]*", "NUMBER", text))


def agrees(shown: str, came: str) -> bool:
    """Whether output is as shown; `...` on a line of its own is any number of lines."""
    lines = ["(?:.*\n)*?" if line == "..." else re.escape(line) + "\n" for line in shown.splitlines()]
    return re.fullmatch("".join(lines), came) is not None


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A reader's folder: what the documents name, and the commands that an activated .venv has."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / "tests").symlink_to(ROOT / "tests")
    (folder / "bin").mkdir()
    for name, start in {"shuaka": f"{sys.executable} -m shuaka", "python": sys.executable}.items():
        (folder / "bin" / name).write_text(f'#!/bin/sh\nexec {start} "$@"\n')
        (folder / "bin" / name).chmod(0o755)
    return folder


def environment(scene: Path) -> dict[str, str]:
    path = os.pathsep.join([str(scene / "bin"), os.environ["PATH"]])
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}


def comes_free(port: int) -> bool:
    """Whether nobody listens on a port, or stops within the limit: another test may have it for a while."""
    ends = time.monotonic() + LIMIT_S
    while time.monotonic() < ends:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return True
        time.sleep(0.2)
    return False


@pytest.fixture(scope="module")
def engine(scene: Path) -> Iterator[None]:
    """`shuaka serve`, in the other shell."""
    for port in (*PORTS.values(), LOAD_METRICS_PORT):
        if not comes_free(port):
            pytest.skip(f"port {port}, which the README uses, is taken")
    command = [str(scene / "bin/shuaka"), "serve"]
    with subprocess.Popen(command, cwd=scene, env=environment(scene), stdout=subprocess.PIPE) as serving:
        assert serving.stdout is not None
        assert serving.stdout.readline().startswith(b"ready")
        yield
        serving.send_signal(signal.SIGTERM)


def run(scene: Path, command: str) -> subprocess.CompletedProcess[str]:
    for said, short in SHORTER.items():
        command = command.replace(said, short)
    return subprocess.run(
        ["bash", "-c", command], cwd=scene, env=environment(scene), capture_output=True, text=True, timeout=LIMIT_S,
        check=False,
    )  # fmt: skip


@pytest.mark.parametrize("step", steps(ENGLISH), ids=lambda step: step.command[:50])
def test_a_command_of_the_readme_prints_what_stands_under_it(
    step: Step, scene: Path, request: pytest.FixtureRequest
) -> None:
    if re.match(r"shuaka (load|terminals|audit|verify|report|service|reconcile)|python", step.command):
        request.getfixturevalue("engine")
    done = run(scene, step.command)
    assert done.returncode == 0, done.stdout + done.stderr
    if step.output:
        shown, came = step.output, done.stdout
        loose = step.command.startswith(SHAPES)
        assert agrees(shape(shown), shape(came)) if loose else agrees(shown, came), came


def test_the_ten_line_program_prints_what_stands_under_it(scene: Path) -> None:
    everything = blocks(ENGLISH)
    [place] = [number for number, block in enumerate(everything) if "shuaka.town" in block.text]
    program, shown = everything[place].text, everything[place + 1].text
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=scene, env=environment(scene), capture_output=True, text=True, check=True
    )
    assert done.stdout == shown
    assert len(program.splitlines()) == 10


def test_both_readmes_show_the_same_commands_programs_and_outputs() -> None:
    english, chinese = (
        [(block.language, ast.dump(ast.parse(block.text)) if block.language == "python" else block.text) for block in
         blocks(readme)] for readme in READMES
    )  # fmt: skip
    assert english == chinese


def test_nothing_is_shortened_that_no_readme_says() -> None:
    commands = "\n".join(step.command for step in steps(ENGLISH))
    assert [said for said in (*SHORTER, *SHAPES) if said not in commands] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_link_inside_the_checkout_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", document.read_text("utf-8"))
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_file_that_is_named_is_there(document: Path) -> None:
    named = re.findall(rf"`((?:{'|'.join(sorted(top_folders()))})/[\w./-]*)", document.read_text("utf-8"))
    assert [name for name in named if not (ROOT / name).exists()] == []


def top_folders() -> set[str]:
    """Return the folders of the checkout, without those of .gitignore and the hidden ones."""
    left = {line.rstrip("/") for line in (ROOT / ".gitignore").read_text("utf-8").splitlines()}
    return {top.name for top in ROOT.iterdir() if top.is_dir() and top.name not in left and top.name[0] != "."}


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_the_folder_map_names_every_folder(readme: Path) -> None:
    assert set(re.findall(r"^\| `(\w+)/` \|", readme.read_text("utf-8"), re.MULTILINE)) == top_folders()


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_every_refusal_in_a_readme_exists_and_means_what_stands_there(readme: Path) -> None:
    text = readme.read_text("utf-8")
    assert set(re.findall(r"\bE\d{4}\b", text)) <= TEXTS.keys()
    said = dict(REFUSAL.findall(text))
    assert said
    assert said == {code: TEXTS[code] for code in said}


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_the_messages_of_the_http_door_are_those_that_it_takes(readme: Path) -> None:
    [listed] = re.findall(r"[(（](9001[^)）]*)[)）]", readme.read_text("utf-8"))
    assert re.findall(r"\d{4}", listed) == sorted(FORMS, key=lambda infno: (infno != "9001", infno))


def test_the_changelog_lists_the_commands_that_there_are() -> None:
    whole = get_command(app)
    assert isinstance(whole, Group)
    card = whole.commands["card"]
    assert isinstance(card, Group)
    text = " ".join((ROOT / "CHANGELOG.md").read_text("utf-8").split())
    [listed] = re.findall(r"\*\*Command\*\* `shuaka`: (.*?)\. `\./dev", text)
    names = re.findall(r"`([^`]+)`", listed)
    assert {name.split()[0] for name in names} == whole.commands.keys()
    [cards] = [name for name in names if name.startswith("card ")]
    assert set(cards.removeprefix("card ").split(" | ")) == card.commands.keys()


def test_the_changelog_lists_the_messages_that_the_engine_answers() -> None:
    """Each by its number; `2301-2305` is both ends and every one there is between them."""
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    [listed] = re.findall(r"\*\*Engine\*\* \(`settlement`\): ([\d:, \n-]+) over", text)
    names = re.findall(r"(\d{4}(?::\d\d)?)(?:-(\d{4}))?", listed)
    between = {infno for low, high in names for infno in KINDS if low <= infno <= high}
    assert between | {name for ends in names for name in ends if name} == KINDS.keys()


def test_the_scenario_that_stands_in_the_documents_is_one() -> None:
    [example] = [block.text for block in blocks(ROOT / "docs/load.md") if block.language == "toml"]
    assert read_scenario(example, "docs/load.md").question == "Does the new host serve our Monday?"


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_the_test_cards_of_a_readme_are_those_that_there_are(readme: Path) -> None:
    row = r"^\| `([a-z-]+)` \| .* \| (\d{4}|terminal) \| (\S+) \|"
    shown = re.findall(row, readme.read_text("utf-8"), re.MULTILINE)
    assert shown == [(card.name, card.step, card.refusal or "-") for card in specimens()]
