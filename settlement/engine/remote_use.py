"""Would this card pay in another city (0041, 异地消费检测)? The remote sale itself, judged and not posted.

What is tried is a 2101 as a pharmacy there would send it, by the very judge that a pharmacy's 2101 has: nothing is
decided here twice. Only what a chip would have refused at the pharmacy's terminal comes before, as the outlet's reader
found it. It stands above the legs, because a card service asks what the medical leg would say.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import msgspec

from settlement.engine.arrival import Arrival
from settlement.engine.card_in_force import card_sn_of
from settlement.engine.cards.desk import serving
from settlement.engine.case import Case, Granted, Refused, Verdict, World, case_of
from settlement.engine.judge import Judge, Keys
from settlement.engine.ledger.state import Person
from settlement.engine.medical import judges as medical
from settlement.engine.route import filing_keys
from settlement.wire import making_codes, service_codes
from settlement.wire.codes import CREDENTIAL_SOCIAL_SECURITY_CARD, PHARMACY_MED_TYPE
from settlement.wire.making import RemoteUse, TryRemoteUse
from settlement.wire.messages import Line, PresettleDrugSale
from settlement.wire.names import PHARMACY, day_of, institution_code

PRESETTLEMENT: Final = "2101"
ONE_YUAN_E6: Final = 1_000_000
ONE_YUAN_FEN: Final = 100
ONE_E4: Final = 10_000
ACCOUNT_USED: Final = "1"


def remote_use(case: Case, person: Person) -> Verdict:
    """0041: what a pharmacy of another city would be answered for one yuan."""
    asked = case.arrival.body
    assert isinstance(asked, TryRemoteUse)
    if asked.mdtrtarea_admvs == case.home:
        return Refused(service_codes.WRONG_PLACE, "mdtrtarea_admvs: another city than the one of insurance")
    refused = _chip_refusal(asked) or _host_refusal(case, person)
    pharmacy = _pharmacy(asked)
    if refused is None:
        return Granted(RemoteUse(person.psn_no, pharmacy, "", "", ""))
    refusal = refused.refusal
    return Granted(RemoteUse(person.psn_no, pharmacy, refusal.code, refusal.text(refused.detail), refusal.owner))


def _chip_refusal(asked: TryRemoteUse) -> Refused | None:
    """Return what the chip refuses a remote terminal: its key is locked for good, or its PIN was never changed."""
    if asked.key_locked:
        return Refused(making_codes.KEY_LOCKED_REMOTE)
    return None if asked.pin_changed else Refused(service_codes.PIN_MUST_CHANGE, "the remote PIN is as it was issued")


def _host_refusal(case: Case, person: Person) -> Refused | None:
    tried = _tried(case.arrival, case.world, person)
    remote = case_of(tried, case.state, case.world, case.opter_no)
    verdict = remote if isinstance(remote, Refused) else medical.JUDGES[PRESETTLEMENT].decide(remote)
    return verdict if isinstance(verdict, Refused) else None


def _tried(arrival: Arrival, world: World, person: Person | None) -> Arrival:
    """Return the 2101 that a pharmacy there would send; of somebody unknown yet it is enough to name rows by."""
    asked = arrival.body
    assert isinstance(asked, TryRemoteUse)
    request = msgspec.structs.replace(
        arrival.request,
        mdtrtarea_admvs=asked.mdtrtarea_admvs,
        insuplc_admdvs=arrival.home,
        fixmedins_code=_pharmacy(asked),
    )
    sale = PresettleDrugSale(
        psn_no=asked.psn_no,
        mdtrt_cert_type=CREDENTIAL_SOCIAL_SECURITY_CARD,
        mdtrt_cert_no=person.card_number if person else "",
        card_sn=asked.card_sn or (card_sn_of(person) if person else ""),
        insutype=person.insutype if person else "",
        med_type=PHARMACY_MED_TYPE,
        acct_used_flag=ACCOUNT_USED,
        medfee_sumamt_fen=ONE_YUAN_FEN,
        drugdetail=_one_yuan(world, asked.mdtrtarea_admvs, day_of(arrival.received_ms)),
    )
    return msgspec.structs.replace(arrival, request=request, body=sale, infno=PRESETTLEMENT)


def _one_yuan(world: World, city: str, day: int) -> tuple[Line, ...]:
    """Return a bill of one yuan: any item that the place of treatment's catalogue holds today."""
    items = world.catalogue(city).on(day) if city in world.cities else ()
    return tuple(Line("1", item.code, ONE_YUAN_E6, ONE_E4, ONE_YUAN_FEN) for item in items[:1])


def _pharmacy(asked: TryRemoteUse) -> str:
    return asked.fixmedins_code or institution_code(PHARMACY, asked.mdtrtarea_admvs, 1)


def _named(arrival: Arrival, world: World) -> Keys:
    """Name what the sale's judge reads; the person is the desk's to name."""
    tried = _tried(arrival, world, None)
    named = medical.JUDGES[PRESETTLEMENT].names(tried, world)
    return tuple(key for key in (*named, *filing_keys(named)) if key[0] is not Person)


def _followed(follow: Callable[[Case], Keys], case: Case) -> Keys:
    """Name what the sale's judge reads at one of its stages."""
    asked = case.arrival.body
    assert isinstance(asked, TryRemoteUse)
    remote = case_of(_tried(case.arrival, case.world, case.person(asked.psn_no)), case.state, case.world)
    return () if isinstance(remote, Refused) else follow(remote)


_STAGES: Final = tuple(partial(_followed, follow) for follow in medical.JUDGES[PRESETTLEMENT].follows)
JUDGES: Final[Mapping[str, Judge]] = {"0041": serving("remote-use-test", remote_use, _named, _STAGES)}
