"""The load: patients of the same kernel as the terminals', arriving open, measured honestly, judged by three witnesses.

openload    arrivals, histograms and verdict of any open load: imports nothing else of ours
workload    what one run is: scenarios as TOML, and the plan that every process gets
generator   one process that loads                  running    all of them, inside Locust
evidence    what a run leaves behind, and whether it may be believed
series      many runs: capacity, and A against B    page       the report as one HTML page, in two languages
foreign     the national door: ours, or a platform that is not ours, its limits, proof and undo
locustfile  where Locust begins                     scenarios/, targets/   data
"""
