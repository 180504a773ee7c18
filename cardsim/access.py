"""Access conditions as values: what must have been proven before a file may be read or written.

A right is earned by the PIN or by a key's EXTERNAL AUTHENTICATE and is named by a number. A condition lists
alternatives, each a set of rights that suffices: LD/T 32.6 and the personalisation tools write them as nothing, PIN,
KEY, PIN|KEY, PIN+KEY and FF.
"""

Right = int
Rights = frozenset[Right]
Condition = tuple[Rights, ...]

PIN: Right = 0  # a key's right is its reference: see `keys`
NONE: Rights = frozenset()

FREE: Condition = (NONE,)
NEVER: Condition = ()


def any_of(*rights: Right) -> Condition:
    """Each of the rights alone suffices."""
    return tuple(frozenset((right,)) for right in rights)


def all_of(*rights: Right) -> Condition:
    """Only all of the rights together suffice."""
    return (frozenset(rights),)


def met(condition: Condition, rights: Rights) -> bool:
    """Tell whether the rights satisfy the condition."""
    return condition is FREE or any(needed <= rights for needed in condition)
