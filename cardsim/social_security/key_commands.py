"""The commands of the keys: GET CHALLENGE, EXTERNAL and INTERNAL AUTHENTICATE, APPLICATION BLOCK (LD/T 32.5)."""

from functools import partial

from cardsim.apdu import BOTH, FETCHES, SENDS, SUCCESS, Command, Response
from cardsim.diversify import AUTHENTICATOR_LENGTH, FACTOR_LENGTH, MAC_LENGTH
from cardsim.social_security.key_plan import INTERNAL, MASTER, SSSE
from cardsim.social_security.layout import BLOCKED
from cardsim.social_security.secure_messaging import CHALLENGE_LENGTH, mac_is_right, session_key_of
from cardsim.state import State
from cardsim.status import SW, tries_left
from cardsim.tries import Presented

CHALLENGE_LENGTHS = (4, CHALLENGE_LENGTH)
PROOF_LENGTH = AUTHENTICATOR_LENGTH + FACTOR_LENGTH
IS_BLOCKED = b"\x01"
OF_MAC = {Presented.WRONG: SW.WRONG_SECURE_MESSAGING, Presented.BLOCKED: SW.AUTHENTICATION_METHOD_BLOCKED}


def get_challenge(state: State, command: Command) -> Response:
    """GET CHALLENGE of 4 or 8 random bytes, in any state; only the last one counts (ISO 7816-4, 7.5.3)."""
    if command.p1 or command.p2:
        return Response(SW.WRONG_P1_P2)
    if command.case != FETCHES or command.le not in CHALLENGE_LENGTHS:
        return Response(SW.WRONG_LENGTH)
    state.challenge = state.random_bytes(command.le)
    return Response(SW.SUCCESS, state.challenge)


def external_authenticate(state: State, command: Command) -> Response:
    """EXTERNAL AUTHENTICATE: an authenticator over eight bytes of the terminal's choice, which follow it.

    What keeps it from being played again is the challenge, of which the session key is made; it serves once.
    """
    if command.p1:
        return Response(SW.WRONG_P1_P2)
    if command.case != SENDS or len(command.data) != PROOF_LENGTH:
        return Response(SW.WRONG_LENGTH)
    challenge, state.challenge = state.challenge, b""
    if len(challenge) != CHALLENGE_LENGTH:
        return Response(SW.CHALLENGE_MISSING)
    key = state.keys.find(state.directory.path, command.p2)
    if key is None:
        return Response(SW.REFERENCED_DATA_NOT_FOUND)
    state.rights -= {key.reference}
    authenticator, data = command.data[:AUTHENTICATOR_LENGTH], command.data[AUTHENTICATOR_LENGTH:]
    presented = state.keys.authenticate(key, challenge, authenticator, data)
    if presented is Presented.BLOCKED:
        return Response(SW.AUTHENTICATION_METHOD_BLOCKED)
    if presented is Presented.WRONG:
        return Response(tries_left(state.keys.tries(key).left))
    state.rights |= {key.reference}
    return SUCCESS


def internal_authenticate(state: State, command: Command) -> Response:
    """Prove the card (INTERNAL AUTHENTICATE) over a factor and eight bytes; a version of the key may follow them."""
    if command.p1 or command.p2:
        return Response(SW.WRONG_P1_P2)
    proof, version = command.data[:PROOF_LENGTH], command.data[PROOF_LENGTH:]
    if command.case not in (SENDS, BOTH) or len(proof) != PROOF_LENGTH or len(version) > 1:
        return Response(SW.WRONG_LENGTH)
    if SSSE not in state.directory.path:
        return Response(SW.REFERENCED_DATA_NOT_FOUND)
    number = version[0] if version else INTERNAL.versions[0]
    if number not in INTERNAL.versions:
        return Response(SW.REFERENCED_DATA_NOT_FOUND)
    session_key = state.keys.session_key(INTERNAL, proof[:FACTOR_LENGTH], number)
    return Response(SW.SUCCESS, state.keys.cipher.authenticator(session_key, proof[FACTOR_LENGTH:]))


def application_block(state: State, command: Command) -> Response:
    """APPLICATION BLOCK with a MAC under the card's master key; from now on the application refuses everything.

    A wrong MAC costs the master key a try: whoever guesses has three.
    """
    if command.p1 or command.p2:
        return Response(SW.WRONG_P1_P2)
    if command.case != SENDS or len(command.data) != MAC_LENGTH:
        return Response(SW.WRONG_LENGTH)
    if SSSE not in state.directory.path:
        return Response(SW.CONDITIONS_NOT_SATISFIED)
    session_key = session_key_of(state, MASTER)
    if isinstance(session_key, SW):
        return Response(session_key)
    presented = state.keys.judge(MASTER, partial(mac_is_right, state, session_key, command))
    if presented is not Presented.RIGHT:
        return Response(OF_MAC[presented])
    state.memory.write(BLOCKED, IS_BLOCKED)
    state.blocked = True
    return SUCCESS
