"""Check characters of the three numbers a card carries. Pure arithmetic on text; each source stands at its function."""

from operator import mul

IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
IDENTITY_CHARACTERS = "10X98765432"
CARD_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
CARD_CHARACTERS = "0X987654321"  # C = 11 - sum mod 11, where 10 is X and 11 is 0
DOUBLED = str.maketrans("0123456789", "0246813579")  # each digit to the sum of its double's digits


def identity_check(body: str) -> str:
    """Return the 18th character of an identity number (GB 11643, ISO 7064 MOD 11-2).

    >>> identity_check("37999919900101001")
    '0'
    """
    return IDENTITY_CHARACTERS[sum(map(mul, map(int, body), IDENTITY_WEIGHTS)) % 11]


def card_check(body: str) -> str:
    """Return the 9th character of a 卡号 whose first eight are digits and capital letters (after GB 11714).

    >>> card_check("B0000013"), card_check("X0000001")
    ('1', '9')
    """
    return CARD_CHARACTERS[
        sum(int(character, 36) * weight for character, weight in zip(body, CARD_WEIGHTS, strict=True)) % 11
    ]


def luhn_check(body: str) -> str:
    """Return the last digit of a bank card number (ISO/IEC 7812-1, annex B).

    >>> luhn_check("7992739871")
    '3'
    """
    return str(-sum(map(int, body[::-2].translate(DOUBLED) + body[-2::-2])) % 10)
