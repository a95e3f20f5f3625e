"""Write a pure-Python wheel, without build tools or a network.

Usage: write_wheel.py SOURCES NAME VERSION INDEX

SOURCES is the folder with the package; the wheel is written where pip looks for it below INDEX, the folder of a simple
index (PEP 503): INDEX/NAME/.
"""

from __future__ import annotations

import base64
import hashlib
import sys
import zipfile
from pathlib import Path

WHEEL = "Wheel-Version: 1.0\nGenerator: slipway-test-cluster\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def write_wheel(sources: Path, name: str, version: str, index: Path) -> Path:
    """Write the wheel of a package and return its path."""
    distribution = name.replace("-", "_")
    info = f"{distribution}-{version}.dist-info"
    contents = {
        str(path.relative_to(sources)): path.read_bytes()
        for path in sorted(sources.rglob("*.py"))
        if "__pycache__" not in path.parts
    }
    contents[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode()
    contents[f"{info}/WHEEL"] = WHEEL.encode()
    records = [f"{path},sha256={checksum(content)},{len(content)}\n" for path, content in contents.items()]
    contents[f"{info}/RECORD"] = "".join([*records, f"{info}/RECORD,,\n"]).encode()
    folder = index / name
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / f"{distribution}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, content in contents.items():
            # The same bytes each time.
            archive.writestr(zipfile.ZipInfo(path), content)
    return wheel


def checksum(content: bytes) -> str:
    """Return a checksum as RECORD has it."""
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


if __name__ == "__main__":
    write_wheel(Path(sys.argv[1]), sys.argv[2], sys.argv[3], Path(sys.argv[4]))
