"""What a mix promises, and whether it happened: a share that should bring patients and brought none fails the run.

Reckoned from the mix and the cards in circulation alone, not from the patients who came: a run whose patients were put
together wrongly would agree with itself. Pure. A reckoning is a fair estimate, not a bound: it is used only where so
many are expected that none at all cannot be chance.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from cardsim.issuing.card_profiles import CardProfile
from loadtests.evidence.testimony import Report
from terminals.kernel.capabilities import Use, uses
from terminals.kernel.effects import Slot
from terminals.kernel.outcome import Event
from terminals.kernel.site import Site
from terminals.patients import Mix
from terminals.sums import NO_CARD_READ

PAPERS_READ: Final = "PAPERS_READ"
"""What tells of an identity card: neither a card was read nor a telephone's token."""
CERTAIN: Final = 20
"""From this many expected patients on: of independent ones, none comes once in 10^8 runs."""


class Cards(NamedTuple):
    """Shares of the cards in circulation: with a bank account, with an antenna, and those that are taken elsewhere."""

    banking: float
    tapping: float
    travelling: float


class Story(NamedTuple):
    """Something that patients do, the event, flow or PAPERS_READ that tells of it, and the share of those who should.

    The share is of patients who show their card or, not `by_card`, of all.
    """

    name: str
    event: str
    share: Callable[[Mix, Cards], float]
    by_card: bool = True

    def expected(self, mix: Mix, cards: Cards, patients: int) -> float:
        """Return of how many patients the event should tell."""
        showing = patients * (1 - mix.voucher - mix.identity_card) if self.by_card else patients
        return self.share(mix, cards) * showing


def _pays(mix: Mix, cards: Cards) -> float:
    """Return the share that pays by bank a rest that is there for certain: nothing came from the personal account."""
    return mix.bank * mix.saves_account * cards.banking


def _inserted(mix: Mix, cards: Cards) -> float:
    return 1 - mix.tap * cards.tapping


def _away(mix: Mix, cards: Cards) -> float:
    return mix.remote * cards.travelling


def _at_hospital(mix: Mix, share: float) -> float:
    return (1 - mix.pharmacy) * share


STORIES: Final = (
    Story("a bank account pays (bank, saves_account)", Event.BANK_PAID, _pays),
    Story(
        "a wrong bank PIN (wrong_bank_pin)",
        Event.BANK_PIN_WRONG,
        lambda mix, cards: mix.wrong_bank_pin * _pays(mix, cards) * _inserted(mix, cards),
    ),
    Story("a tap (tap)", Event.TAPPED, lambda mix, cards: mix.tap * cards.tapping),
    Story(
        "a card in the wrong slot (wrong_slot)",
        Event.WRONG_SLOT,
        lambda mix, cards: mix.wrong_slot * _inserted(mix, cards),
    ),
    Story(
        "a wrong local password (wrong_password)",
        Event.PASSWORD_WRONG,
        lambda mix, cards: mix.wrong_password * mix.pharmacy * (1 - _away(mix, cards)),
    ),
    Story("a new card (reissue)", Event.REISSUED, lambda mix, cards: mix.reissue * (1 - _away(mix, cards))),
    Story(
        "a changed PIN away from home (remote)",
        Event.PIN_VERIFIED,
        lambda mix, cards: (
            _away(mix, cards) * (1 - mix.default_pin - mix.local_password_as_pin) * (1 - mix.foreign_module)
        ),
    ),
    Story(
        "the PIN that the card was issued with (default_pin)",
        Event.PIN_MUST_CHANGE,
        lambda mix, cards: _away(mix, cards) * mix.default_pin * (1 - mix.foreign_module),
    ),
    Story(
        "the local password at the chip (local_password_as_pin)",
        Event.PIN_WRONG,
        lambda mix, cards: _away(mix, cards) * mix.local_password_as_pin * (1 - mix.foreign_module),
    ),
    Story(
        "a PIN that is reset (resets_pin)",
        Event.PIN_RESET,
        lambda mix, cards: _away(mix, cards) * mix.local_password_as_pin * mix.resets_pin * (1 - mix.foreign_module),
    ),
    Story(
        "another city's security module (foreign_module)",
        Event.KEY_WRONG,
        lambda mix, cards: _away(mix, cards) * mix.foreign_module,
    ),
    Story("a telephone's voucher (voucher)", Event.SCANNED, lambda mix, _: mix.voucher, by_card=False),
    Story(
        "an identity card (identity_card)",
        PAPERS_READ,
        lambda mix, cards: mix.identity_card * (1 - _away(mix, cards)),
        by_card=False,
    ),
    Story("a pharmacy (pharmacy)", "pharmacy", lambda mix, _: mix.pharmacy, by_card=False),
    Story("a hospital (outpatient)", "outpatient", lambda mix, _: _at_hospital(mix, 1 - mix.inpatient), by_card=False),
    Story("a stay (inpatient)", "inpatient", lambda mix, _: _at_hospital(mix, mix.inpatient), by_card=False),
)
"""Every share of a mix that a run can tell of."""


def cards_of(profiles: Iterable[CardProfile], sites: Sequence[Site]) -> Cards:
    """Return what the cards in circulation can do at these terminals, by their weights."""
    every = list(profiles)
    elsewhere = {city for site in sites for city in site.remote_cities if city != site.city}

    def share(can: Callable[[CardProfile], bool]) -> float:
        return sum(one.weight for one in every if can(one)) / sum(one.weight for one in every)

    return Cards(
        banking=share(lambda one: Use.DEBIT in uses(one.generation, Slot.LOCAL)),
        tapping=share(lambda one: bool(uses(one.generation, Slot.TAP))),
        travelling=share(lambda one: one.city in elsewhere and one.generation > 1),
    )


def told(report: Report) -> dict[str, int]:
    """Return how often each event happened, people came in each flow, and papers were read."""
    papers = report.generations.get(NO_CARD_READ, 0) - report.events.get(Event.SCANNED, 0)
    flows = {flow: sum(ends.values()) for flow, ends in report.visits.items()}
    return {**report.events, **flows, PAPERS_READ: max(papers, 0)}


def unseen(mix: Mix, cards: Cards, patients: int, events: Mapping[str, int]) -> tuple[str, ...]:
    """Return the stories that so many patients make certain and that never happened, in words; `events`: as told."""
    return tuple(
        f"{story.name}: about {expected:.0f} expected of {patients} visits, none seen"
        for story in STORIES
        if (expected := story.expected(mix, cards, patients)) >= CERTAIN and not events.get(story.event)
    )
