"""What is not ours is carried unchanged, with its licence, and its row says which version it is."""

from hashlib import sha256
from pathlib import Path

import shuaka

ASSETS = Path(shuaka.__file__).parent / "assets"
OURS = {"dash"}
"""Folders of our own: they change as any other source."""
DIGESTS = {
    "uplot/LICENSE": "8f989229699b4fe2f1a0432d0e9edc338a8a911e250e2d1b01ecd770a5f5b1bd",
    "uplot/uPlot.iife.min.js": "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f",
    "uplot/uPlot.min.css": "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
}


def test_every_file_of_others_is_as_it_was_published() -> None:
    folders = [folder for folder in ASSETS.iterdir() if folder.is_dir() and folder.name not in OURS]
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    assert {str(file.relative_to(ASSETS)): sha256(file.read_bytes()).hexdigest() for file in files} == DIGESTS


def test_every_folder_has_its_row_with_version_and_licence() -> None:
    rows = (ASSETS / "README.md").read_text("utf-8")
    assert "| `uplot/` | uPlot by Leon Sorokin: `uPlot.iife.min.js`, `uPlot.min.css` | 1.6.32 | MIT |" in rows
    assert "(v1.6.32)" in (ASSETS / "uplot/uPlot.iife.min.js").read_text("utf-8")[:80]
