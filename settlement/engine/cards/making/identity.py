"""What an applicant is to the making: age, newborn or minor, and whether the police register knows name and number.

The register of the insured stands in for the police's (assumed): who is not in it as stated fails the real-name check.
"""

from datetime import date

from settlement.engine.ledger.state import Person
from settlement.wire.names import day_of


def birth_day(person: Person) -> date:
    """Return the day of birth."""
    return date.fromisoformat(person.brdy)


def today(now_ms: int) -> date:
    """Return the day of a moment in China Standard Time."""
    return date.fromisoformat(str(day_of(now_ms)))


def age(person: Person, now_ms: int) -> int:
    """Return full years of age; somebody born on 29 February turns on 1 March."""
    born, day = birth_day(person), today(now_ms)
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def days_old(person: Person, now_ms: int) -> int:
    """Return days since birth."""
    return (today(now_ms) - birth_day(person)).days


def real_name(person: Person, certno: str, psn_name: str) -> bool:
    """Return whether number and name are those of one person in the register (RH19)."""
    return (certno, psn_name) == (person.certno, person.psn_name)
