"""The judges of credentials, insurance and families, by infno, and the rows that their requests name."""

from collections.abc import Mapping
from typing import Final

from settlement.engine.arrival import Arrival
from settlement.engine.case import World
from settlement.engine.ecard_in_force import ecard_key
from settlement.engine.judge import Judge, Keys
from settlement.engine.ledger.accounts import Allotment, Token
from settlement.engine.ledger.state import Person
from settlement.engine.ledger.stays import Admissions
from settlement.engine.medical import accumulated, benefits, family, insurance, voucher
from settlement.wire.credentials import IssueToken
from settlement.wire.family import BindFamily, UnbindFamily
from settlement.wire.insurance import Allot, ChangeInsurance, CheckBenefit, MergePersons, QueryAccumulated


def _tokened(arrival: Arrival, world: World) -> Keys:
    asked, home = arrival.body, arrival.home
    assert isinstance(asked, IssueToken)
    psn_no = world.register.psn_no(asked.certno)
    if not psn_no:
        return ()
    return (Person, (home, psn_no)), (Token, (home, psn_no, asked.mdtrt_cert_type)), ecard_key(home, psn_no)


def _family(arrival: Arrival, _world: World) -> Keys:
    asked = arrival.body
    assert isinstance(asked, BindFamily | UnbindFamily)
    return family.binding_names(asked, arrival)


def _insured(arrival: Arrival, _world: World) -> Keys:
    asked = arrival.body
    assert isinstance(asked, ChangeInsurance | CheckBenefit | QueryAccumulated)
    return ((Person, (arrival.home, asked.psn_no)),)


def _allotted(arrival: Arrival, _world: World) -> Keys:
    asked, home = arrival.body, arrival.home
    assert isinstance(asked, Allot)
    return (Person, (home, asked.psn_no)), (Allotment, (home, asked.psn_no, asked.month))


def _merged(arrival: Arrival, _world: World) -> Keys:
    asked, home = arrival.body, arrival.home
    assert isinstance(asked, MergePersons)
    people = tuple((Person, (home, psn_no)) for psn_no in dict.fromkeys((asked.psn_no, asked.merged_psn_no)))
    return *people, (Admissions, (home, asked.merged_psn_no))


JUDGES: Final[Mapping[str, Judge]] = {
    "0047": Judge(voucher.issue, _tokened),
    "0048": Judge(family.bind, _family, (family.bound_uses,)),
    "0049": Judge(family.unbind, _family, (family.bound_uses,)),
    "0060": Judge(insurance.change, _insured),
    "0061": Judge(insurance.allot, _allotted),
    "0062": Judge(insurance.merge, _merged),
    "2001": Judge(benefits.check, _insured),
    "5206": Judge(accumulated.accumulated, _insured, (accumulated.accumulated_keys,)),
}
