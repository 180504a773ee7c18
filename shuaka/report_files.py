"""What a report is made of: results, or the curve of a search for a capacity with the results of its steps.

Files are read and refused here, each refusal in one sentence; what they say is not looked at.
"""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from loadtests.evidence import result as results
from loadtests.evidence import seal
from loadtests.evidence.result import Result
from loadtests.series import capacity
from loadtests.series.capacity import Curve, Point
from shuaka.rehearsing.order import RESULT

CURVE: Final = "capacity.json"
COMPARISON: Final = "compare.json"
MANY: Final = 100
"""Results of one page; whoever gives more has given a wrong pattern."""


class ReportError(Exception):
    """Files of which no page can be made; one sentence for the user."""


class Material(NamedTuple):
    """Results, the one that the page is about first, and its file; the curve that they are steps of; digests."""

    results: tuple[Result, ...]
    file: Path
    curve: Curve | None
    files: tuple[tuple[str, str], ...]
    folder: Path


class _Outline(msgspec.Struct):
    """The part of a file that tells what it is."""

    format: int
    points: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    couples: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class _File(NamedTuple):
    path: Path
    content: bytes

    @property
    def name_and_digest(self) -> tuple[str, str]:
        return self.path.name, sha256(self.content).hexdigest()


def gathered(paths: Sequence[Path]) -> Material:
    """Read the files, or the results in the directories; raise ReportError."""
    if len(paths) > MANY:
        raise ReportError(f"{len(paths)} results; a page takes at most {MANY}")
    found = [_file(path) for path in paths]
    _refuse_comparisons(found)
    curves = [file for file in found if _is_curve(file)]
    if not curves:
        read = tuple(map(_result, found))
        return Material(read, found[0].path, None, tuple(file.name_and_digest for file in found), found[0].path.parent)
    if len(found) > 1:
        raise ReportError(f"{curves[0].path} is the curve of a whole search, with its own results: give it alone")
    return _search(curves[0])


def _file(path: Path) -> _File:
    """Read a file; of a directory its result, its curve or its comparison."""
    within = tuple(path / name for name in (RESULT, CURVE, COMPARISON)) if path.is_dir() else (path,)
    chosen = next((file for file in within if file.exists()), within[0])
    try:
        return _File(chosen, chosen.read_bytes())
    except OSError as error:
        raise ReportError(f"{chosen} cannot be read: {error.strerror}") from None


def _is_curve(file: _File) -> bool:
    return _outline(file).points is not msgspec.UNSET


def _refuse_comparisons(found: Sequence[_File]) -> None:
    for file in found:
        if _outline(file).couples is not msgspec.UNSET:
            why = "it has no page: `shuaka compare` printed it, and each of its runs has a page"
            raise ReportError(f"{file.path}: a comparison; {why}")


def _outline(file: _File) -> _Outline:
    try:
        return msgspec.json.decode(file.content, type=_Outline)
    except msgspec.MsgspecError:
        why = f"neither the {RESULT} of a load nor the {CURVE} of a search for a capacity"
        raise ReportError(f"{file.path}: {why}") from None


def _result(file: _File) -> Result:
    """Return a result; of another format, damaged or changed after its run it is refused."""
    stated, wanted = _outline(file).format, msgspec.structs.fields(Result)[0].default
    if stated != wanted:
        raise ReportError(f"{file.path}: a result of format {stated}; this version makes pages of format {wanted}")
    said, computed = seal.seals(file.content)
    if said and said != computed:
        raise ReportError(f"{file.path}: changed after its run, its seal does not hold; `shuaka verify` says where")
    try:
        return results.read(file.path)
    except msgspec.MsgspecError as error:
        raise ReportError(f"{file.path}: a damaged result: {error}") from None


def _search(file: _File) -> Material:
    try:
        curve = capacity.read(file.path)
    except msgspec.MsgspecError as error:
        raise ReportError(f"{file.path}: a damaged curve: {error}") from None
    if not curve.points:
        raise ReportError(f"{file.path}: a search that took no step shows nothing")
    step = _file(_where(telling(curve), file.path))
    return Material((_result(step),), step.path, curve, (file.name_and_digest, step.name_and_digest), file.path.parent)


def telling(curve: Curve) -> Point:
    """Return the step that a page of a search is about: the last repeat, or the highest rate held, or the last step."""
    held = sorted((point for point in curve.points if point.outcome == "held"), key=lambda point: point.rate)
    return [*curve.points[-1:], *held[-1:], *curve.repeats[-1:]][-1]


def _where(point: Point, curve: Path) -> Path:
    """Return the file of a step's result: where it was written, or beside the curve if both were moved together."""
    written = Path(point.result)
    return written if written.exists() else curve.parent.parent.joinpath(*written.parts[-2:])
