"""The load: patients of the same kernel as the terminals', arriving open, measured honestly, judged by three witnesses.

openload    arrivals, histograms and verdict of any open load: imports nothing else of ours
plan        what one run is: frozen, one JSON file        crowd       which patient comes with which arrival
connection  one terminal's blocking socket                visitor     performs a flow's effects over it
recorder    what a process saw, and how it adds up        driver      begins a visit at each due time
process     one Locust process that loads                 conductor   follows all of them
locustfile  where Locust begins                           live        what a run looks like while it runs
metrics     /metrics of a run                             result      the one JSON of a run
gate        client, engine and ledger must agree          provenance  on which machine, from which code
"""
