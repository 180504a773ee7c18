"""CPU of deciding one 2102 of three lines, alone and against one ISO 8583 message pair through pyiso8583.

What is decided: a pharmacy sale with a card of Jinan by a person whom the ledger knows, with session, counter,
idempotency, the PIN block and its check, catalogue, policy, split, postings and the encoded reply. Each request has
rows of its own, loaded before the clock starts. The yardstick decodes a 0200 that carries the same sale, its lines in
DE 48 and its PIN block in DE 52, and encodes its 0210, by pyiso8583 with its ASCII specification. Interleaved rounds,
the least of each: what a busy machine adds is not the code's.

Usage: bench_decide.py             prints the figures, JSON on the last line
       bench_decide.py profile     prints where decide spends its time
"""

import cProfile
import json
import pstats
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import iso8583
from iso8583.specs import default_ascii
from msgspec import Raw

from settlement.engine import footprint
from settlement.engine.arrival import Arrival, Decision, Door
from settlement.engine.case import World
from settlement.engine.decide import decide
from settlement.engine.ledger.state import Person, State, Terminal
from settlement.stores.memory import MemoryStore
from settlement.stores.store import Changes
from settlement.wire.codes import PHARMACY_MED_TYPE
from settlement.wire.envelope import Request, digest_of, encode
from settlement.wire.keys import KEY_SIZE, NetworkKey, session_keys
from settlement.wire.messages import Line, SettleDrugSale
from settlement.wire.names import PHARMACY, institution_code, insured_number, local_time, msgid, terminal_number
from shuaka import compose

CITY: Final = "370100"
ROUNDS: Final = 15
REQUESTS: Final = 1_000
GOAL_US, GOAL_RATIO = 60, 5
NOW_MS: Final = 1_780_300_000_000
CODE: Final = institution_code(PHARMACY, CITY, 1)
DEV_NO: Final = terminal_number(CODE, 1)
SIGN_NO: Final = "bench"

Case = tuple[Arrival, State]


def cases() -> tuple[list[Case], World]:
    """Return requests of people in turn, each with the rows that it names."""
    key = NetworkKey(bytes(KEY_SIZE))
    population = compose.population()
    world = compose.world(population, key)
    people = [person for person in map(world.register.newcomer, *_numbers()) if person and person.insutype == "310"]
    ledger = MemoryStore()
    terminal = Terminal(CITY, DEV_NO, CODE, "bench", SIGN_NO, 0, 0, 0)
    ledger.save_now(Changes((terminal, *people), ()))
    keys = session_keys(key.terminal_key(DEV_NO), SIGN_NO)
    made = []
    for number, person in enumerate(people[:REQUESTS], start=1):
        arrival = _arrival(person, number, keys.pin_block("000000", person.bank_card_no))
        made.append((arrival, _loaded(arrival, ledger, world)))
    return made, world


def _numbers() -> tuple[Sequence[str], Sequence[str]]:
    indexes = range(4 * REQUESTS)
    return [CITY] * len(indexes), [insured_number(CITY, index) for index in indexes]


def _arrival(person: Person, number: int, pin_block: bytes) -> Arrival:
    lines = tuple(
        Line(str(place), item.med_list_codg, item.pric_e6, 10_000, item.pric_e6 // 10_000)
        for place, item in enumerate(compose.items()[:3], start=1)
    )
    body = SettleDrugSale(
        psn_no=person.psn_no,
        mdtrt_cert_type="03",
        mdtrt_cert_no=person.card_number,
        card_sn=person.card_id.hex().upper(),
        insutype=person.insutype,
        med_type=PHARMACY_MED_TYPE,
        acct_used_flag="1",
        medfee_sumamt_fen=sum(line.det_item_fee_sumamt_fen for line in lines),
        drugdetail=lines,
        pin_block=pin_block,
    )
    request = Request(
        msgid=msgid(DEV_NO, NOW_MS, number),
        fixmedins_code=CODE,
        dev_no=DEV_NO,
        mdtrtarea_admvs=CITY,
        insuplc_admdvs="",
        sign_no=SIGN_NO,
        counter=1,
        inf_time=local_time(NOW_MS),
        body=Raw(encode(body)),
    )
    return Arrival(request, body, "2102", digest_of(body, ""), Door.TERMINAL, NOW_MS, number.to_bytes(16, "big"))


def _loaded(arrival: Arrival, ledger: MemoryStore, world: World) -> State:
    state = ledger.load_now(tuple(footprint.touches(arrival, world)))
    for stage in range(footprint.STAGES):
        more = tuple(key for key in footprint.follows(arrival, state, stage, world) if key not in state.rows)
        state.extend(ledger.load_now(more))
    return state


def decided(made: list[Case], world: World) -> list[Decision]:
    return [decide(arrival, state, world) for arrival, state in made]


def sale_in_iso8583() -> bytes:
    """Return a 0200 of the same sale: three lines of a code, a price and a count."""
    lines = ";".join(
        f"{place},{item.med_list_codg},{item.pric_e6},10000" for place, item in enumerate(compose.items()[:3])
    )
    fields = {
        "t": "0200", "2": "6299990000000000017", "3": "000000", "4": "000000007500", "7": "0601090000", "11": "000001",
        "12": "090000", "13": "0601", "22": "051", "25": "00", "32": "37010001", "37": "000000000001",
        "41": "37010000", "42": CODE.ljust(15), "48": lines, "49": "156", "52": "0123456789ABCDEF",
        "60": "2200000100050",
    }  # fmt: skip
    raw, _ = iso8583.encode(fields, default_ascii)
    return bytes(raw)


def answer_in_iso8583() -> dict[str, str]:
    """Return a 0210 with what a settlement's reply says: its number, its amounts and what each line falls into."""
    amounts = ",".join(str(1000 + number) for number in range(22))
    cuts = ";".join(f"{place},2500,01,0,0,0,0,2500" for place in range(1, 4))
    return {
        "t": "0210", "2": "6299990000000000017", "3": "000000", "4": "000000007500", "7": "0601090000", "11": "000001",
        "12": "090000", "13": "0601", "25": "00", "32": "37010001", "37": "000000000001", "38": "123456", "39": "00",
        "41": "37010000", "42": CODE.ljust(15), "48": f"{amounts}|{cuts}", "49": "156", "60": "2200000100050",
    }  # fmt: skip


def paired(raw: bytes, answer: dict[str, str]) -> None:
    for _ in range(REQUESTS):
        iso8583.decode(raw, default_ascii)
        iso8583.encode(dict(answer), default_ascii)


def least_us(work: Callable[[], object]) -> float:
    began = time.process_time_ns()
    work()
    return (time.process_time_ns() - began) / 1000 / REQUESTS


def measure() -> list[dict[str, Any]]:
    made, world = cases()
    assert len(made) == REQUESTS
    refused = [decision.reply.err_msg for decision in decided(made, world) if not decision.reply.approved]
    assert not refused, refused[0]
    raw, answer = sale_in_iso8583(), answer_in_iso8583()
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(least_us(lambda: decided(made, world)))
        theirs.append(least_us(lambda: paired(raw, answer)))
    decision, pair = min(ours), min(theirs)
    print(f"decide of a 2102 with three lines: {decision:.1f} us; a 0200 decoded and a 0210 encoded: {pair:.1f} us")
    ratio = decision / pair
    one = {"figure": "decide of a 2102 with three lines, CPU", "value": round(decision, 1), "unit": "us"}
    other = {"figure": "decide of a 2102 : its pair through pyiso8583", "value": round(ratio, 2), "unit": "x"}
    return [
        one | {"goal": GOAL_US, "ok": decision <= GOAL_US},
        other | {"goal": GOAL_RATIO, "ok": ratio <= GOAL_RATIO},
    ]


def profile() -> None:
    made, world = cases()
    profiler = cProfile.Profile()
    profiler.runcall(decided, made, world)
    pstats.Stats(profiler).sort_stats("tottime").print_stats(30)


if __name__ == "__main__":
    if sys.argv[1:] == ["profile"]:
        profile()
    else:
        print(json.dumps(measure()))
