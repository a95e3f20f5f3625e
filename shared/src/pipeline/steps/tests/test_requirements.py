from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slipway_steps.requirements import Refused, fingerprint, has_hashes, requirement_lines

if TYPE_CHECKING:
    from pathlib import Path


def test_comments_blank_lines_and_continuations_do_not_count() -> None:
    text = "# all\n\nnumpy \\\n  >=2  # why\npkg @ https://x/y#egg=pkg\n"
    assert requirement_lines(text) == ["numpy   >=2", "pkg @ https://x/y#egg=pkg"]


def test_local_files_count_with_their_content(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "a.py").write_text("1")
    (tmp_path / "w-1.0-py3-none-any.whl").write_text("wheel")
    (tmp_path / "more.txt").write_text("scipy\n")
    text = "-r more.txt\n./own\nw-1.0-py3-none-any.whl\nnumpy\n"
    before = fingerprint(text, str(tmp_path))
    assert fingerprint(text, str(tmp_path)) == before
    for name, content in (("own/a.py", "2"), ("w-1.0-py3-none-any.whl", "other"), ("more.txt", "scipy>1\n")):
        (tmp_path / name).write_text(content)
        after = fingerprint(text, str(tmp_path))
        assert after != before
        before = after
    (tmp_path / "unrelated").write_text("x")
    assert fingerprint(text, str(tmp_path)) == before


def test_a_file_that_includes_itself_is_no_trap(tmp_path: Path) -> None:
    (tmp_path / "r.txt").write_text("-r r.txt\n")
    assert fingerprint("-r r.txt", str(tmp_path))


def test_local_editable_installs_are_refused() -> None:
    with pytest.raises(Refused, match=r"-e \."):
        fingerprint("-e .", None)
    assert fingerprint("-e git+https://x/y", None) == ["-e git+https://x/y"]


@pytest.mark.parametrize(
    "text", ["six==1.16.0 \\\n    --hash=sha256:00", "--require-hashes\nsix==1.16.0", "-r pinned.txt"]
)
def test_hashes_are_noticed_in_included_files_too(tmp_path: Path, text: str) -> None:
    (tmp_path / "pinned.txt").write_text("six==1.16.0 --hash sha256:00\n")
    assert has_hashes(fingerprint(text, str(tmp_path)))
    assert not has_hashes(fingerprint("six  # --hash=sha256:00\n./a--hash=b", str(tmp_path)))
