"""What a stock Locust FastHttpUser request costs: a JSON message of 600 bytes posted, its JSON reply decoded.

STOCK_RATE requests a second over all users. CPU of this process over STOCK_SECONDS, after two seconds to get going, by
getrusage; one JSON line on stdout.
"""

import json
import os
import random
import resource
from typing import Any

import gevent
from locust import FastHttpUser, constant_throughput, events, task

SECONDS = float(os.environ["STOCK_SECONDS"])
RATE = float(os.environ["STOCK_RATE"])
USERS = 20
MESSAGE = {"infno": "2102", "input": {f"field_of_a_sale_{number:02d}": "a value of some" for number in range(14)}}


class Stock(FastHttpUser):
    wait_time = constant_throughput(RATE / USERS)

    def on_start(self) -> None:
        gevent.sleep(random.random() * USERS / RATE)  # out of step, as patients are

    @task
    def exchange(self) -> None:
        with self.client.post("/", json=MESSAGE) as response:
            response.json()


def cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@events.test_start.add_listener
def begin(environment: Any, **_: Any) -> None:
    gevent.spawn(measure, environment)


def measure(environment: Any) -> None:
    gevent.sleep(2)
    before, requests = cpu_s(), environment.stats.total.num_requests
    gevent.sleep(SECONDS)
    used, done = cpu_s() - before, environment.stats.total.num_requests - requests
    failures = environment.stats.total.num_failures
    print(json.dumps({"cpu_s": used, "requests": done, "failures": failures}), flush=True)
    environment.runner.quit()
