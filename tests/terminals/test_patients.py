from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from settlement.engine.medical.split import line_amount_fen
from terminals.kernel.effects import Prompt, Slot
from terminals.kernel.outcome import Tender
from terminals.patients import Fingers, Item, Mix, Patients, Place, line

JINAN, SAMPLE = "370100", "379900"
PLACES = (
    Place(JINAN, "P", frozenset({SAMPLE})),
    Place(JINAN, "H", frozenset({SAMPLE})),
    Place(SAMPLE, "P", frozenset({JINAN})),
)
EVERYBODY = range(4000)


def share(patients: Patients, condition: Callable[[Any], bool]) -> float:
    present = [patient for index in EVERYBODY if (patient := patients.patient(index))]
    return sum(map(condition, present)) / len(present)


def test_the_same_seed_and_number_give_the_same_patient(patients_of: Callable[..., Patients]) -> None:
    one, two = patients_of(Mix(), PLACES), patients_of(Mix(), PLACES)
    assert [one.patient(index) for index in range(50)] == [two.patient(index) for index in range(50)]
    assert one.patient(3) != patients_of(Mix(), PLACES, seed=2).patient(3)


def test_shares_are_what_the_mix_says(patients_of: Callable[..., Patients]) -> None:
    patients = patients_of(Mix(remote=0.3, pharmacy=0.6, wrong_password=0.2), PLACES)
    assert share(patients, lambda patient: patient.route == "remote") == pytest.approx(0.3, abs=0.03)
    assert share(patients, lambda patient: len(patient.passwords) == 2) == pytest.approx(0.2, abs=0.03)
    at_home = [patient for index in EVERYBODY if (patient := patients.patient(index)) and patient.city == JINAN]
    pharmacies = sum(patient.kind == "P" for patient in at_home) / len(at_home)
    assert pharmacies == pytest.approx(0.6, abs=0.03)


def test_some_of_those_who_go_to_a_hospital_come_to_stay(patients_of: Callable[..., Patients]) -> None:
    patients = patients_of(Mix(pharmacy=0, inpatient=0.3), PLACES)
    present = [patient for index in EVERYBODY if (patient := patients.patient(index)) and patient.kind == "H"]
    assert sum(patient.inpatient for patient in present) / len(present) == pytest.approx(0.3, abs=0.03)


def test_nobody_stays_at_a_pharmacy_and_the_share_moves_nothing_else(patients_of: Callable[..., Patients]) -> None:
    none, some = patients_of(Mix(), PLACES), patients_of(Mix(inpatient=1), PLACES)
    for index in range(200):
        before, after = none.patient(index), some.patient(index)
        assert before
        assert after
        assert structs.replace(after, inpatient=False) == before
        assert after.inpatient == (after.kind == "H")


def test_a_remote_patient_has_one_of_three_stories(patients_of: Callable[..., Patients]) -> None:
    patients = patients_of(Mix(remote=1, default_pin=0.3, local_password_as_pin=0.2), PLACES)
    stories = Counter(
        "default" if patient.pins == ("123456",) else "local" if patient.pins[0] == "000000" else "changed"
        for index in EVERYBODY
        if (patient := patients.patient(index)) and patient.route == "remote"
    )
    total = stories.total()
    assert stories["default"] / total == pytest.approx(0.3, abs=0.03)
    assert stories["local"] / total == pytest.approx(0.2, abs=0.03)


def test_who_changed_the_pin_types_the_new_one(patients_of: Callable[..., Patients]) -> None:
    patients = patients_of(Mix(remote=1, default_pin=0, local_password_as_pin=0), PLACES)
    for index in range(200):
        patient = patients.patient(index)
        assert patient
        assert patient.kiosk == ("123456", patient.pins[0])
        assert patient.pins[0] not in ("123456", "000000")


NOBODY = dict.fromkeys(("saves_account", "foreign_module", "reissue", "wrong_slot", "tap", "bank", "wrong_bank_pin"), 0)


def everybody(patients: Patients) -> list[Any]:
    return [patient for index in EVERYBODY if (patient := patients.patient(index))]


def test_habits_have_the_shares_of_the_mix(patients_of: Callable[..., Patients], people: Any) -> None:
    shares = {"foreign_module": 0.4, "reissue": 0.1, "wrong_slot": 0.2, "tap": 0.5, "bank": 0.6, "wrong_bank_pin": 0.3}
    came = everybody(patients_of(Mix(remote=0.5, **shares), PLACES, bank_pins={JINAN: "111111"}))

    def part(condition: Callable[[Any], bool], of: Callable[[Any], bool]) -> Any:
        chosen = [patient for patient in came if of(patient)]
        return sum(map(condition, chosen)) / len(chosen)

    def generation(patient: Any) -> int:
        return people.profile(patient.index).generation

    contacts, close = (lambda patient: patient.slot is not Slot.TAP), 0.05
    assert part(lambda one: one.slot is Slot.TAP, lambda one: generation(one) == 3) == pytest.approx(0.5, abs=close)
    assert part(lambda one: one.lies_in is not one.slot, contacts) == pytest.approx(0.2, abs=close)
    assert part(lambda one: not one.account_used, lambda _: True) == pytest.approx(0.1, abs=close)
    assert part(lambda one: one.reissue, lambda one: one.route == "local") == pytest.approx(0.1, abs=close)
    assert part(lambda one: one.comings == 4, lambda one: one.route == "remote") == pytest.approx(0.4, abs=close)
    with_account = lambda one: generation(one) > 1 and people.profile(one.index).city == JINAN  # noqa: E731 - as above
    assert part(lambda one: one.tender != "cash", with_account) == pytest.approx(0.6, abs=close)
    assert part(lambda one: len(one.bank_pins) == 2, lambda one: one.bank_pins) == pytest.approx(0.3, abs=close)


def test_only_cards_with_an_antenna_are_tapped_and_only_those_with_an_account_pay(
    patients_of: Callable[..., Patients], people: Any
) -> None:
    for patient in everybody(patients_of(Mix(tap=1, bank=1), PLACES, bank_pins={JINAN: "111111", SAMPLE: "1"})):
        generation = people.profile(patient.index).generation
        assert (patient.slot is Slot.TAP) == (generation == 3)
        assert patient.tender == ("tap" if generation == 3 else "bank" if generation == 2 else "cash")


def test_telephones_and_identity_cards_have_their_shares_and_leave_nothing_to_a_chip(
    patients_of: Callable[..., Patients], people: Any
) -> None:
    mix = Mix(voucher=0.3, identity_card=0.2, remote=0.5)
    everybody = patients_of(mix, PLACES, person=people.person)
    coming = [patient for index in range(2_000) if (patient := everybody.patient(index))]
    shown = Counter(patient.papers.mdtrt_cert_type if patient.papers else "03" for patient in coming)
    assert shown["01"] / len(coming) == pytest.approx(0.3, abs=0.04)
    assert 0 < shown["02"] / len(coming) <= 0.2
    without = [patient for patient in coming if patient.papers]
    assert not [patient for patient in without if patient.pins or patient.kiosk or patient.reissue]
    assert {patient.tender for patient in without} == {Tender.CASH}
    away = [patient.papers.mdtrt_cert_type for patient in without if patient.route == "remote"]
    assert set(away) == {"01"}


def test_where_all_show_cards_nobody_is_another_for_it(patients_of: Callable[..., Patients], people: Any) -> None:
    plain, known = patients_of(Mix(), PLACES), patients_of(Mix(), PLACES, person=people.person)
    assert [plain.patient(index) for index in range(200)] == [known.patient(index) for index in range(200)]


def test_whose_bank_pin_nobody_knows_pays_cash(patients_of: Callable[..., Patients]) -> None:
    assert {patient.tender for patient in everybody(patients_of(Mix(bank=1), PLACES))} == {"cash"}


def test_of_those_who_lock_the_pin_a_share_has_it_reset_and_nobody_else_is_another_for_it(
    patients_of: Callable[..., Patients],
) -> None:
    mix = {"remote": 1, "default_pin": 0.3, "local_password_as_pin": 0.4}
    never, often = (everybody(patients_of(Mix(**mix, resets_pin=share), PLACES)) for share in (0, 0.5))
    assert [structs.replace(one, resets_pin="") for one in often] == never
    locking = [one for one in often if one.pins[:1] == ("000000",)]
    assert sum(bool(one.resets_pin) for one in locking) / len(locking) == pytest.approx(0.5, abs=0.05)
    assert {one.resets_pin for one in often if one not in locking} == {""}


def test_the_plain_patient_has_a_plain_day(patients_of: Callable[..., Patients]) -> None:
    for patient in everybody(patients_of(Mix(**NOBODY), PLACES, bank_pins={JINAN: "111111"})):
        assert (patient.comings, patient.reissue, patient.module_area, patient.tender) == (1, False, "", "cash")
        assert patient.account_used
        assert patient.lies_in is patient.slot is (Slot.REMOTE if patient.route == "remote" else Slot.LOCAL)


def test_nobody_comes_where_they_have_no_place(patients_of: Callable[..., Patients]) -> None:
    patients = patients_of(Mix(remote=0), [Place(SAMPLE, "P")])
    assert {patient.city if patient else None for index in range(100) for patient in [patients.patient(index)]} == {
        None,
        SAMPLE,
    }


def test_without_places_or_goods_there_are_no_patients(patients_of: Callable[..., Patients]) -> None:
    with pytest.raises(ValueError, match="a place to go to"):
        patients_of(Mix(), [])


@pytest.mark.parametrize(
    "shares", [{"default_pin": 0.7, "local_password_as_pin": 0.7}, {"lines_min": 3, "lines_max": 2}]
)
def test_a_mix_that_cannot_be_is_refused(shares: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"at most 1 together|is above lines_max"):
        Mix(**shares)


@given(st.integers(1, 10**10), st.integers(1, 3))
def test_a_line_is_price_times_count_as_the_host_rounds_it(pric_e6: int, count: int) -> None:
    made = line("1", Item("X", pric_e6, "01"), count)
    assert made.det_item_fee_sumamt_fen == line_amount_fen(made.pric_e6, made.cnt_e4)


def test_fingers_type_in_order_and_then_give_up(patient: Callable[..., Any]) -> None:
    fingers = Fingers(patient(pins=("1", "2"), passwords=("a",), kiosk=("old", "new"), bank_pins=("b",)))
    assert [fingers.pin(Prompt.PIN) for _ in range(3)] == ["1", "2", ""]
    assert [fingers.pin(prompt) for prompt in (Prompt.OLD_PIN, Prompt.NEW_PIN)] == ["old", "new"]
    reset = Fingers(patient(pins=("1", "2"), resets_pin="3"))
    assert [reset.pin(prompt) for prompt in (Prompt.PIN, Prompt.NEW_PIN, Prompt.PIN, Prompt.PIN)] == ["1", "3", "3", ""]
    assert [fingers.password(), fingers.password(same=True), fingers.password()] == ["a", "a", ""]
    assert [fingers.bank_pin(), fingers.bank_pin(same=True), fingers.bank_pin()] == ["b", "b", ""]
