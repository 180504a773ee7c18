import io

import pytest

from shuaka.desk.keyboard import Keyboard
from terminals.kernel.effects import Prompt


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Keyboard:
    monkeypatch.setattr("sys.stdin", io.StringIO("123456\n000000\n"))
    return Keyboard(lambda digits, number: f"{digits} for {number}".encode())


async def test_digits_come_line_by_line_from_a_pipe_and_end_with_it(keyboard: Keyboard) -> None:
    typed = [await keyboard.pin(prompt) for prompt in Prompt]
    assert typed == ["123456", "000000", ""]


async def test_what_the_host_checks_leaves_enciphered_and_can_be_typed_the_same_again(keyboard: Keyboard) -> None:
    blocks = [await keyboard.password_block("62", same=same) for same in (False, True)]
    assert blocks == [b"123456 for 62"] * 2
    assert await keyboard.bank_pin_block("62", same=False) == b"000000 for 62"
    assert await keyboard.bank_pin_block("62", same=False) == b""


async def test_at_a_terminal_nothing_typed_is_shown(keyboard: Keyboard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    prompts: list[str] = []
    monkeypatch.setattr("getpass.getpass", lambda prompt: prompts.append(prompt) or "246810")
    assert await keyboard.pin(Prompt.PIN) == "246810"
    assert [prompt[:6] for prompt in prompts] == ["异地交易密码"]


async def test_whoever_ends_the_input_gives_up(keyboard: Keyboard, monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(_: str) -> str:
        raise EOFError

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", ended)
    assert await keyboard.password_block("62", same=False) == b""


@pytest.mark.parametrize("wrong", ["12345", "1234567", "abcdef", "１２３４５６", "12 456"])
async def test_what_is_no_pin_is_asked_for_again_at_each_of_the_three(
    keyboard: Keyboard, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], wrong: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{wrong}\n246810\n" * 3))
    assert await keyboard.pin(Prompt.PIN) == "246810"
    assert await keyboard.password_block("62", same=False) == b"246810 for 62"
    assert await keyboard.bank_pin_block("62", same=False) == b"246810 for 62"
    assert capsys.readouterr().out.count("a PIN has six digits (-31)") == 3
