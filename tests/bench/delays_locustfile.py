"""The harness that bench_delays examines: three classes of users in open arrivals, told apart by how long they wait.

An ordinary locustfile: the server plants each delay, and the class only says from which range.
"""

from locust import FastHttpUser, task

from loadtests.openload.locustfile import OpenLoad
from loadtests.openload.verdict import Slo


class Short(FastHttpUser):
    @task
    def ask(self) -> None:
        self.client.get("/Short")


class Middle(FastHttpUser):
    @task
    def ask(self) -> None:
        self.client.get("/Middle")


class Long(FastHttpUser):
    @task
    def ask(self) -> None:
        self.client.get("/Long")


class Instant(FastHttpUser):
    @task
    def ask(self) -> None:
        self.client.get("/Instant")


OpenLoad(Short, Middle, Long, Instant, slo=Slo(p95_ms=6_000, p99_ms=6_000), visits_max=20_000)
