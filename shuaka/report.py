"""`shuaka report`: results of load runs as one self-contained page in English or Chinese, for the screen and for paper.

The command asks for the files and writes the page; what stands on it is said in loadtests.page. Exit codes: 0 written,
1 not written, 2 a file is no result or the command line is wrong.
"""

import shlex
import sys
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Final

import typer

from loadtests.evidence import result as results
from loadtests.page import document
from loadtests.page.evidence import Origin
from loadtests.page.facts import facts
from loadtests.page.words import LANGUAGES, Language, Words
from shuaka.ending import FAILED, USAGE, end
from shuaka.report_files import Material, ReportError, gathered

PLOTTER: Final = "assets/uplot"


def report(
    given: Annotated[
        list[Path],
        typer.Argument(
            metavar="RESULT...",
            help="Results of runs, their directories, or a capacity.json; the page is about the first.",
        ),
    ],
    language: Annotated[str, typer.Option(help=f"Language of the page: {' or '.join(LANGUAGES)}.")] = "en",
    output: Annotated[Path | None, typer.Option(help="File of the page; by default beside the first result.")] = None,
) -> None:
    """Make one self-contained HTML page of a result; others stand beside it, as repeats or as other loads."""
    chosen = _language(language)
    try:
        material = gathered(given)
    except ReportError as error:
        end(str(error), USAGE)
    file = output or material.folder / f"report{'' if chosen == LANGUAGES[0] else f'.{chosen}'}.html"
    try:
        results.replace(file, _page(material, chosen).encode())
    except OSError as error:
        end(f"the page {file} cannot be written: {error.strerror}", FAILED)
    print(f"report: {file}")


def _language(name: str) -> Language:
    for language in LANGUAGES:
        if name == language:
            return language
    raise typer.BadParameter(f"{name!r} is no language of the page; expected {' or '.join(LANGUAGES)}")


def _page(material: Material, language: Language) -> str:
    origin = Origin(shlex.join(["shuaka", *sys.argv[1:]]), shlex.quote(str(material.file)), material.files)
    first, *others = material.results
    return document.page(facts(first, others, material.curve), origin, plotter(), Words(language))


def plotter() -> document.Plotter:
    """Return the library that draws, as it was published."""
    folder = files("shuaka").joinpath(PLOTTER)
    script = folder.joinpath("uPlot.iife.min.js").read_text("utf-8")
    return document.Plotter(script, folder.joinpath("uPlot.min.css").read_text("utf-8"))
