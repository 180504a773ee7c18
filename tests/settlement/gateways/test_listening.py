"""Ports: had at once and all together, or refused with the option that chooses another."""

import socket

import pytest

from settlement.gateways.listening import PortError, bind, bound

HOST = "127.0.0.1"


def test_a_port_in_use_is_refused_with_the_option_that_chooses_another() -> None:
    with bind("http", HOST, 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortError, match=rf"^{HOST}:{port} \(http\) cannot be .*; choose another with --http-port"):
            bind("http", HOST, port)
        with pytest.raises(PortError, match=rf"^{HOST}:{port} cannot be .*; choose another with --port, or 0"):
            bind("", HOST, port)


def test_where_one_port_of_several_is_taken_the_others_are_free_again() -> None:
    with bind("", HOST, 0) as taken, socket.socket() as probe:
        probe.bind((HOST, 0))
        free = probe.getsockname()[1]
        probe.close()
        with pytest.raises(PortError), bound(HOST, {"tcp": free, "http": taken.getsockname()[1]}):
            pass
        bind("tcp", HOST, free).close()


def test_one_port_for_two_doors_is_refused() -> None:
    with bind("", HOST, 0) as probe:
        free = probe.getsockname()[1]
    with pytest.raises(PortError, match=r"\(admin\)"), bound(HOST, {"http": free, "admin": free}):
        pass
