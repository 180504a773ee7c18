"""The files of reconciliation as the HTTP door has them: one UTF-8 text in a ZIP, in base64 on its way in.

How 9101's byte array is written the interface does not say: base64, as Java's JSON libraries do, or numbers. What a
client packs is unpacked within a named limit, whatever it says of its own size.
"""

import io
import zipfile
import zlib
from base64 import b64decode
from typing import Final

from settlement.wire.envelope import MalformedError
from settlement.wire.reconciliation import FILE_TEXT_MAX

EARLIEST: Final = (1980, 1, 1, 0, 0, 0)
"""A ZIP's first possible time: the same rows are the same bytes."""
BAD_ZIP: Final = (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, RuntimeError, EOFError)


class ZipError(ValueError):
    """A ZIP that is none of one small text; the text says why."""


def unpack(encoded: str) -> bytes:
    """Return the text of an uploaded file; raise MalformedError."""
    try:
        content = b64decode(encoded, validate=True)
    except ValueError:
        raise MalformedError("in: base64 of a ZIP is expected") from None
    try:
        return unzipped(content)
    except ZipError as error:
        raise MalformedError(f"in: {error}") from None


def unzipped(content: bytes) -> bytes:
    """Return the one file of a ZIP; raise ZipError."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            [entry] = archive.infolist()
            with archive.open(entry) as file:
                text = file.read(FILE_TEXT_MAX + 1)
    except BAD_ZIP:
        raise ZipError("this is no ZIP of one file") from None
    if len(text) > FILE_TEXT_MAX:
        raise ZipError(f"the file has more than {FILE_TEXT_MAX} bytes")
    return text


def pack(filename: str, text: bytes) -> bytes:
    """Return a file as 9102 answers it: the ZIP itself."""
    content = io.BytesIO()
    entry = zipfile.ZipInfo(filename.removesuffix(".zip").removesuffix(".txt") + ".txt", EARLIEST)
    entry.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(entry, text)
    return content.getvalue()
