import trio
import trio.testing

from settlement.wire.framing import NO_MAC, frame
from terminals.links.direct import DirectLink
from terminals.links.faulty import Fault, FaultKind, FaultyLink
from terminals.links.metered import MeteredLink


async def test_a_meter_reports_the_time_from_send_to_reply(autojump_clock: trio.testing.MockClock) -> None:
    took: list[float] = []
    slow = FaultyLink(DirectLink(lambda *frame: frame), {1: Fault(FaultKind.DELAY_REPLY, 3)})
    metered = MeteredLink(slow, trio.current_time, took.append)
    for _ in range(2):
        await metered.send(frame(b"a", NO_MAC))
        await metered.receive()
    assert took == [3, 0]
