"""The engine's signed HTTP door as a command uses it: one institution's keys, one operator, one call at a time.

The keys follow from the data directory's network key, so that every institution has some. Everything that can go wrong
ends in EngineError, one sentence that says what to do.
"""

import http.client
import time
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from settlement.data_directory import Address
from settlement.wire.keys import NetworkKey
from settlement.wire.names import local_time, msgid, terminal_number
from settlement.wire.national_fields import PATH
from settlement.wire.signature import CONTENT_SIGNATURE, SIGNATURE, sign, sign_content
from shuaka.engine import EngineError

TIMEOUT_S: Final = 60
LANE: Final = 99
"""In a msgid: beside every terminal of the institution."""


class SignedDoor:
    """One operator of one institution at the engine's HTTP door."""

    def __init__(self, address: Address, key: NetworkKey, fixmedins_code: str, opter_no: str) -> None:
        self._address = address
        self._access_key, self._secret_key = key.institution_key(fixmedins_code)
        self._code = fixmedins_code
        self._opter_no = opter_no

    def sign_in(self) -> None:
        """Open the operator's session (9001); raise EngineError where it is refused."""
        now_ms = time.time_ns() // 1_000_000
        envelope = {
            "infno": "9001",
            "msgid": msgid(terminal_number(self._code, LANE), now_ms, now_ms % 1000),
            "mdtrtarea_admvs": self._code[1:7],
            "insuplc_admdvs": "",
            "recer_sys_code": "shuaka",
            "infver": "1.0.0",
            "opter_type": "1",
            "opter": self._opter_no,
            "opter_name": self._opter_no,
            "inf_time": local_time(now_ms),
            "fixmedins_code": self._code,
            "fixmedins_name": self._code,
            "sign_no": "",
            "input": {"signIn": {"opter_no": self._opter_no, "mac": "0", "ip": "127.0.0.1"}},
        }
        answer = self._post(PATH, envelope)
        if answer["infcode"] not in (0, "0"):
            raise EngineError(f"{self._code} cannot sign in: {answer['err_msg']}")

    def service(self, name: str, fields: dict[str, Any], *, insured: str = "", msgid: str = "") -> dict[str, Any]:
        """Return the answer to a card service; the operator has signed in."""
        asked = {"opter": self._opter_no, "insuplc_admdvs": insured, "msgid": msgid}
        path = f"/services/{name}?{urlencode({key: value for key, value in asked.items() if value})}"
        return self._post(path, fields)

    def _post(self, path: str, body: object) -> dict[str, Any]:
        connection = http.client.HTTPConnection(self._address.host, self._address.port, timeout=TIMEOUT_S)
        try:
            content = msgspec.json.encode(body)
            connection.request("POST", path, content, self._headers(path, content))
            answer = connection.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException) as error:
            why = getattr(error, "strerror", None) or error
            raise EngineError(f"the HTTP door does not answer ({why}); is `shuaka serve` running?") from None
        finally:
            connection.close()
        told: dict[str, Any] = msgspec.json.decode(said)
        if answer.status != http.client.OK:
            raise EngineError(f"the HTTP door refuses {path.partition('?')[0]}: {told['message']}")
        return told

    def _headers(self, path: str, content: bytes) -> dict[str, str]:
        signed = {
            "_api_access_key": self._access_key,
            "_api_name": "shuaka",
            "_api_timestamp": str(time.time_ns() // 1_000_000),
            "_api_version": "1.0.0",
        }
        return {
            **signed,
            SIGNATURE: sign(self._secret_key, signed),
            CONTENT_SIGNATURE: sign_content(self._secret_key, signed["_api_timestamp"], path, content),
            "content-type": "application/json",
        }
