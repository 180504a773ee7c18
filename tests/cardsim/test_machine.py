"""PIN and keys against a model of them, over any run of commands, power cycles and torn writes."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from cardsim.diversify import ALGORITHMS, city_key, padded
from cardsim.faults import FaultyCard, PowerLost, Tear
from cardsim.inspection import status
from cardsim.issuing.card_profiles import CardProfile
from cardsim.issuing.population import Population
from cardsim.social_security.key_plan import MASTER_KEYS, READ_DF04, READ_SSSE, UNBLOCK_PIN, Key

CITY = "370100"
PEOPLE = Population(1, 10, [CardProfile(name="gen2", city=CITY, generation=2, weight=1)])
KEYS = (UNBLOCK_PIN, READ_SSSE, READ_DF04)
CIPHER = ALGORITHMS["3des"]
pins = st.sampled_from(["123456", "000000", "654321"])
tears = st.tuples(st.integers(1, 9), st.sampled_from(["before", "inside", "after"]))


class PinAndKeys(RuleBasedStateMachine):
    """The model: a PIN, counters, and whether the PUK was proven in this session."""

    def __init__(self) -> None:
        super().__init__()
        self.card = PEOPLE.card(0)
        self.pin, self.tries = "123456", 6
        self.keys = {key.name: 3 for key in KEYS}
        self.unlocked = False
        self.reset()

    @rule()
    def reset(self) -> None:
        self.card.power_off()
        self.begin()

    def begin(self) -> None:
        self.card.power_on()
        self.unlocked = False
        for fid in ("DDF1", "DF04"):
            assert self.card.transmit(bytes.fromhex("00A4000002" + fid))[0] == 0x61

    @rule()
    def goes_through_its_image(self) -> None:
        image = self.card.image()
        self.card = PEOPLE.card(0)
        self.card.restore(image)
        self.begin()

    @rule(value=pins)
    def verify(self, value: str) -> None:
        assert self.send("0020000003" + value) == self.presented(value)

    @rule(old=pins, new=pins)
    def change(self, old: str, new: str) -> None:
        expected = self.presented(old)
        if expected == "9000":
            self.pin = new
        assert self.send(f"805E010007{old}FF{new}") == expected

    def presented(self, value: str) -> str:
        if self.tries == 0:
            return "6983"
        self.tries = 6 if value == self.pin else self.tries - 1
        return "9000" if value == self.pin else f"63C{self.tries}"

    @rule(key=st.sampled_from(KEYS), right=st.booleans())
    def authenticate(self, key: Key, right: bool) -> None:  # noqa: FBT001  a rule's choice
        proof = self.proof(key)
        answer = self.send((proof if right else proof[:-1] + b"?").hex())
        left = self.keys[key.name]
        if left == 0:
            assert answer == "6983"
            return
        self.keys[key.name] = 3 if right else left - 1
        assert answer == ("9000" if right else f"63C{left - 1}")
        if key is UNBLOCK_PIN:
            self.unlocked = right

    @rule(new=pins)
    def reload(self, new: str) -> None:
        session_key = self.session_key(UNBLOCK_PIN)
        command = bytes.fromhex("842400010C") + CIPHER.encipher(session_key, padded(bytes.fromhex("03" + new), 8))
        answer = self.send((command + CIPHER.mac(session_key, padded(command, 8))).hex())
        assert answer == ("9000" if self.unlocked else "6982")
        if self.unlocked:
            self.pin, self.tries = new, 6

    @precondition(lambda self: self.tries > 0)
    @rule(value=pins, tear=tears)
    def verify_torn(self, value: str, tear: tuple[int, Any]) -> None:
        """A tear leaves the counter where it was, or one lower, or restored by the right PIN: nothing else."""
        before = self.tries
        faulty = FaultyCard(self.card, [Tear(1, *tear)])
        try:
            answer = faulty.transmit(bytes.fromhex("0020000003" + value)).hex().upper()
        except PowerLost:
            self.begin()
            self.tries = status(self.card).pin_tries_left
            allowed = {before, before - 1} | ({6} if value == self.pin else set())
            assert self.tries in allowed
        else:
            assert answer == self.presented(value)

    @rule(tear=tears)
    def authenticate_torn(self, tear: tuple[int, Any]) -> None:
        left = self.keys[READ_DF04.name]
        proof = self.proof(READ_DF04)[:-1] + b"?"
        try:
            FaultyCard(self.card, [Tear(1, *tear)]).transmit(proof)
            self.keys[READ_DF04.name] = max(left - 1, 0)
        except PowerLost:
            self.begin()
            self.keys[READ_DF04.name] = self.tries_of(READ_DF04)
            assert self.keys[READ_DF04.name] in (left, left - 1)

    @invariant()
    def counters_agree(self) -> None:
        seen = status(self.card)
        assert seen.pin_tries_left == self.tries
        assert self.keys == {key.name: self.tries_of(key) for key in KEYS}
        assert seen.pin == ("locked" if self.tries == 0 else "initial" if self.pin == "123456" else "changed")

    def tries_of(self, key: Key) -> int:
        return next(each.tries_left for each in status(self.card).keys if each.name == key.name)

    def send(self, command: str) -> str:
        return self.card.transmit(bytes.fromhex(command)).hex().upper()

    def session_key(self, key: Key) -> bytes:
        challenge = self.card.transmit(bytes.fromhex("0084000008"))[:8]
        above = city_key("3des", MASTER_KEYS[key.name, 1], CITY)
        return CIPHER.session_key(CIPHER.diversify(above, self.card.atr[-8:]), challenge)

    def proof(self, key: Key) -> bytes:
        authenticator = CIPHER.authenticator(self.session_key(key), b"12345678")
        return bytes((0x00, 0x82, 0x00, key.identifier, 0x10)) + authenticator + b"12345678"


TestPinAndKeys = PinAndKeys.TestCase
TestPinAndKeys.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
