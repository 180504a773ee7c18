"""The host: what terminals and hospitals settle against.

wire/      the language, which the field knows too    engine/   the judgement, pure
stores/    the ledger, durable                        batch     load, decide, save
service    the queue and the group commit             gateways/ the doors
app        the process                                cities/ policies/ catalogues/   the rules, as data
"""
