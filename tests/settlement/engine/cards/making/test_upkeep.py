"""What the operator tells of a making, in the order of its steps."""

from typing import Any

import pytest

from settlement.engine.rules.outlets import STEPS
from settlement.wire import making_codes


@pytest.mark.rule("RH05", "RH06", "RH07")
@pytest.mark.parametrize("step", STEPS[3:])
def test_a_step_cannot_end_before_those_before_it(office: Any, cardless: Any, step: str) -> None:
    office.apply(cardless)
    refused = office.tell(cardless, step, "DONE")
    assert refused.refusal == making_codes.STEP_OUT_OF_ORDER.code
    assert "PREINIT" in refused.err_msg


def test_steps_end_one_after_the_other_as_they_are_told(office: Any, cardless: Any) -> None:
    office.apply(cardless)
    for step in STEPS[2:]:
        assert office.tell(cardless, step, "DONE").approved
    shown = office.progress(cardless)
    assert [step.step for step in shown.steps] == list(STEPS)
    assert all(step.ended for step in shown.steps)


def test_a_step_that_is_over_neither_fails_nor_ends_again(office: Any, cardless: Any) -> None:
    office.apply(cardless)
    office.until(cardless, "MAKING")
    for outcome in ("DONE", "HELD"):
        assert office.tell(cardless, "PREINIT", outcome).refusal == making_codes.STEP_OUT_OF_ORDER.code
    refused = office.tell(cardless, "BANK_OPEN", "FAILED", "BANK_OPENING_FAILED")
    assert refused.refusal == making_codes.STEP_OUT_OF_ORDER.code


def test_a_step_to_come_may_be_held_and_stands_still_when_it_is_reached(office: Any, cardless: Any) -> None:
    office.apply(cardless)
    assert office.tell(cardless, "MAKING", "HELD").approved
    office.wait(200)
    assert office.progress(cardless).steps[-1].step == "MAKING"
    assert office.tell(cardless, "MAKING", "DONE").approved
    assert office.progress(cardless).steps[-1].step == "SENT"


@pytest.mark.parametrize("cause", ["", "BANK_OPENING_FAILED", "A_CAUSE_OF_NOTHING"])
def test_a_step_fails_for_a_cause_of_its_own(office: Any, cardless: Any, cause: str) -> None:
    office.apply(cardless)
    refused = office.tell(cardless, "PREINIT", "FAILED", cause)
    assert refused.refusal == making_codes.STEP_OUT_OF_ORDER.code
    assert "REAL_NAME_MISMATCH" in refused.err_msg


def test_there_is_nothing_to_tell_of_whom_nothing_is_made(office: Any, cardless: Any) -> None:
    assert office.tell(cardless, "PREINIT", "DONE").refusal == making_codes.NO_APPLICATION.code


def test_nothing_is_told_of_a_card_that_lies_ready(office: Any, cardless: Any) -> None:
    office.apply(cardless)
    office.until_ready(cardless)
    assert office.tell(cardless, "AT_BANK", "DONE").refusal == making_codes.STEP_OUT_OF_ORDER.code


@pytest.mark.rule("RH08", "RH09", "RH11")
def test_a_parcel_that_does_not_arrive_is_overdue_then_escalated_then_asked_of_the_bank(
    office: Any, cardless: Any
) -> None:
    office.apply(cardless)
    assert office.tell(cardless, "SENT", "HELD").approved
    office.until(cardless, "SENT")
    seen = []
    for _ in range(40):
        shown = office.progress(cardless)
        if not seen or seen[-1] != (shown.alert, shown.ask):
            seen.append((shown.alert, shown.ask))
        office.wait(1)
    assert seen == [
        ("", ""),
        ("OVERDUE", "HRSS"),
        ("ESCALATE", "card centre of the province"),
        ("ASK_BANK", "bank"),
    ]
