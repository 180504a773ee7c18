import pytest

from cardsim.issuing.population import Population
from terminals.readers.budget import TryBudgetError
from terminals.readers.ours import DiscerningReader, bears_our_mac
from terminals.readers.simulated import SimulatedReader
from tests.pcscd import Somebodys

SELECT = bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")
READ = bytes.fromhex("00B2032C06")
KEY = bytes.fromhex("0082008410") + bytes(16)
UNBLOCK = bytes.fromhex("8424000004") + bytes(4)


@pytest.fixture
def told() -> list[bool]:
    return []


async def test_our_card_is_ours_and_has_no_budget(people: Population, told: list[bool]) -> None:
    reader = DiscerningReader(SimulatedReader(people.card(0)), told.append)
    await reader.power_on()
    assert (reader.ours, told) == (True, [True])
    assert await reader.transmit(UNBLOCK)


async def test_somebodys_card_is_not_ours_and_costs_no_try(people: Population, told: list[bool]) -> None:
    card = people.card(0)
    reader = DiscerningReader(SimulatedReader(Somebodys(card)), told.append)
    await reader.power_on()
    assert (reader.ours, told) == (False, [False])
    for command in (KEY, UNBLOCK):
        with pytest.raises(TryBudgetError):
            await reader.transmit(command)
    assert card.image() == b""


async def test_the_look_at_a_card_leaves_nothing_selected(people: Population, told: list[bool]) -> None:
    reader = DiscerningReader(SimulatedReader(people.card(0)), told.append)
    assert await reader.power_on() == people.card(0).atr
    assert (await reader.transmit(READ))[-2:] != b"\x90\x00"
    await reader.transmit(SELECT)
    assert (await reader.transmit(READ))[-2:] == b"\x90\x00"


async def test_each_card_is_told_of_once(people: Population, told: list[bool]) -> None:
    slot = SimulatedReader(Somebodys(people.card(0)))
    reader = DiscerningReader(slot, told.append)
    await reader.power_on()
    await reader.power_on()
    slot.remove()
    slot.insert(people.card(1))
    await reader.power_on()
    assert told == [False, True]


async def test_another_card_does_not_renew_the_budget(people: Population, told: list[bool]) -> None:
    slot = SimulatedReader(Somebodys(people.card(0)))
    reader = DiscerningReader(slot, told.append, risked_keys={0x84})
    await reader.power_on()
    await reader.transmit(KEY)
    slot.remove()
    slot.insert(Somebodys(people.card(1)))
    await reader.power_on()
    with pytest.raises(TryBudgetError, match="used once already"):
        await reader.transmit(KEY)


@pytest.mark.parametrize("card_id", ["", "370100D1560000050100000130F5BA97", "370100D15600000501000001FFFFFFFF"])
def test_only_our_issuers_mac_is_ours(card_id: str) -> None:
    assert bears_our_mac(bytes.fromhex("370100D1560000050100000130F5BA96"))
    assert not bears_our_mac(bytes.fromhex(card_id))
