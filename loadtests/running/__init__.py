"""A run over its processes, inside Locust: who loads, who follows, who shows it (gevent).

process     one Locust process that loads           conductor  follows all of them, and writes the result
handover    how a worker gets its plan              companion  composes and judges for a plain locust
live        what a run looks like while it runs     metrics    /metrics of a run
owner       the command with which a process ends
web_page    our tabs on Locust's own page           retold     what Locust's own statistics are told
"""
