"""The bank leg: the debit account on the card, in ISO 8583 terms."""
