"""The conversations of a terminal, as pure generators: no event loop, socket, clock or chance is imported here.

effects, entries, site, outcome       the values that go in and out         drive           the loops that run a flow
transaction, exchange                 one conversation; one message         card_dialogue   the card, in APDUs
sign_on, pharmacy, outpatient,        the flows                             reception, pay  what sales have in common
revoke, recover, remote_pin                                                 terminal_codes  why a terminal stops
"""
