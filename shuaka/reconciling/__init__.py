"""Institution, engine and bank held against each other, for `shuaka reconcile`.

own_book     the institution's own rows and purchases      witnesses     what the ledger holds, and what differs
"""
