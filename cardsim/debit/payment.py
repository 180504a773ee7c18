"""What a chip with a bank account offers beside its file system: the debit application and the two directories to it.

PSE serves the contacts and has a file with an entry; PPSE serves the other interface and answers with the entry at once
(EMV Book 1, 12.3; EMV Contactless Book B, 3.3). The MF has the name of the PSE: which stands first is `routing`.
"""

from functools import partial

from cardsim.apdu import Command, Response
from cardsim.debit.commands import COMMANDS, READ_RECORD, read
from cardsim.debit.data import (
    AID,
    APPLICATION_FCI,
    PPSE_FCI,
    PPSE_NAME,
    PSE_FCI,
    PSE_NAME,
    PSE_RECORDS,
    TAP_FCI,
    Debit,
    DebitFacts,
)
from cardsim.debit.transaction import Transaction
from cardsim.interface import Interface
from cardsim.state import Application, State
from cardsim.status import SW


def applications(facts: DebitFacts) -> dict[bytes, Application]:
    """Return the three, by DF name."""
    return {PSE_NAME: PSE, PPSE_NAME: PPSE, AID: Application(AID, COMMANDS, partial(enter_debit, Debit(facts)))}


def enter_debit(debit: Debit, state: State) -> Response:
    """SELECT the debit application: whatever went on before is over."""
    contactless = state.interface is Interface.CONTACTLESS
    state.session = Transaction(debit, state.memory, contactless)
    return Response(SW.SUCCESS, TAP_FCI if contactless else APPLICATION_FCI)


def enter_ppse(state: State) -> Response:
    """SELECT the directory of the contactless interface, which the contacts do not have."""
    return Response(SW.SUCCESS, PPSE_FCI) if state.interface is Interface.CONTACTLESS else Response(SW.FILE_NOT_FOUND)


def read_directory(_: State, command: Command) -> Response:
    """READ RECORD of the PSE's directory."""
    return read(command, lambda sfi, number: PSE_RECORDS.get((sfi, number)))


PSE = Application(PSE_NAME, {READ_RECORD: read_directory}, lambda _: Response(SW.SUCCESS, PSE_FCI))
PPSE = Application(PPSE_NAME, {}, enter_ppse)
