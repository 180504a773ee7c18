"""One terminal's side of the conversation: seals requests, opens replies, and remembers nothing else.

Pure: the caller sends and receives. The same object serves a trio terminal, a load generator's socket and a test.
"""

import msgspec

from settlement.wire import framing
from settlement.wire.envelope import MalformedError, Reply, Request, decode_output, decode_reply, encode
from settlement.wire.keys import REPLY, REQUEST, session_keys
from settlement.wire.messages import Body, SignedIn, SignIn


class TerminalSession:
    """A terminal's identity, keys and counter.

    `terminal_key` is CMAC(network key, dev_no), delivered with the terminal. `opened` replies are authentic or refused:
    what fails its MAC raises MalformedError, and a host that cannot authenticate us answers without one
    (`authentic=False`), which proves nothing about the request's outcome.
    """

    def __init__(self, terminal_key: bytes, *, dev_no: str, fixmedins_code: str, city: str) -> None:
        self.dev_no = dev_no
        self.fixmedins_code = fixmedins_code
        self.city = city
        self.sign_no = ""
        self._terminal_key = terminal_key
        self._keys = session_keys(terminal_key, "")
        self._counter = 0

    @property
    def signed_in(self) -> bool:
        """Whether a sign_no is held."""
        return bool(self.sign_no)

    def pin_block(self, pin: str, bank_card_no: str) -> bytes:
        """Encipher a PIN under this session; asserts that the terminal is signed in."""
        assert self.signed_in
        return self._keys.pin_block(pin, bank_card_no)

    def seal(
        self, body: Body, *, msgid: str, clock_ms: int, inf_time: str, insuplc_admdvs: str = ""
    ) -> tuple[bytes, int]:
        """Return a frame and the counter that its reply will answer; 9001 goes under the terminal key."""
        signing_in = isinstance(body, SignIn)
        if signing_in:
            counter, sign_no, keys = clock_ms, "", session_keys(self._terminal_key, "")
        else:
            self._counter += 1
            counter, sign_no, keys = self._counter, self.sign_no, self._keys
        request = Request(
            msgid=msgid,
            fixmedins_code=self.fixmedins_code,
            dev_no=self.dev_no,
            mdtrtarea_admvs=self.city,
            insuplc_admdvs=insuplc_admdvs,
            sign_no=sign_no,
            counter=counter,
            inf_time=inf_time,
            body=msgspec.Raw(encode(body)),
        )
        message = encode(request)
        return framing.frame(message, keys.mac(REQUEST, counter, message)), counter

    def open(self, message: bytes, mac: bytes, counter: int, *, signing_in: bool = False) -> tuple[Reply, bool]:
        """Return a reply and whether it is authentic; raise MalformedError if its MAC is wrong."""
        authentic = self.authentic(message, mac, counter, signing_in=signing_in)
        return decode_reply(message), authentic

    def authentic(self, message: bytes, mac: bytes, counter: int, *, signing_in: bool = False) -> bool:
        """Whether a reply has a MAC; raise MalformedError if it is wrong."""
        if mac == framing.NO_MAC:
            return False
        keys = session_keys(self._terminal_key, "") if signing_in else self._keys
        if not keys.authentic(REPLY, counter, message, mac):
            raise MalformedError("the reply's MAC does not fit")
        return True

    def accept(self, reply: Reply) -> None:
        """Take up the session that a 9001 opened."""
        output = decode_output(reply)
        assert isinstance(output, SignedIn), reply.infno
        self.sign_no = output.sign_no
        self._keys = session_keys(self._terminal_key, output.sign_no)
        self._counter = 0
