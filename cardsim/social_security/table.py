"""The social security application: its table of (CLA, INS).

A handler gets the state and a parsed command and returns a `Response`; it never raises for anything a terminal may
send. How T=0 carries data is not known here: that is `t0`.
"""

from cardsim.apdu import Response
from cardsim.social_security.file_commands import append_record, read_binary, read_record, update_binary, update_record
from cardsim.social_security.key_commands import (
    application_block,
    external_authenticate,
    get_challenge,
    internal_authenticate,
)
from cardsim.social_security.layout import SSSE_NAME
from cardsim.social_security.pin_commands import change_pin, reset_pin, verify
from cardsim.state import Application, Commands
from cardsim.status import SW

COMMANDS: Commands = {
    (0x00, 0xB2): read_record,
    (0x00, 0xDC): update_record,
    (0x00, 0xE2): append_record,
    (0x00, 0xB0): read_binary,
    (0x00, 0xD6): update_binary,
    (0x00, 0x84): get_challenge,
    (0x00, 0x82): external_authenticate,
    (0x00, 0x88): internal_authenticate,
    (0x00, 0x20): verify,
    (0x80, 0x5E): change_pin,
    (0x84, 0x24): reset_pin,
    (0x84, 0x1E): application_block,
}
SOCIAL_SECURITY = Application(SSSE_NAME, COMMANDS, lambda state: Response(SW.SUCCESS, state.directory.fci))
