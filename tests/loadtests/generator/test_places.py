import gevent
import pytest
from gevent.event import Event

from loadtests.generator.places import Place


@pytest.fixture
def place() -> Place[str]:
    return Place()


def test_who_came_before_anybody_was_idle_is_served_in_order(place: Place[str]) -> None:
    place.put("first")
    place.put("second")
    assert [place.get(), place.get()] == ["first", "second"]


def test_idle_terminals_take_turns(place: Place[str]) -> None:
    terminals = [gevent.spawn(place.get) for _ in range(2)]
    gevent.sleep(0)
    place.put("first")
    place.put("second")
    assert [terminal.get() for terminal in terminals] == ["first", "second"]


def test_a_terminal_that_the_hub_gives_somebody_to_goes_on_before_the_hub_does(place: Place[str]) -> None:
    order: list[str] = []
    done = Event()

    def serve() -> None:
        order.append(place.get())
        gevent.sleep(0)
        order.append("served")

    def come() -> None:
        place.put("came")
        order.append("the hub goes on")
        done.set()

    terminal = gevent.spawn(serve)
    gevent.sleep(0)
    gevent.get_hub().loop.run_callback(come)
    done.wait()
    terminal.join()
    assert order == ["came", "the hub goes on", "served"]


def test_a_terminal_that_is_closed_while_idle_is_given_nobody(place: Place[str]) -> None:
    closed, other = gevent.spawn(place.get), gevent.spawn(place.get)
    gevent.sleep(0)
    closed.kill()
    place.put("somebody")
    assert other.get() == "somebody"
