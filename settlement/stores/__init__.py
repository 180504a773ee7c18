"""Who keeps the ledger: one protocol (store), one conformance suite, and the laws of the books (audit)."""
