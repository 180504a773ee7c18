from cardsim.social_security.secure_messaging import authenticated


def test_the_mac_covers_header_length_and_data_in_whole_blocks() -> None:
    header = bytes.fromhex("84240001")
    reload = authenticated(header, bytes(8), 8)
    assert reload.hex().upper() == "842400010C" + "00" * 8 + "800000"
    assert len(reload) == 16  # what the security module of the field is asked: 80FA050010
    assert authenticated(bytes.fromhex("84240000"), b"", 8).hex().upper() == "8424000004800000"
    assert len(authenticated(header, bytes(16), 16)) == 32
