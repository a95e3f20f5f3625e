"""environment.json: what the notebook ran on. Written beside the run; its absence fails nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from slipway_steps.files import read_text, write_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from slipway_steps.run import RunFolder

_OF_INTEREST = re.compile(
    r"^(numpy|pandas|scipy|scikit-learn|matplotlib|scanpy|anndata|torch.*|tensorflow.*|jax.*|cu(py|df|ml|graph)[a-z0-9-]*"
    r"|rapids.*|rmm.*|xgboost|lightgbm|transformers|papermill|nbconvert|nbclient|ipykernel|jupyter-client|pytest.*)$"
)
_NVIDIA_SMI_SECONDS = 20
_GPU_FIELDS = ("name", "memory.total", "driver_version")


def record(run: RunFolder) -> None:
    """Write output/environment.json."""
    notebook = run.run_file.get("notebook")
    system = os.uname()
    content = {
        "python": {
            "path": run.python(),
            "version": sys.version.split()[0],
            "implementation": sys.implementation.name,
        },
        "platform": {
            "system": system.sysname,
            "release": system.release,
            "machine": system.machine,
            "cpus": _cpus(),
            "memoryBytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        },
        "kernel": {"name": notebook["kernel"], "language": notebook["language"]} if notebook else None,
        "image": os.environ.get("SLIPWAY_IMAGE"),
        "packages": _packages(os.path.join(run.output, "requirements.lock.txt")),
        **_gpus(),
    }
    write_json(os.path.join(run.output, "environment.json"), content)


def _cpus() -> int | None:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def _packages(lock: str) -> dict[str, str]:
    try:
        lines = read_text(lock).splitlines()
    except OSError:
        return {}
    pairs = (re.split(r"==| @ ", line, maxsplit=1) for line in lines)
    return {pair[0]: pair[1] for pair in pairs if len(pair) > 1 and _OF_INTEREST.match(pair[0])}


def _gpus() -> dict[str, object]:
    """Return what nvidia-smi says; no GPUs where it is missing or fails."""
    found = _nvidia_smi("--query-gpu=" + ",".join(_GPU_FIELDS), "--format=csv,noheader,nounits")
    gpus = []
    driver = None
    for line in found.splitlines():
        fields = [field.strip() for field in line.rsplit(",", 2)]
        if len(fields) == len(_GPU_FIELDS):
            gpus.append({"name": fields[0], "memoryMiB": int(fields[1]) if fields[1].isdigit() else None})
            driver = fields[2]
    cuda = re.search(r"CUDA Version:\s*([\d.]+)", _nvidia_smi()) if gpus else None
    return {"gpus": gpus, "driver": driver, "cuda": cuda[1] if cuda else None}


def _nvidia_smi(*options: str) -> str:
    try:
        asked = subprocess.run(
            ["nvidia-smi", *options],
            capture_output=True,
            check=False,
            encoding="utf-8",
            errors="replace",
            timeout=_NVIDIA_SMI_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout if asked.returncode == 0 else ""
