"""Commands that carry a MAC (class 84): what it is computed over, and how the card checks it.

The session key comes of the last challenge, so that no command can be played again.
"""

from cardsim.apdu import Command
from cardsim.diversify import MAC_LENGTH, padded
from cardsim.social_security.key_plan import Key
from cardsim.state import State
from cardsim.status import SW

CHALLENGE_LENGTH = 8


def authenticated(header: bytes, data: bytes, block: int) -> bytes:
    """Return the whole blocks that the MAC of a command covers: CLA INS P1 P2 Lc and the data before the MAC."""
    return padded(header + bytes((len(data) + MAC_LENGTH,)) + data, block)


def session_key_of(state: State, key: Key) -> bytes | SW:
    """Use the challenge up; return the session key that it makes of a key, or why the command is refused."""
    challenge, state.challenge = state.challenge, b""
    if len(challenge) != CHALLENGE_LENGTH:
        return SW.CHALLENGE_MISSING
    return state.keys.session_key(key, challenge)


def mac_is_right(state: State, session_key: bytes, command: Command) -> bool:
    """Tell whether the last four bytes of a command are its MAC."""
    data, mac = command.data[:-MAC_LENGTH], command.data[-MAC_LENGTH:]
    header = bytes((command.cla, command.ins, command.p1, command.p2))
    return mac == state.keys.cipher.mac(session_key, authenticated(header, data, state.keys.cipher.block))
