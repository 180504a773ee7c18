"""The PBOC debit application: PSE, PPSE, a transaction over the contacts, and a tap.

Read `data` first (what the issuer wrote), then `transaction` (what a transaction changes for good), `commands` and
`tap`; `payment` offers it all to SELECT. The cryptography is `cardsim.pboc`, which the bank shares.
"""
