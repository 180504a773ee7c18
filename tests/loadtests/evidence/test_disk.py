from pathlib import Path

import pytest

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
    disk = disk_of(str(tmp_path), writes=3)
    assert disk.file_system
    assert disk.fdatasync_p50_us is not None
    assert disk.fdatasync_p99_us is not None
    assert 0 <= disk.fdatasync_p50_us <= disk.fdatasync_p99_us
    assert list(tmp_path.iterdir()) == []


def test_a_directory_of_another_host_is_not_measured(tmp_path: Path) -> None:
    assert disk_of("") == disk_of(str(tmp_path / "elsewhere")) == NOWHERE
