"""Bytes on a command line: hexadecimal words, spaces inside are fine."""

import sys

import typer

USAGE = 2


def bytes_of(position: int, text: str) -> bytes:
    """Return the bytes of the argument at a position (from 1); end with a sentence and exit code 2 if it is none."""
    digits = "".join(text.split())
    wrong = [character for character in digits if character not in "0123456789abcdefABCDEF"]
    if wrong:
        _refuse(f"argument {position} ({text!r}) is not hexadecimal: {wrong[0]!r} is no hex digit")
    if not digits:
        _refuse(f"argument {position} is empty: a command has at least one byte")
    if len(digits) % 2:
        _refuse(f"argument {position} ({text!r}) has {len(digits)} hex digits: bytes have two each")
    return bytes.fromhex(digits)


def _refuse(sentence: str) -> None:
    print(f"shuaka card: {sentence}", file=sys.stderr)
    raise typer.Exit(USAGE)
