"""The host's judgement, pure: values in, values out. Time, chance and the outside world are arguments.

money      integer fen and half-up rounding      split      how a bill falls among funds, account and cash
city       a city's own rules, as data           catalogue  items, their classes, shares and price limits
policy     benefit figures, dated, as data       books      double-entry transfers of a settlement and its undo
state      the records that a decision reads     persons    people at their first touch
arrival    a request as it came in               decide     one request, one decision
footprint  which rows a judgement reads          bank       the debit account on the same card
"""
