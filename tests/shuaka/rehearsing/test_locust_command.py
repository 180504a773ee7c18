import pytest

from shuaka.rehearsing import locust_command
from shuaka.rehearsing.order import Running


@pytest.mark.parametrize(
    ("processes", "running", "words"),
    [
        (1, Running(), {"--headless", "--only-summary"}),
        (1, Running(web_port=17_001), {"--web-port", "17001", "--autostart"}),
        (2, Running(master_port=17_002), {"--master", "--expect-workers", "17002", "--headless"}),
        (3, Running(), {"--processes", "3", "--headless"}),
    ],
)
def test_locust_is_told_how_to_run_and_to_listen_on_this_machine_alone(
    processes: int, running: Running, words: set[str]
) -> None:
    command = locust_command.command(processes, running)
    assert words <= set(command)
    hosts = [command[place + 1] for place, word in enumerate(command) if word.endswith("-host")]
    assert set(hosts) == {"127.0.0.1"}
