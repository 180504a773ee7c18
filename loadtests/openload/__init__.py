"""Open load, whatever is loaded: when arrivals are due, what became of them, and whether the figures may be believed.

Nothing here knows cards, settlements, sockets, Locust or an event loop; time and chance are arguments.

arrivals    when each arrival is due        clock      which are due now, and for which process
histograms  latencies, never averaged       outcomes   what became of the arrivals
health      whether the generator kept up   verdict    pass, fail or generator-bound
"""
