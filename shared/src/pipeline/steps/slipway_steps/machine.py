"""environment.json: what the notebook ran on. Written beside the run; its absence fails nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from slipway_steps.files import first_line, read_text, write_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from slipway_steps.run import RunFolder

_OF_INTEREST = re.compile(
    r"^(numpy|pandas|scipy|scikit-learn|matplotlib|scanpy|anndata|torch.*|tensorflow.*|jax.*|cu(py|df|ml|graph)[a-z0-9-]*"
    r"|rapids.*|rmm.*|xgboost|lightgbm|transformers|papermill|nbconvert|nbclient|ipykernel|jupyter-client|pytest.*)$"
)
_NVIDIA_SMI_SECONDS = 20
_WORDS_LIMIT = 200
_DEVICES = "/dev"
_CUDA = "libcuda.so.1"
_CUDA_ERRORS = {
    "3": "the driver could not be initialised (error 3)",
    "34": "the library is a stub, without a driver (error 34)",
    "100": "no device can be used (error 100)",
    "101": "the device is invalid (error 101)",
    "802": "the system is not ready yet (error 802)",
    "803": "the driver does not fit the library (error 803)",
    "804": "the driver is too old for this CUDA (error 804)",
    "999": "the driver failed (error 999)",
}
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
    devices = sorted(name for name in os.listdir(_DEVICES) if re.fullmatch(r"nvidia\d+", name))
    answer = _cuda_answer() if gpus or devices else None
    return {
        "gpus": gpus,
        "driver": driver,
        "cuda": cuda[1] if cuda else None,
        # A device that can be seen is not yet one that can be used: a driver that is too old, a library not mounted.
        "gpuDevices": devices,
        "cudaUsable": None if answer is None else answer == "0",
        "cudaError": None if answer in {None, "0"} else f"cuInit: {_CUDA_ERRORS.get(answer, answer)}",
    }


def _cuda_answer() -> str:
    """Return what the driver's cuInit says, "0" for success; asked in a process of its own, because it may crash."""
    program = f"import ctypes; print(ctypes.CDLL('{_CUDA}').cuInit(0))"
    try:
        asked = subprocess.run(
            [sys.executable, "-I", "-S", "-c", program],
            capture_output=True,
            check=False,
            encoding="utf-8",
            errors="replace",
            timeout=_NVIDIA_SMI_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return "it did not answer"
    if asked.returncode == 0:
        return asked.stdout.strip()
    return first_line(asked.stderr.strip().rpartition("\n")[2], _WORDS_LIMIT) or f"exit code {asked.returncode}"


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
