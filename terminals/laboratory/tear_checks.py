"""Which commands are torn, as a table."""

from terminals.laboratory import tear_scenarios as scenarios
from terminals.laboratory.check import Check, Group, Harm, Interfaces, Need
from terminals.laboratory.tear import Scenario, torn_everywhere

TEARING = Group("tear", "Anti-tear", "防拔插")


def _check(name: str, en: str, zh: str, scenario: Scenario, after: str, *needs: Need, debit: bool = False) -> Check:
    return Check(
        f"tear.{name}",
        TEARING,
        en,
        zh,
        "LD/T 32.4; none public in detail",
        torn_everywhere(scenario),
        Harm.ENDS,
        interfaces=Interfaces.CONTACT,
        needs=frozenset({Need.COPIES, *needs}),
        after=(after,),
        debit=debit,
    )


PIN, SAM = Need.PIN, Need.SAM
CHECKS = (
    _check("verify_wrong", "VERIFY, wrong", "校验密码（错误）", scenarios.VERIFY_WRONG, "pin.counts"),
    _check("verify_right", "VERIFY, right", "校验密码（正确）", scenarios.VERIFY_RIGHT, "pin.counts", PIN),
    _check("change_pin", "CHANGE PIN", "修改密码", scenarios.CHANGE, "pin.changed", PIN),
    _check(
        "authenticate_wrong",
        "EXTERNAL AUTHENTICATE, wrong",
        "外部认证（错误）",
        scenarios.AUTHENTICATE_WRONG,
        "keys.counts",
    ),
    _check(
        "authenticate_right",
        "EXTERNAL AUTHENTICATE, right",
        "外部认证（正确）",
        scenarios.AUTHENTICATE_RIGHT,
        "keys.counts",
        SAM,
    ),
    _check("update", "UPDATE RECORD", "更新记录", scenarios.UPDATE, "writing.access", PIN, SAM),
    _check("append", "APPEND RECORD", "追加记录", scenarios.APPEND, "writing.cyclic", PIN, SAM),
    _check("begin", "GET PROCESSING OPTIONS", "应用交易计数器", scenarios.BEGIN, "debit.counted", debit=True),
)
