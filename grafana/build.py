#!/usr/bin/env python3
"""Writes dashboards/{en,zh}/*.json from boards/: `python grafana/build.py`; with --check it only compares.

Not importable: it needs the development packages. Exit codes: 0 written or equal, 1 they differ.
"""

import sys
from pathlib import Path
from typing import Final

from board import Board, Language, json_of
from boards import engine, load, money, overview, terminals

HERE: Final = Path(__file__).parent
BOARDS: Final[tuple[Board, ...]] = (overview.BOARD, engine.BOARD, terminals.BOARD, load.BOARD, money.BOARD)


def files() -> dict[Path, str]:
    """Return every file and what stands in it."""
    return {
        HERE / "dashboards" / language / f"{board.uid}.json": json_of(board, language)
        for language in Language
        for board in BOARDS
    }


def main(words: list[str]) -> int:
    """Write or compare."""
    stale = {path: text for path, text in files().items() if not path.is_file() or path.read_text("utf-8") != text}
    for path, text in stale.items():
        if "--check" not in words:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        sys.stdout.write(f"{path.relative_to(HERE)}\n")
    return int(bool(stale) and "--check" in words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
