"""The card services of HRSS: what happens to a card between its making and its end."""
