"""What a target may say, what it must, and how each mistake is named."""

from collections.abc import Callable
from pathlib import Path

import pytest

from loadtests.foreign import target, target_file, target_rules
from loadtests.foreign.items import Stock
from loadtests.workload.settings import SettingsError

Write = Callable[..., Path]
EXAMPLE = Path(target.__file__).parents[1] / "targets" / "example.toml"


def test_the_example_is_a_target() -> None:
    found = target_file.read(EXAMPLE)
    assert found.loopback
    assert [site.opter_no for site in found.sites()] == ["test01", "test02"]


def test_the_example_tells_of_every_field() -> None:
    keys = {line.partition("=")[0].strip() for line in EXAMPLE.read_text("utf-8").splitlines() if " = " in line}
    structs = (target.Target, target.Institution, target.Approval, target.Window, target.ProofAsked)
    tables = {"institutions", "approval", "window", "ceilings", "abort", "proof"}
    ceilings_and_rules = {*target.Ceilings.__struct_fields__, *target.AbortRules.__struct_fields__}
    fields = {name for one in structs for name in one.__struct_fields__} | ceilings_and_rules
    assert keys == fields - tables


def test_a_complete_target_elsewhere_is_accepted(write_target: Write) -> None:
    found = target_file.read(write_target())
    assert (found.loopback, found.tls, found.endpoint) == (False, True, ("platform.example", 8443))
    assert [site.dev_no for site in found.sites()] == ["P3701000001101", "P3701000001102"]
    assert not any(site.password_asked or site.repeats for site in found.sites())


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("gateway =", "gatewya =", "gatewya: unknown key; the nearest known one is gateway"),
        ("rate_per_s = 5", "rate_per_m = 5", "ceilings.rate_per_m: unknown key; the nearest known one is rate_per_s"),
        ('"aksk"', '"aksc"', "gateway: 'aksc' is no gateway variant; the nearest of"),
        ('"aksk"', '"oauth"', "gateway: variant B, OAuth with SM2 and SM4, does not exist here yet"),
        ("https://platform.example:8443", "platform.example", "address: http://HOST"),
        ("https://platform", "https://me:canary@platform", "address: http://HOST"),
        ("example:8443", "example:8443/?q=canary", "address: http://HOST"),
        ("example:8443", "example:8443?canary", "address: http://HOST"),
        ("example:8443", "example:8443#canary", "address: http://HOST"),
        ("example:8443", "example:8443\\n", "address: http://HOST"),
        ('"people.csv"', '"people\\u0000.csv"', "people: this is no name of a file"),
        ("rate_per_s = 5", "rate_per_s = inf", "ceilings.rate_per_s"),
        ("p99_ms = 5000", "p99_ms = inf", "abort.p99_ms"),
        *(
            ('gateway = "aksk"', f'gateway = "aksk"\n{name} = {value}', f"{name}: ")
            for name, value in (
                ("api_name", '"名"'),
                ("api_name", '"a\\r\\nX: y"'),
                ("api_version", '"1 0"'),
                ("path", '"/a\\nb"'),
                ("keep_alive_s", "inf"),
            )
        ),
        ("https://", "http://", "address: people's data would travel to platform.example in clear"),
        ('host = "platform.example"', 'host = "other.example"', "approval.host: other.example was approved"),
        ("P37010000011", "H37010000011", "institutions[0].code: H37010000011 is a hospital"),
        ('"clerk1", "clerk2"', '"clerk1", "clerk1"', "institutions[0].operators: at most 49, each named once"),
        ("ends = 2026-11-22", "ends = 2026-11-20", "window: it ends before it begins"),
        (
            '"SHOP_AK"',
            '"AK=secret"',
            "secret_key_env: the name of an environment variable",
        ),
        ("P37010000011", "shop", "institutions[0].code: P and eleven"),
        ('"370100"', '"3701"', "city: six digits are expected"),
        ("busy = 5", "busy = 0", "abort.busy"),
        ("[approval]", "[approval", "this is not TOML"),
    ],
)
def test_a_mistake_is_named_by_file_and_key(write_target: Write, old: str, new: str, said: str) -> None:
    path = write_target((old, new))
    with pytest.raises(SettingsError) as error:
        target_file.read(path)
    assert str(error.value).startswith(f"{path}: ")
    assert said in str(error.value)
    assert "canary" not in str(error.value)


@pytest.mark.parametrize("table", target_rules.SAFETY)
def test_an_address_that_others_can_be_reached_by_needs_each_safety_table(write_target: Write, table: str) -> None:
    path = write_target((f"[{table}]", "[proof]\n[recer_sys_code_is_none]"))
    text = path.read_text()
    start = text.index("[proof]")
    end = text.find("\n[", start + len("[proof]\n[r"))
    path.write_text(text[:start] + (text[end:] if end > 0 else ""))
    with pytest.raises(SettingsError, match=f"{table}: required, since platform.example is not this machine"):
        target_file.read(path)


@pytest.mark.parametrize("address", ["http://127.0.0.1:80", "http://[::1]:80", "http://127.8.8.8"])
def test_loopback_needs_no_approval(write_target: Write, address: str) -> None:
    path = write_target(("https://platform.example:8443", address))
    path.write_text(path.read_text().partition("[approval]")[0])
    assert target_file.read(path).loopback


@pytest.mark.parametrize("host", ["127.0.0.1.example", "192.0.2.1", "198.51.100.7", "localhost"])
def test_what_only_looks_like_loopback_is_not(write_target: Write, host: str) -> None:
    path = write_target(("platform.example:8443", host))
    path.write_text(path.read_text().partition("[approval]")[0])
    with pytest.raises(SettingsError, match="approval: required"):
        target_file.read(path)


def test_plain_http_is_for_those_who_approved_it(write_target: Write) -> None:
    path = write_target(("https://", "http://"), ("on = 2026", "plain_http = true\non = 2026"))
    assert not target_file.read(path).tls


def test_a_time_without_a_zone_is_chinas(write_target: Write) -> None:
    begins_ms, ends_ms = target_file.read(write_target()).window_ms or (0, 0)
    assert (begins_ms, ends_ms - begins_ms) == (1_795_269_600_000, 6 * 3600 * 1000)


def test_a_door_holds_names_of_variables_and_no_key(write_target: Write) -> None:
    door = target_file.read(write_target()).door(Path("/people.csv"), Stock((), {"X": "own"}))
    [credential] = door.credentials
    assert (credential.access_key, credential.secret_key) == ("", "")
    assert (door.opters["P3701000001102"], door.own_codes, door.limits.until_ms) == (
        "clerk2",
        {"X": "own"},
        1_795_291_200_000,
    )


VALUES = ('""', "-1", "0", "1e400", "nan", "[]", "{}", "true", "1979-05-27", '"王"', "[[]]", '"http://["', "'x")


@pytest.mark.parametrize("value", VALUES)
def test_no_value_whatever_ends_in_anything_but_a_target_or_one_sentence(
    write_target: Write, target_lines: list[str], value: str
) -> None:
    said = []
    for line in target_lines:
        path = write_target((line, f"{line.partition('=')[0]}= {value}"))
        try:
            target_file.read(path)
        except SettingsError as error:
            said.append(str(error))
    assert said, "no value fits everywhere"
    assert all(one.startswith(f"{path}: ") and "\n" not in one for one in said)
