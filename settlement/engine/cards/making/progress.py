"""Where an application stands, as its screen shows it (0034): the steps so far, what stopped it, who is asked then."""

from typing import Final

from settlement.engine.cards.making.causes import CAUSES
from settlement.engine.cards.making.pipeline import ASK_BANK, ESCALATE, HAND_OUT, OVERDUE, Making, Run, alert
from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.ledger.making import OPEN, CardApplication
from settlement.engine.ledger.state import Person
from settlement.engine.rules.outlets import STEPS, Outlets
from settlement.wire import making_codes
from settlement.wire.making import Progress, StepShown
from settlement.wire.names import day_of, local_time
from settlement.wire.refusal import Owner

WORDS: Final[dict[str, tuple[str, str]]] = {
    "PHOTO": ("COLLECTED", "NONE"),
    "COLLECT": ("DONE", "INCOMPLETE"),
    "PREINIT": ("OK", "FAIL"),
    "BANK_OPEN": ("OK", "FAIL"),
}
"""What a step shows when it is over, and when it has failed; other steps show DONE and FAIL."""
UNDER_WAY: Final = "UNDER_WAY"
ASKED: Final[dict[str, str]] = {
    OVERDUE: Owner.HRSS,
    ESCALATE: "card centre of the province",
    ASK_BANK: Owner.BANK,
    HAND_OUT: "unit",
}
"""Who is asked at an alert."""
NEW_GENERATION, OLD_GENERATION = 3, 2


def query(case: Case, person: Person) -> Verdict:
    """0034: the person's last application."""
    application = case.state.get(CardApplication, person.city, person.psn_no)
    if application is None:
        return Refused(making_codes.NO_APPLICATION)
    return Granted(progress(case, person, application))


def making_of(case: Case, application: CardApplication) -> Making:
    """Return an application with the rules of its city."""
    return Making(application, case.world.outlets[application.city], case.world.calendar(application.city))


def progress(case: Case, person: Person, application: CardApplication) -> Progress:
    """Return where an application stands now."""
    making, now_ms = making_of(case, application), case.now_ms
    batch = application.mode == "BATCH"
    runs = [run for run in making.runs() if run.began_ms <= now_ms] if batch else []
    cause = next((run.cause for run in runs if run.cause), "") if application.state == OPEN else ""
    overdue = alert(making, now_ms) if batch and application.state == OPEN and not cause else ""
    ready_ms = making.ready_ms() if batch else 0
    bank = making.outlets.bank(application.bank_code)
    return Progress(
        psn_no=person.psn_no,
        number=application.number,
        mode=application.mode,
        state=application.state,
        card_status=person.card_status,
        bank_code=application.bank_code,
        unit_no=application.unit_no,
        generation=generation_of(making),
        steps=tuple(_shown(run, now_ms) for run in runs),
        expected=local_time(ready_ms)[:10] if ready_ms else "",
        cause=CAUSES[cause].zh if cause else "",
        cure=CAUSES[cause].cure if cause else "",
        alert=overdue,
        ask=CAUSES[cause].owner if cause else ASKED.get(overdue, ""),
        ecard_push=bank.ecard_push if bank else "",
    )


def generation_of(making: Making) -> int:
    """Return the generation of the card: as asked, else by the day on which the bank opens the account (RG08)."""
    application, outlets = making.application, making.outlets
    if application.generation:
        return application.generation
    opened = [run.ended_ms for run in making.runs() if run.step == "BANK_OPEN" and run.ended_ms]
    opened_day = day_of(opened[0] if opened else application.applied_ms)
    return _made_by(outlets, application.bank_code, opened_day)


def _made_by(outlets: Outlets, bank_code: str, opened_day: int) -> int:
    """Return the newest generation that the bank makes of a card whose account was opened on a day."""
    newest = NEW_GENERATION if opened_day >= outlets.application.generation3_from else OLD_GENERATION
    bank = outlets.bank(bank_code)
    made = bank.generations if bank else frozenset({newest})
    return max((generation for generation in made if generation <= newest), default=newest)


def _shown(run: Run, now_ms: int) -> StepShown:
    done, failed = WORDS.get(run.step, ("DONE", "FAIL"))
    state = done if run.ended(now_ms) else (failed if run.cause else UNDER_WAY)
    if run.step == "PREINIT" and run.cause:
        state = f"{failed}_{run.cause}"
    ended = local_time(run.ended_ms) if run.ended(now_ms) else ""
    return StepShown(STEPS.index(run.step) + 1, run.step, state, local_time(run.began_ms), ended)  # type: ignore[arg-type]  # a Run's step is one of STEPS
