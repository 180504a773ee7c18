"""The conversations of a terminal, as pure generators: no event loop, socket, clock or chance is imported here.

effects, entries, site, outcome       the values that go in and out         drive           the loops that run a flow
transaction, exchange                 one conversation; one message         command         one command to a chip
card_dialogue, sam, card_keys         the social security card, its keys    terminal_codes  why a terminal stops
debit_dialogue, data_objects          the debit application                 capabilities    what a card can do where
sign_on, pharmacy, outpatient,        the flows                             reception, pay, what sales have in common
inpatient, revoke, recover,                                                 bank, bank_reversal
remote_pin, reissue
"""
