"""A look at a card without a sale: as much as may be read, and no more is told of a card that is not ours."""

from terminals.kernel.card_dialogue import CardFacts, Issued, read_holder, read_issued
from terminals.kernel.card_keys import KEY_FOR_HOLDER_SINCE, open_card
from terminals.kernel.effects import Show, Slot, Steps
from terminals.kernel.outcome import LOCAL, REMOTE
from terminals.kernel.site import Site
from terminals.kernel.terminal_codes import TerminalCode
from terminals.kernel.transaction import Transaction


def look(site: Site, slot: Slot, *, ours: bool) -> Steps[CardFacts | Issued | TerminalCode]:
    """Read as much of a card as may be read; of one that is not ours, what is free.

    Keys are proven only where the holder's file wants one, in the order of the card's route: what a wrong module costs
    a card from elsewhere is its key for away from home, not the one it needs everywhere.
    """
    issued = yield from read_issued(slot)
    if isinstance(issued, TerminalCode):
        return issued
    if ours and issued.generation >= KEY_FOR_HOLDER_SINCE:
        route = LOCAL if issued.city == site.city else REMOTE
        refused = yield from open_card(Transaction("look", site, slot=slot, route=route), issued)
        if refused:
            yield from _say(refused)
            return issued
    holder = yield from read_holder(slot, issued)
    if isinstance(holder, TerminalCode):
        yield from _say(holder)
        return issued
    return holder


def _say(code: TerminalCode) -> Steps[None]:
    yield Show(code.zh, code.en)


def tell_card(found: CardFacts | Issued | TerminalCode, *, ours: bool) -> bool:
    """Print what was read; return whether the holder's file was."""
    if isinstance(found, TerminalCode):
        print(f"{found.code}  {found.zh}  {found.en}")
        return False
    print(f"generation {found.generation}, city {found.city}")
    if ours:
        print(f"card {found.card_number}, identifier {found.card_id.hex().upper()}")
    if isinstance(found, CardFacts):
        print(f"holder {found.psn_name}, {found.certno}" if ours else "holder read, not shown")
    return isinstance(found, CardFacts)
