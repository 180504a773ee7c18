"""The dashboards, one module each: what they show. How that is drawn stands in board.py."""
