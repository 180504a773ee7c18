"""How a card is made: applications, the nine steps of a batch, collection, and what is asked about it meanwhile."""
