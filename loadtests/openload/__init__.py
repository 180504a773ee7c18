"""Open load, whatever is loaded: when arrivals are due, what became of them, and whether the figures may be believed.

Nothing here knows cards, settlements or sockets; time and chance are arguments. The last four run it under Locust, for
anybody's locustfile; they and the timer alone know gevent.

arrivals    when each arrival is due           rates       a rate over time, and its text
recorded    days and traces that files hold    clock       which are due now, and for which process
closed      users who wait for each other      admission   lets everybody in when due, and counts their fates
histograms  latencies, never averaged          latencies   by name, step and outcome, from due and from sent
intervals   the same over time                 outcomes    what became of the arrivals
health      whether the generator kept up      cores       how much of a core it used, and waited for
backlog     how many were there, over time     recovery    how long a peak or a fault was felt
spans       parts of a run                     names       which name somebody meant
figures     what may be asked of a run         thresholds  what must hold of it
verdict     pass, fail or generator-bound      junit       the same for a build server
bootstrap   how sure a comparison is           hlog        interval logs that other tools read
record      what a process saw of any visits   findings    one run of them, judged, in one JSON and in words
timer       sleeps to some tens of us
locustfile  makes any locustfile open          crew        its processes       visits      their visits
interruption    Ctrl-C, which no visit hears
"""
