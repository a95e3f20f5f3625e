from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slipway_steps.nbconvert_pictures import inlined

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("source", "changed"),
    [
        ("![a](fig.png)", True),
        ('![a]( ./fig.png "title" )', True),
        ("![a](<fig.png>)", True),
        ("<IMG alt=x src='fig.png'>", True),
        ("![a](../secret.png)", False),
        ("![a](link.png)", False),
        ("![a](/etc/fig.png)", False),
        ("![a](https://x/fig.png)", False),
        ("![a](attachment:fig.png)", False),
        ("![a](data:image/png;base64,AA==)", False),
        ("![a](gone.png)", False),
        ("![a](folder.png)", False),
        ("![a](text.txt)", False),
        ("![a](%00.png)", False),
        ("[a](fig.png)", False),
        ("`![a](fig.png)`", False),
        ("```\n![a](fig.png)\n```", False),
        ("```\ncode\n```\n![a](fig.png)", True),
    ],
)
def test_puts_in_what_lies_in_the_folder(tmp_path: Path, source: str, changed: bool) -> None:
    folder = tmp_path / "work"
    (folder / "folder.png").mkdir(parents=True)
    (folder / "fig.png").write_bytes(b"\x89PNG")
    (folder / "text.txt").write_text("x")
    (tmp_path / "secret.png").write_bytes(b"secret")
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    after = inlined(source, str(folder))
    assert ("data:image/png;base64,iVBORw==" in after) is changed
    assert changed or after == source
