"""Bytes on a command line: hexadecimal words, spaces inside are fine."""

from shuaka.ending import USAGE, end


def bytes_of(position: int, text: str) -> bytes:
    """Return the bytes of the argument at a position (from 1); end with a sentence and exit code 2 if it is none."""
    digits = "".join(text.split())
    wrong = [character for character in digits if character not in "0123456789abcdefABCDEF"]
    if wrong:
        end(f"argument {position} ({text!r}) is not hexadecimal: {wrong[0]!r} is no hex digit", USAGE)
    if not digits:
        end(f"argument {position} is empty: a command has at least one byte", USAGE)
    if len(digits) % 2:
        end(f"argument {position} ({text!r}) has {len(digits)} hex digits: bytes have two each", USAGE)
    return bytes.fromhex(digits)
