"""How answers travel under T=0, and how they look when a reader resolves that (ISO 7816-3, 10.3).

Under T=0 a command either sends or fetches. In mode `raw` the card shows this: an answer to a command that sent data
waits for GET RESPONSE (61xx), and a command that fetches must name the exact length, or is told it (6Cxx); Le = 00
means 256 and is told the length as well. In mode `auto` the card behaves as behind a reader that resolves both: all
data and 9000 at once, whatever Le says. Clients exist that understand only one of the two.
"""

from collections.abc import Callable
from typing import Literal

from cardsim.apdu import FETCHES, Command, Response
from cardsim.status import SW, exact_length, more_data

Mode = Literal["raw", "auto"]

GET_RESPONSE = (0x00, 0xC0)

Exchange = tuple[Response, bytes]  # the answer, and the data that GET RESPONSE may fetch after it


def exchange(mode: Mode, pending: bytes, command: Command, execute: Callable[[Command], Response]) -> Exchange:
    """Answer one command; `pending` is what the exchange before it left for GET RESPONSE."""
    if command[:2] == GET_RESPONSE:
        return _get_response(pending, command)
    response = execute(command)
    if mode == "auto" or not response.data:
        return response, b""
    if command.case != FETCHES:
        return Response(more_data(len(response.data))), response.data
    return _exactly(response, command.le), b""


def _get_response(pending: bytes, command: Command) -> Exchange:
    if command.p1 or command.p2:
        return Response(SW.WRONG_P1_P2), pending
    if command.case != FETCHES:
        return Response(SW.WRONG_LENGTH), pending
    if not pending:
        return Response(SW.CONDITIONS_NOT_SATISFIED), b""
    response = _exactly(Response(SW.SUCCESS, pending), command.le)
    return response, b"" if response.data else pending


def _exactly(response: Response, le: int) -> Response:
    return response if len(response.data) == le else Response(exact_length(len(response.data)))
