"""The commands that are torn, as scenarios of `tear`: what is sent, how the state is seen, which states there are."""

from collections.abc import Callable, Sequence

from terminals.kernel.command import BLOCKED, SUCCESS, TRIES_LEFT, command
from terminals.laboratory.commands import (
    ASK_TRIES,
    DEBIT_AID,
    GET_CHALLENGE,
    OTHER_PIN,
    WRONG_PIN,
    change_pin,
    external_authenticate,
    read_record,
    select_name,
    verify,
)
from terminals.laboratory.debit import counter
from terminals.laboratory.debit_dialogue import begin, options
from terminals.laboratory.effects import Steps, of_status, status
from terminals.laboratory.keys import KEY_TRIES, NOT_A_PROOF, wrong_proof
from terminals.laboratory.pin import environment, tries_left
from terminals.laboratory.security_module import READ_SSSE, proof
from terminals.laboratory.subject import Subject
from terminals.laboratory.tear import Scenario, State
from terminals.laboratory.writing import (
    HISTORY_RECORDS,
    HISTORY_SFI,
    MARK,
    OFFLINE_RECORD,
    OFFLINE_SFI,
    append_history,
    open_for_writing,
    update_offline,
)


def _always(*states: State) -> Callable[[Subject], Steps[Sequence[State]]]:
    def told(_: Subject) -> Steps[Sequence[State]]:
        yield from ()
        return states

    return told


def _wrong_pin(_: Subject) -> Steps[bytes]:
    """One wrong PIN came before: a counter that is set back to its start is seen to be."""
    yield from environment()
    yield from command(verify(WRONG_PIN))
    return verify(WRONG_PIN)


def _right_pin(subject: Subject) -> Steps[bytes]:
    assert subject.pin is not None
    yield from environment()
    yield from command(verify(WRONG_PIN))
    return verify(subject.pin)


def _new_pin(subject: Subject) -> Steps[bytes]:
    assert subject.pin is not None
    yield from environment()
    return change_pin(subject.pin, OTHER_PIN)


def _pin_tries(_: Subject) -> Steps[State]:
    yield from environment()
    answer = yield from command(ASK_TRIES)
    return _tries(0 if answer.status == BLOCKED else answer.status & 0xF)


def _tries(left: int) -> State:
    return f"{left} tries left"


def _states_of_wrong_pin(_: Subject) -> Steps[Sequence[State]]:
    yield from environment()
    left = yield from tries_left()
    return _tries(left - 1), _tries(left - 2)


def _states_of_right_pin(_: Subject) -> Steps[Sequence[State]]:
    yield from environment()
    left = yield from tries_left()
    return _tries(left - 1), _tries(left - 2), _tries(left)


def _pin_and_tries(subject: Subject) -> Steps[State]:
    tries = yield from _pin_tries(subject)
    answer = yield from command(verify(OTHER_PIN))
    return f"{tries}, {'new' if answer.status == SUCCESS else 'old'} PIN"


def _states_of_new_pin(_: Subject) -> Steps[Sequence[State]]:
    yield from environment()
    left = yield from tries_left()
    whole, counted = f"{_tries(left)}, old PIN", f"{_tries(left - 1)}, old PIN"
    return whole, counted, whole, f"{_tries(left)}, new PIN"


def _wrong_key(_: Subject) -> Steps[bytes]:
    yield from environment()
    yield from wrong_proof(READ_SSSE, "a wrong proof", TRIES_LEFT | KEY_TRIES - 1)
    yield from status("GET CHALLENGE", GET_CHALLENGE)
    return external_authenticate(READ_SSSE.identifier, NOT_A_PROOF)


def _right_key(subject: Subject) -> Steps[bytes]:
    yield from environment()
    yield from wrong_proof(READ_SSSE, "a wrong proof", TRIES_LEFT | KEY_TRIES - 1)
    return (yield from proof(subject, READ_SSSE))


def _key_tries(_: Subject) -> Steps[State]:
    """Tell how many tries the key had, which costs one of them."""
    yield from environment()
    yield from status("GET CHALLENGE", GET_CHALLENGE)
    answer = yield from command(external_authenticate(READ_SSSE.identifier, NOT_A_PROOF))
    yield of_status("a wrong proof, to see its counter", answer, *(TRIES_LEFT | left for left in range(KEY_TRIES)))
    return _tries((answer.status & 0xF) + 1)


def _update(subject: Subject) -> Steps[bytes]:
    yield from open_for_writing(subject)
    return update_offline(MARK)


def _updated(subject: Subject) -> Steps[State]:
    yield from open_for_writing(subject)
    record = yield from status("READ RECORD", read_record(OFFLINE_RECORD, OFFLINE_SFI))
    return "new record" if record == MARK else "old record" if record == b"\x93\x02\0\0" else "neither"


def _append(subject: Subject) -> Steps[bytes]:
    yield from open_for_writing(subject)
    yield from status("APPEND RECORD 1", append_history(1))
    return append_history(2)


def _appended(subject: Subject) -> Steps[State]:
    yield from open_for_writing(subject)
    numbers: list[str] = []
    for number in range(1, HISTORY_RECORDS + 1):
        answer = yield from command(read_record(number, HISTORY_SFI))
        if answer.status != SUCCESS:
            break
        numbers.append(answer.data[-1:].hex())
    return f"records {' '.join(numbers)}"


def _begin(_: Subject) -> Steps[bytes]:
    yield from begin()
    fci = yield from status("SELECT the debit application", select_name(DEBIT_AID))
    return options(fci)


def _transactions(_: Subject) -> Steps[State]:
    return f"counter {(yield from counter())}"


def _states_of_begin(_: Subject) -> Steps[Sequence[State]]:
    count = yield from counter()
    return f"counter {count + 1}", f"counter {count + 2}"


ALL, LESS, LEAST = (_tries(KEY_TRIES - spent) for spent in range(3))
VERIFY_WRONG = Scenario(_wrong_pin, _pin_tries, _states_of_wrong_pin)
VERIFY_RIGHT = Scenario(_right_pin, _pin_tries, _states_of_right_pin)
CHANGE = Scenario(_new_pin, _pin_and_tries, _states_of_new_pin)
AUTHENTICATE_WRONG = Scenario(_wrong_key, _key_tries, _always(LESS, LEAST))
AUTHENTICATE_RIGHT = Scenario(_right_key, _key_tries, _always(LESS, LEAST, ALL))
UPDATE = Scenario(_update, _updated, _always("old record", "new record"))
APPEND = Scenario(_append, _appended, _always("records 01", "records 02 01"))
BEGIN = Scenario(_begin, _transactions, _states_of_begin)
