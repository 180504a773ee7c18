from cardsim.cryptogram import RetailMac


def test_a_card_identifier_has_the_mac_computed_apart() -> None:
    mac = RetailMac(bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"))
    assert mac.compute(bytes.fromhex("370100D15600000501000001")).hex().upper() == "30F5BA96"


def test_padding_method_2_tells_a_full_block_from_a_padded_one() -> None:
    mac = RetailMac(bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"))
    assert mac.compute(b"1234567") != mac.compute(b"1234567\x80")


def test_a_key_of_two_equal_halves_gives_a_single_des_cbc_mac() -> None:
    """FIPS 113 example: key 0123456789ABCDEF over "7654321 Now is the time for " padded with zeros is F1D30F68."""
    mac = RetailMac(bytes.fromhex("0123456789ABCDEF" * 2))
    chained = bytes(8)
    for block in (b"7654321 ", b"Now is t", b"he time ", b"for \0\0\0\0"):
        chained = mac._triple_des.update(bytes(one ^ other for one, other in zip(chained, block, strict=True)))
    assert chained[:4].hex().upper() == "F1D30F68"
