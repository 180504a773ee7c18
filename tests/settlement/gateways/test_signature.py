import base64
import hashlib
import hmac

import pytest

from settlement.data_directory import InstitutionKey
from settlement.gateways.keyring import Keyring
from settlement.gateways.signature import EXPIRED, MISMATCH, MISSING, UNKNOWN_USER, WINDOW_MS, key_of
from settlement.wire.keys import NetworkKey
from settlement.wire.signature import SIGNED, sign

NOW_MS = 1_795_233_600_000
KEY = InstitutionKey("AK", "SK", "P37010000001")
KEYS = Keyring((KEY,))


def signed(**changed: str) -> dict[str, str]:
    headers = {
        "_api_name": "callService", "_api_version": "1.0.0", "_api_timestamp": str(NOW_MS), "_api_access_key": "AK",
    } | changed  # fmt: skip
    return {"_api_signature": sign("SK", headers)} | headers


def test_the_signature_is_the_one_that_the_platform_describes() -> None:
    text = f"_api_access_key=AK&_api_name=callService&_api_timestamp={NOW_MS}&_api_version=1.0.0"
    independent = base64.b64encode(hmac.new(b"SK", text.encode(), hashlib.sha1).digest()).decode()
    assert signed()["_api_signature"] == independent


def test_a_signed_request_is_let_in() -> None:
    assert key_of(signed(), KEYS, NOW_MS) == KEY


def test_every_institution_has_credentials_that_follow_from_the_network_key() -> None:
    network = NetworkKey(bytes(16))
    access_key, secret_key = network.institution_key("P37010000002")
    headers = signed(_api_access_key=access_key)
    headers["_api_signature"] = sign(secret_key, headers)
    found = key_of(headers, Keyring((KEY,), network), NOW_MS)
    assert isinstance(found, InstitutionKey)
    assert found.fixmedins_code == "P37010000002"
    assert key_of(headers, KEYS, NOW_MS) == UNKNOWN_USER


def test_one_institutions_secret_signs_for_no_other() -> None:
    network = NetworkKey(bytes(16))
    headers = signed(_api_access_key=network.institution_key("P37010000002")[0])
    headers["_api_signature"] = sign(network.institution_key("P37010000003")[1], headers)
    assert key_of(headers, Keyring((), network), NOW_MS) == MISMATCH


@pytest.mark.parametrize("name", [*SIGNED, "_api_signature"])
@pytest.mark.parametrize("empty", [True, False])
def test_a_missing_header_is_named_as_such(name: str, *, empty: bool) -> None:
    headers = signed()
    del headers[name]
    assert key_of(headers | ({name: ""} if empty else {}), KEYS, NOW_MS) == MISSING


@pytest.mark.parametrize(("offset_ms", "refusal"), [(WINDOW_MS, None), (WINDOW_MS + 1, EXPIRED)])
@pytest.mark.parametrize("way", [1, -1])
def test_the_clock_window_is_half_an_hour_either_way(offset_ms: int, refusal: str | None, way: int) -> None:
    assert key_of(signed(), KEYS, NOW_MS + way * offset_ms) == (refusal or KEY)


@pytest.mark.parametrize("timestamp", ["x", "17952336000", "-795233600000", "१७९५२३३६०००००"])
def test_a_timestamp_that_is_no_time_has_expired(timestamp: str) -> None:
    assert key_of(signed(_api_timestamp=timestamp), KEYS, NOW_MS) == EXPIRED


def test_an_unknown_access_key_is_refused() -> None:
    assert key_of(signed(_api_access_key="other"), KEYS, NOW_MS) == UNKNOWN_USER


@pytest.mark.parametrize("name", ["_api_name", "_api_version"])
def test_a_header_changed_after_signing_is_refused(name: str) -> None:
    assert key_of(signed() | {name: "changed"}, KEYS, NOW_MS) == MISMATCH


@pytest.mark.parametrize("signature", ["x", "签名", "+" * 28])
def test_an_invented_signature_is_refused(signature: str) -> None:
    assert key_of(signed() | {"_api_signature": signature}, KEYS, NOW_MS) == MISMATCH
