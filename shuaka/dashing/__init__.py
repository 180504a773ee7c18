"""The viewer that needs no Grafana: the same dashboards, drawn by a page of ours from the same Prometheus."""
