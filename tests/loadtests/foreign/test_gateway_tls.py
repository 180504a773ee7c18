"""A platform's certificate is checked, and one of its owner's own CA is trusted where SSL_CERT_FILE names that CA."""

import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

LIMIT_S = 60
CLIENT = """
import sys
from loadtests.foreign.gateway import Gateway, NoAnswer
from loadtests.workload.door import Credential, NationalDoor
door = NationalDoor(institutions={}, credentials=(), tls=True)
credential = Credential(fixmedins_code="P1", access_key="AK", secret_key="SK")
try:
    print(Gateway(("127.0.0.1", int(sys.argv[1])), door, credential, 5, lambda: 0).post(b"{?}").content.decode())
except NoAnswer as error:
    print(error)
"""


class Platform(BaseHTTPRequestHandler):
    """Answers every POST with the same."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def own_ca(tmp_path: Path) -> Path:
    """A certificate that nobody else signed, with its key behind it."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=True)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    pem, encoding = tmp_path / "ca.pem", serialization.Encoding.PEM
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(encoding) + key.private_bytes(encoding, form, plain))
    return pem


@pytest.fixture
def port(own_ca: Path) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own_ca)
    with HTTPServer(("127.0.0.1", 0), Platform) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        serving = Thread(target=server.serve_forever, daemon=True)
        serving.start()
        yield server.server_port
        server.shutdown()
        serving.join()


@pytest.mark.parametrize("trusted", [True, False])
def test_an_own_ca_is_trusted_where_the_environment_names_it(own_ca: Path, port: int, *, trusted: bool) -> None:
    environment = os.environ | ({"SSL_CERT_FILE": str(own_ca)} if trusted else {})
    command = [sys.executable, "-c", CLIENT, str(port)]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=LIMIT_S, check=True)
    assert ("{}" if trusted else "CERTIFICATE_VERIFY_FAILED") in said.stdout
