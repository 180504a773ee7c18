from cardsim.decode import read_card
from cardsim.issuing.card_profiles import CardProfile
from cardsim.issuing.population import Population
from shuaka.desk.card_view import lines, shown

SELECT = bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")
WRONG = bytes.fromhex("0020000003000000")


def viewed(generation: int, tries: int = 0) -> tuple[str, dict[str, object]]:
    people = Population(1, 10, [CardProfile(name="x", city="370100", generation=generation, weight=1)])
    card = people.card(0)
    card.power_on()
    card.transmit(SELECT)
    for _ in range(tries):
        card.transmit(WRONG)
    files = list(read_card(card, generation))
    asked = (people.person(0), people.profile(0), card, files)
    return "\n".join(lines(*asked)), shown(*asked)


def test_the_stand_in_of_the_third_generation_is_called_so() -> None:
    text, machine = viewed(3)
    assert "sm4 (our own stand-in: the layout of SM4 authentication is not public)" in text
    assert machine["algorithm_note"] == "our own stand-in: the layout of SM4 authentication is not public"
    assert "stand-in" not in viewed(2)[0]


def test_what_a_card_wants_before_it_is_read_is_said_with_names() -> None:
    text, _ = viewed(3)
    assert "(6982: the card wants RKSSSE first)" in text
    assert "(6A83: no record yet)" in text
    assert "interfaces   contact, contactless" in text


def test_a_locked_pin_is_seen_and_never_its_value() -> None:
    text, _ = viewed(2, tries=6)
    assert "PIN          locked, 0 tries left" in text
    assert "123456" not in text
