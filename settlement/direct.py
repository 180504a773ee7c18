"""A host without a loop: one message in, its reply out, over a store that answers at once.

For the direct link of a terminal in the same process, for simulation and for tests: the same reception, judgement and
seal as the service, without queue, batches or durability.
"""

from collections.abc import Callable

from settlement.batch import Fault, Judge, drive_now, settle_batch
from settlement.engine.arrival import Arrival, Decision, Door
from settlement.engine.clearing.needs import needs
from settlement.readings import with_rows_now
from settlement.reception import NONCE_SIZE, TurnedAway, receive, reply_to
from settlement.stores.store import ImmediateStore
from settlement.wire.envelope import Request, digest_of, encode
from settlement.wire.keys import NetworkKey
from settlement.wire.messages import Body


class DirectHost:
    """Judges each message as it comes; an exception of the judge's is raised, not answered."""

    def __init__(
        self,
        store: ImmediateStore,
        judge: Judge,
        key: NetworkKey,
        *,
        now_ms: Callable[[], int],
        chance: Callable[[int], bytes],
    ) -> None:
        self._store = store
        self._judge = judge
        self._key = key
        self._now_ms = now_ms
        self._chance = chance

    def handle(self, message: bytes, mac: bytes) -> tuple[bytes, bytes]:
        """Answer one message of a terminal, with its MAC."""
        received = receive(message, mac, self._key)
        if isinstance(received, TurnedAway):
            reply = encode(reply_to(received, self._now_ms(), self._chance(NONCE_SIZE)))
        else:
            request, body, infno, _ = received
            digest = digest_of(body, request.insuplc_admdvs)
            reply = self.decide(request, body, infno, digest, Door.TERMINAL).reply_bytes
        return reply, received.seal.mac(reply)

    def decide(self, request: Request, body: Body, infno: str, digest: bytes, door: Door) -> Decision:
        """Decide one authentic request, with what its judge needs of many rows, and keep what it changes."""
        arrival = Arrival(request, body, infno, digest, door, self._now_ms(), self._chance(NONCE_SIZE))
        if need := needs(body, request.fixmedins_code):
            arrival = with_rows_now(arrival, need, self._store)
        [decision] = drive_now(settle_batch([arrival], self._judge), self._store, _raise)
        return decision


def _raise(fault: Fault) -> None:
    raise fault.error
