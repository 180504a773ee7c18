from pathlib import Path

import pytest

from settlement import data_directory
from settlement.data_directory import Address, DirectoryError, Endpoints

HERE = Address("127.0.0.1", 1)
RUNNING = Endpoints(pid=7, people="1:10", tcp=HERE, http=HERE, admin=HERE, metrics=HERE)


def test_a_network_key_is_made_once_readable_by_its_owner_alone(tmp_path: Path) -> None:
    assert data_directory.make_network_key(tmp_path)
    first = data_directory.network_key(tmp_path)
    assert len(first) == 16
    assert (tmp_path / "network.key").stat().st_mode & 0o777 == 0o600
    assert not data_directory.make_network_key(tmp_path)
    assert data_directory.network_key(tmp_path) == first


def test_a_network_key_is_replaced_only_on_demand_and_stays_private(tmp_path: Path) -> None:
    (tmp_path / "network.key").write_text("00" * 16)
    (tmp_path / "network.key").chmod(0o644)
    assert data_directory.make_network_key(tmp_path, replace=True)
    assert data_directory.network_key(tmp_path) != bytes(16)
    assert (tmp_path / "network.key").stat().st_mode & 0o777 == 0o600


def test_a_directory_without_a_network_key_is_refused_with_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(DirectoryError, match=f"has no network key; make one with: shuaka keys --data {tmp_path}"):
        data_directory.network_key(tmp_path)


@pytest.mark.parametrize("content", ["", "xyz", "00" * 15, "00" * 17])
def test_a_file_that_holds_no_key_is_refused_by_name(tmp_path: Path, content: str) -> None:
    (tmp_path / "network.key").write_text(content)
    with pytest.raises(DirectoryError, match=r"network\.key holds no network key"):
        data_directory.network_key(tmp_path)


def test_every_secret_file_is_private(tmp_path: Path) -> None:
    data_directory.make_admin_token(tmp_path)
    data_directory.make_institution_key(tmp_path, "P37010000001")
    assert len(data_directory.admin_token(tmp_path)) >= 32
    assert data_directory.institution_key(tmp_path).fixmedins_code == "P37010000001"
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}


def test_a_second_engine_on_a_directory_is_refused_until_the_first_ends(tmp_path: Path) -> None:
    held = data_directory.lock(tmp_path)
    with pytest.raises(DirectoryError, match="an engine runs on"):
        data_directory.lock(tmp_path)
    held.close()
    data_directory.lock(tmp_path).close()


def test_a_directory_below_a_regular_file_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DirectoryError, match="cannot be written: Not a directory"):
        data_directory.prepare(tmp_path / "file" / "data")


def test_endpoints_are_there_while_an_engine_runs(tmp_path: Path) -> None:
    with pytest.raises(DirectoryError, match=r"no engine runs on .* shuaka serve --data"):
        data_directory.endpoints(tmp_path)
    data_directory.announce(tmp_path, RUNNING)
    assert data_directory.endpoints(tmp_path) == RUNNING
    data_directory.withdraw(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_endpoints_of_another_shape_are_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "endpoints.json").write_text("{}")
    with pytest.raises(DirectoryError, match=r"endpoints\.json: .*`pid`"):
        data_directory.endpoints(tmp_path)
