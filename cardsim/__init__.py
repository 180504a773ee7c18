"""The card: bytes in, bytes out. Knows nothing of terminals, readers or hosts.

Read in this order: `tlv`, `status` and `apdu` (the language), `coding`, `access`, `files` and `layout` (what is stored
and who may see it), `memory`, `tries` and `pin` (what survives power-off), `key_plan`, `diversify` and `keys` (who may
prove what), `state`, `routing` and `interface` (which table answers, over which wire); then the social security
application, whose table `social_security` names the functions of `file_commands`, `pin_commands` and `key_commands`;
`pboc`, `object_lists`, `debit_data`, `debit_transaction`, `tap`, `debit` and `payment` (the bank account on the same
chip); `t0` (how answers travel) and `card` (the chip as a reader meets it).

Around it: `psam` (the chip in the terminal's other slot), `check_digits`, `identity`, `cryptogram` and `issuer` (how a
card is made), `card_profiles`, `population` and `chips` (a million of them), `inspection`, `decode`, `tags` and `words`
(a card in words), `faults` (one that breaks on purpose), `presentable` and `vpcd` (one of them in a real reader slot).
"""
