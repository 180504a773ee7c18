"""What a stock Locust FastHttpUser request costs: closed users that fetch a small page as fast as they can.

CPU of this process over SECONDS of the run, after a second to get going, by getrusage; one JSON line on stdout.
"""

import json
import os
import resource

import gevent
from locust import FastHttpUser, constant, events, task

SECONDS = float(os.environ["STOCK_SECONDS"])


class Stock(FastHttpUser):
    wait_time = constant(0)

    @task
    def fetch(self) -> None:
        self.client.get("/")


def cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@events.test_start.add_listener
def begin(environment, **_) -> None:
    gevent.spawn(measure, environment)


def measure(environment) -> None:
    gevent.sleep(1)
    before, requests = cpu_s(), environment.stats.total.num_requests
    gevent.sleep(SECONDS)
    used, done = cpu_s() - before, environment.stats.total.num_requests - requests
    failures = environment.stats.total.num_failures
    print(json.dumps({"cpu_s": used, "requests": done, "failures": failures}), flush=True)
    environment.runner.quit()
