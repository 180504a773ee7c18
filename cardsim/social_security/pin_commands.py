"""The commands of the PIN: VERIFY, CHANGE, UNBLOCK and RELOAD (LD/T 32.5).

UNBLOCK and RELOAD travel with secure messaging in the framing that personalisation tools use. What their MAC covers is
nowhere public: here it is the command's header and its cryptogram, under a session key that the last challenge makes
of the PUK, which is our own choice and fits what the PSAM of the field is asked to compute.
"""

from cardsim.access import PIN
from cardsim.apdu import FETCHES, LE_MAX, NOTHING, SENDS, SUCCESS, Command, Response
from cardsim.diversify import MAC_LENGTH, padded
from cardsim.social_security.key_plan import SSSE, UNBLOCK_PIN
from cardsim.social_security.pin import LENGTH as PIN_LENGTH
from cardsim.social_security.pin import is_pin
from cardsim.social_security.secure_messaging import mac_is_right, session_key_of
from cardsim.state import State
from cardsim.status import SW, tries_left
from cardsim.tries import Presented

PIN_SEPARATOR = b"\xff"
UNBLOCK, RELOAD = 0x00, 0x01  # P2
ASKS = ((NOTHING, 0), (FETCHES, LE_MAX))  # VERIFY with Lc absent, or with Lc = 00, which parses as Le = 00


def verify(state: State, command: Command) -> Response:
    """VERIFY the PIN; with an empty body, only ask how many tries are left (ISO 7816-4, 7.5.6)."""
    if command.p1 or command.p2:
        return Response(SW.WRONG_P1_P2)
    asks = (command.case, command.le) in ASKS
    if not asks and (command.case != SENDS or len(command.data) != PIN_LENGTH):
        return Response(SW.WRONG_LENGTH)
    if SSSE not in state.directory.path:
        return Response(SW.REFERENCED_DATA_NOT_FOUND)
    if asks:
        left = state.pin.tries_left
        return Response(tries_left(left) if left else SW.AUTHENTICATION_METHOD_BLOCKED)
    return _presented(state, state.pin.present(command.data))


def change_pin(state: State, command: Command) -> Response:
    """CHANGE PIN: old value, FF, new value. The old value is an attempt like a VERIFY (LD/T 32.5)."""
    if (command.p1, command.p2) != (0x01, 0x00):
        return Response(SW.WRONG_P1_P2)
    if command.case != SENDS or len(command.data) != 2 * PIN_LENGTH + 1:
        return Response(SW.WRONG_LENGTH)
    if SSSE not in state.directory.path:
        return Response(SW.REFERENCED_DATA_NOT_FOUND)
    old, new = command.data[:PIN_LENGTH], command.data[PIN_LENGTH + 1 :]
    if command.data[PIN_LENGTH : PIN_LENGTH + 1] != PIN_SEPARATOR or not is_pin(new):
        return Response(SW.WRONG_DATA)
    return _presented(state, state.pin.change(old, new))


def _presented(state: State, presented: Presented) -> Response:
    state.rights -= {PIN}
    if presented is Presented.RIGHT:
        state.rights |= {PIN}
        return SUCCESS
    if presented is Presented.BLOCKED:
        return Response(SW.AUTHENTICATION_METHOD_BLOCKED)
    left = state.pin.tries_left
    if left == 0:
        state.keys.pin_locked(state.pin.locks)  # torn before it, the next power-on takes notice of the lock
    return Response(tries_left(left))  # 63C0 after the last one; only the next is told of the block


def reset_pin(state: State, command: Command) -> Response:
    """UNBLOCK PIN (P2 = 00), which keeps the value, or RELOAD PIN (01), which sets it; both give all tries back."""
    if command.p1 or command.p2 not in (UNBLOCK, RELOAD):
        return Response(SW.WRONG_P1_P2)
    cipher = state.keys.cipher
    cryptogram_length = cipher.block if command.p2 == RELOAD else 0
    if command.case != SENDS or len(command.data) != cryptogram_length + MAC_LENGTH:
        return Response(SW.WRONG_LENGTH)
    if UNBLOCK_PIN.reference not in state.rights:
        return Response(SW.SECURITY_STATUS_NOT_SATISFIED)
    session_key = session_key_of(state, UNBLOCK_PIN)
    if isinstance(session_key, SW):
        return Response(session_key)
    if not mac_is_right(state, session_key, command):
        return Response(SW.WRONG_SECURE_MESSAGING)
    if command.p2 == UNBLOCK:
        state.pin.unblock()
        return SUCCESS
    plain = cipher.decipher(session_key, command.data[:cryptogram_length])
    new = plain[1 : 1 + PIN_LENGTH]
    if plain != reload_block(new, cipher.block) or not is_pin(new):
        return Response(SW.WRONG_DATA)
    state.pin.reload(new)
    return SUCCESS


def reload_block(new: bytes, block: int) -> bytes:
    """Return what RELOAD PIN enciphers: the PIN's length, the PIN, 80 00 ..."""
    return padded(bytes((PIN_LENGTH,)) + new, block)
