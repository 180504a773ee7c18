"""The card: bytes in, bytes out. Knows nothing of terminals, readers or hosts.

The chip stands in this folder. Read in this order: `tlv`, `status` and `apdu` (the language), `coding`, `access` and
`files` (what is stored and who may see it), `memory` and `tries` (what survives power-off), `diversify` (who may prove
what), `state`, `routing` and `interface` (which application answers, over which wire), `t0` (how answers travel) and
`card` (the chip as a reader meets it).

Its applications are `social_security` and `debit` (with `pboc`, which the bank shares); `issuing` makes cards, a
million of them. Around it: `psam` (the chip in the terminal's other slot),
`inspection`, `decode`, `tags` and `words` (a card in words), `faults` (one that breaks on purpose), `presentable` and
`vpcd` (one of them in a real reader slot).
"""
