from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest
from slipway_devenv.keys import KeyCopies

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """Fill a folder as the kubelet fills a Secret's volume: links through ..data."""
    folder = tmp_path / "secret"
    folder.mkdir()
    publish(folder, "one", {"authorized_keys": "ssh-ed25519 A", "ssh_host_ed25519_key": "private"})
    for name in ("authorized_keys", "ssh_host_ed25519_key"):
        (folder / name).symlink_to(f"..data/{name}")
    return folder


def publish(folder: Path, version: str, files: dict[str, str]) -> None:
    data = folder / f"..{version}"
    data.mkdir()
    for name, text in files.items():
        (data / name).write_text(text)
        (data / name).chmod(0o644)
    fresh = folder / "..data_tmp"
    fresh.symlink_to(data.name)
    fresh.replace(folder / "..data")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_copies_have_modes_that_sshd_takes(secret: Path, tmp_path: Path) -> None:
    private = tmp_path / "private"
    keys = KeyCopies(secret, private)
    assert not keys.complete
    assert keys.refresh() == {"authorized_keys", "ssh_host_ed25519_key"}
    assert keys.complete
    assert mode(private) == 0o700
    assert mode(private / "ssh_host_ed25519_key") == 0o600
    assert mode(private / "authorized_keys") == 0o600


def test_copies_again_what_has_another_content_and_nothing_else(secret: Path, tmp_path: Path) -> None:
    keys = KeyCopies(secret, tmp_path / "private")
    keys.refresh()
    assert keys.refresh() == set()
    publish(secret, "two", {"authorized_keys": "ssh-ed25519 B", "ssh_host_ed25519_key": "private"})
    assert keys.refresh() == {"authorized_keys"}
    assert (tmp_path / "private/authorized_keys").read_text() == "ssh-ed25519 B"


def test_a_list_of_keys_that_is_gone_lets_nobody_in_and_the_host_key_stays(secret: Path, tmp_path: Path) -> None:
    keys = KeyCopies(secret, tmp_path / "private")
    keys.refresh()
    publish(secret, "two", {})
    assert keys.refresh() == {"authorized_keys"}
    assert (tmp_path / "private/authorized_keys").read_text() == ""
    assert (tmp_path / "private/ssh_host_ed25519_key").read_text() == "private"


def test_a_secret_that_is_not_there_changes_nothing(secret: Path, tmp_path: Path) -> None:
    keys = KeyCopies(secret, tmp_path / "private")
    keys.refresh()
    secret.rename(tmp_path / "away")
    assert keys.refresh() == set()


def test_a_link_in_place_of_the_private_folder_is_not_followed(secret: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "private").symlink_to(elsewhere)
    KeyCopies(secret, tmp_path / "private").refresh()
    assert list(elsewhere.iterdir()) == []
    assert not (tmp_path / "private").is_symlink()
