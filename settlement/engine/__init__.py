"""The host's judgement, pure: values in, values out. Time, chance and the outside world are arguments.

A map of its rooms, from the top down; who stands lower knows nothing of who stands above.

decide      one request, one decision               footprint   which rows a judgement reads
judges      who judges which transaction            sign_on     sessions
cards/      the card's life, making, replacing      medical/    hospitals, pharmacies, accounts, families
bank/       the debit account on the same card      clearing/   between cities, and reconciliation
control/    what a tester may set                   judge       what a judge is
credential, card_in_force, enabling   what a patient shows, and whether it holds
route, msgid, case, arrival, persons  a request, its place, whom it is about
ledger/     records, and the double entry of each   rules/      cities, policies, catalogues, money
"""
