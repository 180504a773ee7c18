"""A stand-in platform as a process: `python tests/system/foreign_platform PEOPLE.csv` prints its port.

The national interface over HTTP with AK/SK signatures, on the standard library alone; nothing of the project is
imported. POST /plan begins anew with other latencies and planted losses, GET /seen tells how many requests of each kind
came in, GET /books what is stored.
"""

import base64
import csv
import hmac
import json
import sys
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from ledger import Entry, Ledger
from statements import Statements
from trades import DropError, RefusalError, Trades, now

KEYS = {"AK-SHOP-1": "SK-SHOP-1-canary", "AK-SHOP-2": "SK-SHOP-2-canary"}
SHOPS = ("P37010000011", "P37010000012")
SIGNED = ("_api_access_key", "_api_name", "_api_timestamp", "_api_version")
BALANCE = 5_000_000
HOST = "127.0.0.1"


class Platform(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, people: list[dict[str, str]], plan: dict[str, Any]) -> None:
        super().__init__((HOST, 0), Door)
        self.people = people
        self.begin(plan)

    def begin(self, plan: dict[str, Any]) -> None:
        """Begin anew: nothing is stored, nothing was seen, and this is planted."""
        self.plan, self.seen, self.ledger = plan, Counter[str](), Ledger()
        for number, person in enumerate(self.people):
            self.ledger.admit(number, person, BALANCE)
        self.trades, self.statements = Trades(self.ledger, plan), Statements(self.ledger, plan)
        for number in range(plan.get("foreign_rows", 0)):
            name = f"X{number:015d}"
            self.ledger.keep(Entry(name, name, "N000000000", f"OTHER-{number}", SHOPS[0], 0, 700, 0, 0, 700, now()))

    def answer(self, content: bytes) -> bytes | None:
        """Return the answer to an envelope; None for one that is dropped."""
        began = stamp()
        envelope = json.loads(content)
        self.seen[envelope["infno"]] += 1
        time.sleep(self.plan.get("latency_ms", 0) / 1000)
        reply: dict[str, Any] = {"infcode": 0, "err_msg": "", "output": {}}
        try:
            if envelope["infno"] == "9102":
                return self.statements.give(envelope)
            desk = self.statements if envelope["infno"] in self.statements.answers else self.trades
            reply["output"] = desk.answer(envelope)
        except RefusalError as error:
            reply |= {"infcode": "-1", "err_msg": str(error)}
        except DropError:
            return None
        region = envelope["mdtrtarea_admvs"] + began[:14]
        reply |= {"inf_refmsgid": f"{region}{self.ledger.serial():010d}", "refmsg_time": began}
        return json.dumps(reply | {"respond_time": stamp()}).encode()


class Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # a head and a body in one segment
    server: Platform

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/plan":
            self.server.begin(json.loads(content))
            return self.say(200, b"{}")
        refused = self.unsigned() or self.busy(content)
        if refused:
            return self.say(*refused)
        answer = self.server.answer(content)
        if answer is None:
            self.close_connection = True
            return None
        return self.say(200, answer)

    def do_GET(self) -> None:
        if self.path == "/seen":
            return self.say(200, json.dumps(self.server.seen).encode())
        books = [entry._asdict() for shop in SHOPS for entry in self.server.ledger.between(shop, "", "9")]
        return self.say(200, json.dumps(books).encode())

    def unsigned(self) -> tuple[int, bytes] | None:
        text = "&".join(f"{name}={self.headers[name]}" for name in SIGNED)
        key = KEYS.get(self.headers["_api_access_key"] or "", "")
        mark = base64.b64encode(hmac.digest(key.encode(), text.encode(), "sha1")).decode()
        if key and mark == self.headers["_api_signature"]:
            return None
        return 401, json.dumps({"code": 401, "message": "签名不匹配"}).encode()

    def busy(self, content: bytes) -> tuple[int, bytes] | None:
        if json.loads(content)["infno"] not in self.server.plan.get("busy", ()):
            return None
        self.server.seen["busy"] += 1
        return 503, json.dumps({"code": 503, "message": "系统繁忙"}).encode()

    def say(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing: a platform's log is its own."""


def stamp() -> str:
    moment = time.time() + 8 * 3600
    return time.strftime("%Y%m%d%H%M%S", time.gmtime(moment)) + f"{int(moment * 1000) % 1000:03d}"


def main() -> None:
    with Path(sys.argv[1]).open(encoding="utf-8", newline="") as file:
        platform = Platform(list(csv.DictReader(file)), {})
    sys.stdout.write(f"{platform.server_port}\n")
    sys.stdout.flush()
    platform.serve_forever()


main()
