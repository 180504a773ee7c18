"""The load: patients of the same kernel as the terminals', arriving open, measured honestly, judged by three witnesses.

openload    arrivals, histograms and verdict of any open load: imports nothing else of ours
plan        what one run is: frozen, one JSON file        crowd       which patient comes with which arrival
connection  one terminal's blocking socket                visitor     performs a flow's effects over it
recorder    what a process sees, visit by visit           driver      begins a visit at each due time
testimony   what processes saw: travels and adds up       watch       the engine while it is loaded
process     one Locust process that loads                 conductor   follows all of them
locustfile  where Locust begins                           live        what a run looks like while it runs
metrics     /metrics of a run                             result      the one JSON of a run
gate        client, engine and ledger must agree          provenance  on which machine, from which code
stated      the figures as they may be printed            disk        what the ledger lies on, and its fdatasync
seal        a result's own SHA-256                        recount, verification   everything computed again
subjects    what a threshold may name in a run            search      which rate to try next
capacity, capacity_report       the highest rate held, and its curve of latency against load
prepared, preparation           dialogues made before the first arrival, and who makes them
retold      what Locust's own statistics are told         switchboard connections that cost little to wait on
comparable, compare, compare_report                       may runs be compared, and is B another than A
foreign     the national door: ours, or a platform that is not ours, its limits, proof and undo
page        the report as one HTML page, in two languages
scenario, scenario_rows, settings, shares    a rehearsal as a TOML file, and its words
faults      what goes wrong on purpose                    weather     performs it on the lines and the engine
storm       every terminal signs on within the run        handover    how a worker gets its plan
companion   composes and judges for a plain locust        web_page    our tabs on Locust's own page
"""
