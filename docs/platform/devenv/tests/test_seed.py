from __future__ import annotations

import stat
from pathlib import Path

import pytest
from slipway_devenv.seed import SEEDS, seed, tighten

SOURCES = Path(__file__).parent.parent / "image/seed"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    return folder


def test_the_first_start_writes_all_and_the_second_nothing(workspace: Path) -> None:
    assert seed(workspace, SOURCES) == []
    for path, source in SEEDS.items():
        assert (workspace / path).read_bytes() == (SOURCES / source).read_bytes()
    (workspace / ".bashrc").write_text("mine")
    (workspace / ".profile").unlink()
    assert seed(workspace, SOURCES) == []
    assert (workspace / ".bashrc").read_text() == "mine"
    assert not (workspace / ".profile").exists()


def test_what_is_there_already_stays(workspace: Path) -> None:
    (workspace / ".bashrc").write_text("mine")
    assert seed(workspace, SOURCES) == []
    assert (workspace / ".bashrc").read_text() == "mine"


def test_links_are_neither_followed_nor_replaced(workspace: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (workspace / ".bashrc").symlink_to(elsewhere / "target")
    (workspace / ".vscode-server").symlink_to(elsewhere)
    complaints = seed(workspace, SOURCES)
    assert list(elsewhere.iterdir()) == []
    assert (workspace / ".bashrc").is_symlink()
    assert len(complaints) == 1
    assert ".vscode-server" in complaints[0]


def test_a_link_in_place_of_our_folder_stops_it(workspace: Path, tmp_path: Path) -> None:
    (workspace / ".slipway").symlink_to(tmp_path)
    assert len(seed(workspace, SOURCES)) == 1
    assert not (tmp_path / "seeded.json").exists()
    assert not (workspace / ".bashrc").exists()


@pytest.mark.parametrize("record", ["", "{", "[]", '{"seeded": 3}', '{"seeded": [3]}', "\x00"])
def test_a_broken_record_overwrites_nothing(workspace: Path, record: str) -> None:
    seed(workspace, SOURCES)
    (workspace / ".bashrc").write_text("mine")
    (workspace / ".slipway/seeded.json").write_text(record)
    assert seed(workspace, SOURCES) == []
    assert (workspace / ".bashrc").read_text() == "mine"


def test_a_workspace_that_is_missing_is_told(tmp_path: Path) -> None:
    assert len(seed(tmp_path / "nothing", SOURCES)) == 1


def test_tightens_what_ssh_refuses_with_the_rights_of_a_group(workspace: Path, tmp_path: Path) -> None:
    ssh = workspace / ".ssh"
    ssh.mkdir(mode=0o770)
    outside = tmp_path / "outside"
    for path, mode in ((ssh / "id", 0o660), (ssh / "id.pub", 0o664), (outside, 0o666), (workspace / ".netrc", 0o660)):
        path.write_text("")
        path.chmod(mode)
    (ssh / "link").symlink_to(outside)
    tighten(workspace)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (ssh, ssh / "id", ssh / "id.pub", workspace / ".netrc")]
    assert modes == [0o700, 0o600, 0o644, 0o600]
    assert stat.S_IMODE(outside.stat().st_mode) == 0o666
