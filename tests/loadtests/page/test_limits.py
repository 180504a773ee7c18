from typing import Any

import msgspec
import pytest

from loadtests.evidence.provenance import Build, Machine, Source
from loadtests.evidence.result import Result
from loadtests.evidence.watch import EngineUse
from loadtests.openload.verdict import Answer
from loadtests.page.facts import facts
from loadtests.page.limits import Limit, limits
from loadtests.page.words import LANGUAGES, Words
from loadtests.workload.faults import Fault
from terminals.kernel.site import UNHURRIED
from terminals.patients import Mix
from tests.loadtests.page.queued_runs import queued_run


def keys(result: Result) -> set[str]:
    return {limit.key for found in limits(facts(result)).values() for limit in found}


def changed(result: Result, **fields: Any) -> Result:
    return msgspec.structs.replace(result, **fields)


@pytest.mark.parametrize(
    ("profile", "key"),
    [
        ({"model": "closed"}, "not_tested.closed"),
        ({"fidelity": "replay"}, "not_tested.replay"),
        ({"security": "signature"}, "not_tested.mac"),
        ({"not_tested": ("a peak: none",)}, "not_tested.value"),
        ({"assumed": ("mix.remote 0.3: ours",)}, "assumed.value"),
        ({"assumed": ("slo p95_ms 1500: ours, where nothing is stated",)}, "assumed.default_slo"),
    ],
)
def test_what_a_profile_leaves_out_is_a_limit(profile: dict[str, Any], key: str, result: Result) -> None:
    assert key not in keys(result)
    assert key in keys(queued_run("20/5s", **profile))


def test_shares_of_nobody_are_named_and_no_share_is_where_everybody_comes() -> None:
    everybody = Mix(inpatient=0.1, voucher=0.1, identity_card=0.1)
    assert "not_tested.stories" not in keys(queued_run("20/5s", mix=everybody))
    found = limits(facts(queued_run("20/5s", mix=msgspec.structs.replace(everybody, tap=0))))["not_tested"]
    [limit] = [one for one in found if one.key == "not_tested.stories"]
    assert "taps instead of inserting" in limit.said(Words("en"))
    assert "医保电子凭证" not in limit.said(Words("zh"))


@pytest.mark.parametrize(
    ("profile", "key"),
    [
        ({"pace": UNHURRIED}, "not_tested.unhurried"),
        ({"faults": (Fault(kind="stall", at_s=1, for_s=1),)}, "not_tested.faults"),
        ({"journal": "fsync"}, "not_proved.journal"),
    ],
)
def test_what_a_profile_does_is_no_limit_any_more(profile: dict[str, Any], key: str, result: Result) -> None:
    assert key in keys(result)
    assert key not in keys(queued_run("20/5s", **profile))


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"gate": None}, "not_proved.gate"),
        ({"interrupted": True}, "not_proved.interrupted"),
        ({"engine": None}, "not_proved.engine"),
        ({"engine": EngineUse("memory", "")}, "not_proved.memory"),
        ({"engine": EngineUse("sqlite", "")}, "not_proved.no_engine_code"),
        ({"engine": EngineUse("sqlite", "", build=Build("0.4.0", "be11", dirty=True))}, "not_proved.engine_code"),
        ({"source": Source("", dirty=False, lock_sha256="")}, "not_proved.no_code"),
        ({"source": Source("c0ffee", dirty=True, lock_sha256="")}, "not_proved.code"),
        ({"not_proved": ("3202 is not offered",)}, "not_proved.value"),
    ],
)
def test_what_a_result_lacks_is_not_proved(fields: dict[str, Any], key: str, result: Result) -> None:
    assert key not in keys(result)
    assert key in keys(changed(result, **fields))


def test_a_gate_that_does_not_hold_proves_nothing_about_performance() -> None:
    assert "not_proved.gate_broken" in keys(queued_run(ledger_lacks=1))


def test_a_generator_bound_run_says_nothing_of_the_service(result: Result) -> None:
    assert result.verdict is not None
    bound = msgspec.structs.replace(result.verdict, answer=Answer.GENERATOR_BOUND)
    assert "not_proved.bound" in keys(changed(result, verdict=bound))


def test_arrivals_that_an_abort_rule_ended_are_named_with_their_reason(result: Result) -> None:
    report = msgspec.structs.replace(result.report, aborted="more than 10 errors in a row.")
    found = limits(facts(changed(result, report=report)))["not_proved"]
    assert any("more than 10 errors in a row" in limit.said(Words("en")) for limit in found)


def test_a_percentile_that_cannot_be_stated_is_not_proved(result: Result) -> None:
    limit = next(one for one in limits(facts(result))["not_proved"] if one.key == "not_proved.percentiles")
    assert limit.said(Words("en")).startswith("p90, p95, p99, p99.9 of the served visits: n too small")


def test_transactions_that_were_never_sent_are_named_in_the_pages_language(result: Result) -> None:
    limit = next(one for one in limits(facts(result))["not_tested"] if one.key == "not_tested.messages")
    assert "reversal" in limit.said(Words("en"))
    assert "冲正" in limit.said(Words("zh"))


def test_another_host_is_no_loopback(result: Result) -> None:
    elsewhere = Machine("CPU", 2, "6.1", "3.11.7", sharing="the platform's own machines")
    assert "not_tested.sharing" not in keys(changed(result, machine=elsewhere))


def test_repeats_prove_what_one_run_does_not(result: Result) -> None:
    repeated = limits(facts(result, [queued_run(seed=2)]))["not_proved"]
    assert "not_proved.one_run" in keys(result)
    assert "not_proved.one_run" not in {limit.key for limit in repeated}


def test_every_limit_can_be_said_in_both_languages(result: Result) -> None:
    for language in LANGUAGES:
        assert all(limit.said(Words(language)) for found in limits(facts(result)).values() for limit in found)


def test_the_scenarios_own_sentence_is_quoted_as_it_is() -> None:
    limit = Limit("assumed.value", {"said": "mix.remote 0.3: ours {x}"})
    assert (limit.quoted, limit.said(Words("zh"))) == (True, "mix.remote 0.3: ours {x}")
