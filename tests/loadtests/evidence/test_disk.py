from pathlib import Path

import pytest

from loadtests.evidence import disk
from loadtests.evidence.disk import NOWHERE, disk_of, file_system_of

MOUNTS = r"""
22 1 8:1 / / rw,relatime - ext4 /dev/root rw
23 22 0:21 / /data rw,noatime shared:7 - xfs /dev/sdb1 rw
24 23 0:22 / /data/a\040b rw - tmpfs tmpfs rw
25 22 0:23 / /data rw,sync - btrfs /dev/sdc1 rw
""".lstrip()


@pytest.fixture
def mounts(tmp_path: Path) -> Path:
    (tmp_path / "mountinfo").write_text(MOUNTS)
    return tmp_path / "mountinfo"


@pytest.mark.parametrize(
    ("directory", "said"),
    [("/srv/x", "ext4 (rw,relatime)"), ("/data/a b/c", "tmpfs (rw)"), ("/database", "ext4 (rw,relatime)")],
)
def test_the_nearest_mount_above_a_directory_is_its_file_system(mounts: Path, directory: str, said: str) -> None:
    assert file_system_of(Path(directory), mounts) == said


def test_of_mounts_on_one_point_the_last_one_counts(mounts: Path) -> None:
    assert file_system_of(Path("/data/x"), mounts) == "btrfs (rw,sync)"


def test_where_the_kernel_does_not_say_nothing_is_said(tmp_path: Path) -> None:
    assert file_system_of(tmp_path, tmp_path / "none") == ""


def test_small_writes_are_measured_and_leave_nothing_behind(tmp_path: Path) -> None:
    found = disk_of(str(tmp_path), writes=3)
    assert found.file_system
    assert found.fdatasync_max_us is not None
    assert found.fdatasync_max_us >= 0
    assert list(tmp_path.iterdir()) == []


def test_a_median_is_stated_of_writes_of_which_a_hundred_lie_beyond_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def took_us(_: str, writes: int) -> list[int]:
        return list(range(writes))

    monkeypatch.setattr(disk, "_fdatasyncs", took_us)
    assert disk_of(str(tmp_path))[1:] == (100, 199)
    assert disk_of(str(tmp_path), writes=199)[1:] == (None, 198)


def test_a_directory_of_another_host_is_not_measured(tmp_path: Path) -> None:
    assert disk_of("") == disk_of(str(tmp_path / "elsewhere")) == NOWHERE
