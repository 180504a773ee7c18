"""The host: what terminals and hospitals settle against. A map of its rooms, from the street down.

app         the process: one loop, four listeners         validation/  scenarios, played on an engine in memory
gateways/   the doors: terminals, national, services, admin
service     the queue and the group commit                direct       the same without a loop
batch       load, decide, save                            reception    what is checked before the queue
journal/    what came to the doors                        telling/     explanations, policies as tables
stores/     the ledger, durable, and the laws of its books
engine/     the judgement, pure                           wire/        the language, which the field knows too
config      the rules' files, read                        rulebook     the 208 rules of the users' documents

cities/ policies/ catalogues/ outlets/ calendars/ scenarios/   the rules, as data
"""
