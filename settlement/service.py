"""The host behind its gateways: the queue, the group commit, the answers.

Requests wait in one bounded queue. While a batch commits the next one gathers, and a little longer where they come in
company. A reply leaves after the commit that it tells of. If a commit fails, nothing of it is answered and `run`
raises: an engine that does not know what is durable must stop.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from time import perf_counter
from typing import Final, NamedTuple

from settlement.batch import Fault, Judge, drive, settle_batch, unknown_error
from settlement.engine.arrival import Arrival, Decision, Door, Password
from settlement.engine.clearing.needs import Until, needs
from settlement.engine.ledger.statement import Period
from settlement.journal.entry import Noted
from settlement.journal.writer import Journal
from settlement.readings import with_rows
from settlement.reception import NONCE_SIZE, UNSEALED, TurnedAway, receive, reply_to
from settlement.stores.store import Store, StoreError
from settlement.tally import Outcome
from settlement.wire import codes
from settlement.wire.envelope import Reply, Request, digest_of, encode
from settlement.wire.keys import NetworkKey
from settlement.wire.messages import Body

BATCH_MAX: Final = 512
"""Requests of one commit: past some hundreds the rows cost more than the fsync, and waiting longer gains nothing."""
PAUSE_S: Final = 0.003
"""From one batch's beginning to the next one's at least, unless the one had a single request: at most 333 commits a
second. At 1,200 visits a second a sixth of the engine's CPU goes with the others; a lone client never waits."""
QUEUE_MAX: Final = 8_192
"""Requests that may wait: about a second of work. Past it a request is refused at once, to be repeated."""
TERMINALS_REMEMBERED: Final = 16_384
"""Terminals whose operator is known without reading their session, for counting what is refused before that."""

Terminal = tuple[str, str, str]
"""Gateway, institution, and terminal (at the signed door: operator)."""

Answer = Callable[[bytes, bytes], None]
"""Takes a reply and its MAC. A client that has gone is the gateway's business, not an error."""

log = logging.getLogger(__name__)


class Waiting(NamedTuple):
    """A request in the queue, and who takes its decision."""

    arrival: Arrival
    gateway: str
    began: float
    settle: Callable[[Decision], None]
    content: bytes = b""
    """The body as it came, where the journal shall have it."""


class Gathered(NamedTuple):
    """A batch that was settled: how many requests, how many wait behind it, and where its time went.

    `queue_s` is the wait of its first request, `settle_s` from the first row's loading to the commit, `reply_s` the
    handing out.
    """

    requests: int
    waiting: int
    queue_s: float
    settle_s: float
    reply_s: float


class UnansweredError(Exception):
    """A call that gets no reply; what it asked for may have been carried out."""


class Service:
    """Decides what gateways hand in, in batches over one store.

    `now_ms` is Unix time, `chance(n)` gives n random bytes; both are drawn once a request, before it is judged.
    `answered` are told of each answer, `gathered` of each batch, the journal of what came to the doors that it keeps.
    `withheld` are the insured numbers of people whose settlements are carried out and never answered.
    """

    def __init__(
        self,
        store: Store,
        judge: Judge,
        key: NetworkKey,
        *,
        now_ms: Callable[[], int],
        chance: Callable[[int], bytes],
        answered: tuple[Callable[[Outcome], None], ...] = (),
        gathered: tuple[Callable[[Gathered], None], ...] = (),
        journal: Journal | None = None,
        withheld: frozenset[str] = frozenset(),
    ) -> None:
        self._store = store
        self._judge = judge
        self._key = key
        self._now_ms = now_ms
        self._chance = chance
        self._answered = answered
        self._gathered = gathered
        self._journal = journal
        self._withheld = withheld
        self.quiet = asyncio.Lock()
        """Held while a batch is settled: who takes it has the ledger to himself."""
        self._queue: deque[Waiting] = deque()
        self._wake = asyncio.Event()
        self._stopping = False
        self._operators: dict[Terminal, str] = {}
        self._reading: set[asyncio.Task[None]] = set()
        self._one_reader = asyncio.Lock()

    def receive(self, message: bytes, mac: bytes, answer: Answer, gateway: str) -> None:
        """Take a terminal's message; `answer` is called once: at once for a refusal here, else after the commit."""
        began = perf_counter()
        received = receive(message, mac, self._key)
        if isinstance(received, TurnedAway):
            return self._turn_away(received, answer, gateway, began)
        request, body, infno, seal = received
        if self._full:
            return self._turn_away(TurnedAway(codes.BUSY, "", request, infno, seal), answer, gateway, began)

        def settle(decision: Decision) -> None:
            if not self._withholds(infno, body):
                answer(decision.reply_bytes, seal.mac(decision.reply_bytes))

        arrival = self._arrival(request, body, infno, digest_of(body, request.insuplc_admdvs), Door.TERMINAL)
        return self._enqueue(Waiting(arrival, gateway, began, settle))

    def _withholds(self, infno: str, body: Body) -> bool:
        """Whether what is decided of a message is never answered: a settlement for a specimen that says so."""
        return bool(self._withheld) and codes.KINDS[infno].group == "settle" and _psn_no(body) in self._withheld

    async def handle(self, message: bytes, mac: bytes, gateway: str) -> tuple[bytes, bytes]:
        """Answer one message of a terminal, with its MAC."""
        answered: asyncio.Future[tuple[bytes, bytes]] = asyncio.get_running_loop().create_future()

        def answer(reply: bytes, reply_mac: bytes) -> None:
            if not answered.done():
                answered.set_result((reply, reply_mac))

        self.receive(message, mac, answer, gateway)
        return await answered

    async def handle_signed(
        self,
        request: Request,
        body: Body,
        infno: str,
        digest: bytes,
        gateway: str,
        door: Door = Door.HTTP,
        content: bytes = b"",
    ) -> Reply:
        """Answer a request that its gateway authenticated; `digest` is what a repeat of its msgid must share.

        Raises UnansweredError where it is to get no reply, which is carried out all the same.
        """
        began = perf_counter()
        if self._full:
            away = TurnedAway(codes.BUSY, "", request, infno, UNSEALED)
            return self.refuse(away, gateway, began, authentic=True, content=content)
        decided: asyncio.Future[Decision] = asyncio.get_running_loop().create_future()

        def settle(decision: Decision) -> None:
            if not decided.done():
                decided.set_result(decision)

        self._enqueue(Waiting(self._arrival(request, body, infno, digest, door), gateway, began, settle, content))
        decision = await decided
        if self._withholds(infno, body):
            raise UnansweredError
        return decision.reply

    def refuse(self, away: TurnedAway, gateway: str, began: float, *, authentic: bool, content: bytes = b"") -> Reply:
        """Return the reply to a request that is not judged, and count it under its operator where that is known."""
        request = away.request
        operator = self._operators.get(_terminal_of(gateway, request), "") if request and authentic else ""
        self._note(
            Outcome(
                gateway,
                operator,
                away.infno,
                away.refusal.code,
                replayed=False,
                password=Password.NOT_ASKED,
                seconds=perf_counter() - began,
            )
        )
        reply = reply_to(away, self._now_ms(), self._chance(NONCE_SIZE))
        if self._journal and self._journal.keeps(gateway):
            seconds = perf_counter() - began
            self._journal.note(
                Noted(gateway, self._now_ms(), seconds, away.infno, request, content=content, reply=reply)
            )
        return reply

    @property
    def _full(self) -> bool:
        """Whether a request is refused at once, because too many wait or the engine is stopping."""
        return len(self._queue) + len(self._reading) >= QUEUE_MAX or self._stopping

    async def run(self) -> None:
        """Settle batch after batch until `stop`; raise StoreError if the ledger fails."""
        began, size = 0.0, 0
        while self._queue or self._reading or not self._stopping:
            if not self._queue:
                self._wake.clear()
                await self._wake.wait()
                continue
            if size > 1 and (early_s := began + PAUSE_S - perf_counter()) > 0:
                await asyncio.sleep(early_s)
            batch = [self._queue.popleft() for _ in range(min(BATCH_MAX, len(self._queue)))]
            began, size = perf_counter(), len(batch)
            steps = settle_batch([waiting.arrival for waiting in batch], self._judge)
            async with self.quiet:
                decisions = await drive(steps, self._store, _report)
            settled = perf_counter()
            for waiting, decision in zip(batch, decisions, strict=True):
                self._finish(waiting, decision)
            told = Gathered(size, len(self._queue), began - batch[0].began, settled - began, perf_counter() - settled)
            for gathered in self._gathered:
                gathered(told)
            await asyncio.sleep(0)  # one look at every socket: what it finds is the next batch

    def stop(self) -> None:
        """Refuse what comes from now on; `run` returns when what waits has been answered."""
        self._stopping = True
        self._wake.set()

    def _arrival(self, request: Request, body: Body, infno: str, digest: bytes, door: Door) -> Arrival:
        return Arrival(request, body, infno, digest, door, self._now_ms(), self._chance(NONCE_SIZE))

    def _enqueue(self, waiting: Waiting) -> None:
        """Let a request wait for its batch; one about days or months as a whole waits for its reading first."""
        arrival = waiting.arrival
        need = needs(arrival.body, arrival.request.fixmedins_code)
        if need is None:
            self._queue.append(waiting)
            self._wake.set()
        else:
            task = asyncio.get_running_loop().create_task(self._with_reading(waiting, need))
            self._reading.add(task)

    async def _with_reading(self, waiting: Waiting, need: Period | Until) -> None:
        """Read beside the batches, one reading at a time, and hand it in with its request."""
        task = asyncio.current_task()
        assert task is not None
        try:
            async with self._one_reader:
                read = await with_rows(waiting.arrival, need, self._store)
        except StoreError:
            log.exception("what was asked for could not be read: answered E9000")
            self._finish(waiting, unknown_error(waiting.arrival))
        else:
            self._queue.append(waiting._replace(arrival=read))
        finally:
            self._reading.discard(task)
            self._wake.set()

    def _finish(self, waiting: Waiting, decision: Decision) -> None:
        """Hand over a decision; whoever fails to take it must not keep the others from theirs."""
        try:
            waiting.settle(decision)
        except Exception:
            log.exception("a gateway failed to answer; its client must ask again")
        arrival, gateway = waiting.arrival, waiting.gateway
        if decision.opter_no:
            self._remember(_terminal_of(gateway, arrival.request), decision.opter_no)
        self._note(
            Outcome(
                gateway,
                decision.opter_no,
                arrival.infno,
                decision.reply.refusal,
                replayed=decision.replayed,
                password=decision.password,
                seconds=perf_counter() - waiting.began,
            )
        )

        if self._journal and self._journal.keeps(gateway):
            self._journal.note(_noted(waiting, decision))

    def _turn_away(self, away: TurnedAway, answer: Answer, gateway: str, began: float) -> None:
        reply = encode(self.refuse(away, gateway, began, authentic=away.seal.keys is not None))
        answer(reply, away.seal.mac(reply))

    def _remember(self, terminal: Terminal, opter_no: str) -> None:
        if self._operators.get(terminal) == opter_no:
            return
        if len(self._operators) >= TERMINALS_REMEMBERED:
            del self._operators[next(iter(self._operators))]
        self._operators[terminal] = opter_no

    def _note(self, outcome: Outcome) -> None:
        for answered in self._answered:
            answered(outcome)


def _psn_no(body: Body) -> str:
    named: str = getattr(body, "psn_no", "")
    return named


def _terminal_of(gateway: str, request: Request) -> Terminal:
    return gateway, request.fixmedins_code, request.dev_no


def _noted(waiting: Waiting, decision: Decision) -> Noted:
    arrival = waiting.arrival
    return Noted(
        waiting.gateway,
        arrival.received_ms,
        perf_counter() - waiting.began,
        arrival.infno,
        arrival.request,
        arrival.body,
        waiting.content,
        decision.reply,
        decision.transfers,
        decision.replayed,
    )


def _report(fault: Fault) -> None:
    """Log a bug of ours with its trace; the msgid finds the request, nothing else of it is written down."""
    log.error("judging msgid %s failed: answered E9000", fault.arrival.request.msgid, exc_info=fault.error)
