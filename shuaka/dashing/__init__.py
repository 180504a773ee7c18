"""The viewer that needs no Grafana: the same dashboards, drawn by a page of ours from the same Prometheus.

dashboards   found, listed, read                 prometheus   the one that may be asked
server       the page and what it asks for
"""
