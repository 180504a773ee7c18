"""`shuaka terminals` whose holders tear cards out and whose terminals are impatient: a fleet in which things go wrong.

Every TORN_EVERY-th command finds its card pulled out by the holder, and a terminal gives a lost request up at once, so
that an engine that is gone for seconds leaves outcomes unknown, as one that is gone for a minute does to others.
"""

from itertools import count

from shuaka import terminals
from shuaka.commands import app
from terminals import session_link
from terminals.kernel import exchange
from terminals.readers.simulated import SimulatedReader

TORN_EVERY = 97
asked = count(1)
whole = SimulatedReader.transmit


async def torn(reader: SimulatedReader, apdu: bytes) -> bytes:
    if next(asked) % TORN_EVERY == 0:
        reader.remove()
    return await whole(reader, apdu)


if __name__ == "__main__":
    terminals.JOURNAL = "brittle.journal"  # type: ignore[misc] # another fleet has the usual one
    SimulatedReader.transmit = torn  # type: ignore[method-assign]
    exchange.LOST_PAUSES_S = (0.1,)  # type: ignore[misc]
    session_link.RECONNECT_PAUSES_S = (0.1,)  # type: ignore[misc, assignment]
    app()
