"""The engine's end of the process that looks at the books (inspection.py): start it, ask it, end it.

It is started once and kept: to fork an engine of a gigabyte at every look would stop it longer than the look. One that
dies in the middle of a look is that look's error; the next look starts another.
"""

import asyncio
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from settlement.stores.inspection import Found
from settlement.stores.store import Look, StoreError

MODULE: Final = "settlement.stores.inspection"
ANSWER_MAX: Final = 1 << 20
"""Bytes of one answer: some hundreds a law."""


class Inspector:
    """Looks at the books of one ledger; one look at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._process: asyncio.subprocess.Process | None = None

    async def look(self) -> Look:
        """Return what a look at the books finds now; raise StoreError if that cannot be found out."""
        process = await self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"\n")
        answer = await process.stdout.readline()
        if not answer.endswith(b"\n"):
            raise StoreError(f"{self._path}: the process that audits it ended with {await self._ended()}")
        found = msgspec.json.decode(answer, type=Found)
        if found.look is None:
            raise StoreError(f"{self._path} cannot be audited: {found.error}")
        return found.look

    async def close(self) -> None:
        """End the process, whatever it is at."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._ended()

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is None or _has_ended(self._process):
            try:
                self._process = await asyncio.create_subprocess_exec(
                    sys.executable, "-P", "-m", MODULE, str(self._path), str(os.getpid()),
                    stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=ANSWER_MAX,
                    env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                )  # fmt: skip
            except OSError as error:
                raise StoreError(f"{self._path}: no process can be started to audit it: {error.strerror}") from error
        return self._process

    async def _ended(self) -> int:
        """Wait until the process is gone; return its exit code."""
        assert self._process is not None
        process, self._process = self._process, None
        return await process.wait()


def _has_ended(process: asyncio.subprocess.Process) -> bool:
    """Whether it is known to be gone: by its exit code, or already by its end of the pipe."""
    assert process.stdin is not None
    return process.returncode is not None or process.stdin.is_closing()
