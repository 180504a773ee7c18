"""Names that the host gives, derived from what the institution sent: no sequence, the same on every engine."""

from hashlib import sha256

from settlement.wire.envelope import Request


def setl_id_of(city: str, fixmedins_code: str, msgid: str) -> str:
    """Return the settlement's name: region and 24 hex digits of (institution, msgid); 30 characters."""
    return city + sha256(f"setl|{fixmedins_code}|{msgid}".encode()).hexdigest()[:24]


def trade_id_of(city: str, fixmedins_code: str, msgid: str) -> str:
    """Return a bank purchase's name, made as a settlement's."""
    return city + sha256(f"bank|{fixmedins_code}|{msgid}".encode()).hexdigest()[:24]


def deposit_id_of(city: str, fixmedins_code: str, msgid: str) -> str:
    """Return a deposit's name, made as a settlement's."""
    return city + sha256(f"deposit|{fixmedins_code}|{msgid}".encode()).hexdigest()[:24]


def seal_id_of(request: Request) -> str:
    """Return the name of what a request seals or opens of personal accounts, made as a settlement's."""
    return request.mdtrtarea_admvs + sha256(f"seal|{request.fixmedins_code}|{request.msgid}".encode()).hexdigest()[:24]


def order_name(fixmedins_code: str, mdtrtsn: str) -> str:
    """Return the mdtrt_regno of an institution's visit number: one for ever, so that a number is good once; 20 digits.

    >>> order_name("P37010000001", "1")
    'S8386477701802066462'
    """
    digits = int.from_bytes(sha256(f"order|{fixmedins_code}|{mdtrtsn}".encode()).digest()[:8], "big") % 10**19
    return f"S{digits:019d}"


def visit_id_of(request: Request) -> str:
    """Return the visit's name (mdtrt_id) that a request opens; 30 characters."""
    return visit_id(request.mdtrtarea_admvs, request.fixmedins_code, request.msgid)


def visit_id(city: str, fixmedins_code: str, msgid: str) -> str:
    """Return the name of the visit that a msgid opened."""
    return city + sha256(f"mdtrt|{fixmedins_code}|{msgid}".encode()).hexdigest()[:24]
