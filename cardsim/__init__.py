"""The card: bytes in, bytes out. Knows nothing of terminals, readers or hosts.

Read in this order: `tlv`, `status` and `apdu` (the language), `coding`, `files` and `layout` (what is stored),
`memory` and `pin` (what survives power-off), `state`, `social_security` and `t0` (how a command is answered),
`card` (the chip as a reader meets it), `check_digits`, `identity`, `cryptogram` and `issuer` (how a card is made),
`population` and `chips` (a million of them), `decode` (a card in words), `vpcd` (one of them in a real reader slot).
"""
