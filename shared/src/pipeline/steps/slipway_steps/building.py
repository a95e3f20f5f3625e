"""Builds a layer: a virtual environment of its own, in which the interpreter's packages can be seen or not."""

from __future__ import annotations

import contextlib
import errno
import importlib.util
import os
import re
import shutil
import site
import subprocess
import sys
import threading

from slipway_steps.files import count
from slipway_steps.layers import module_path, version
from slipway_steps.packages import Tool, installed
from slipway_steps.pip_output import PipOutput
from slipway_steps.processes import ended_with_us

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slipway_steps.layers import Environment

# pip in the interpreter, without the working folder on its module path: a `queue.py` of the user's would break it.
_RUN_PIP = (
    "import runpy, sys; sys.path[:] = filter(None, sys.path); "
    "runpy.run_module('pip', run_name='__main__', alter_sys=True)"
)
_OPTIONS = ["--disable-pip-version-check", "--no-input"]
_LOOK_SECONDS = 3
_FIRST_PIP_WITH_PYTHON_OPTION = (22, 3)
_PIP = Tool(f"pip>={'.'.join(map(str, _FIRST_PIP_WITH_PYTHON_OPTION))}")


class BuildError(Exception):
    """The environment could not be built: one sentence with the reason."""


def build(environment: Environment, requirements: str | None, tell: Callable[[str], None]) -> bool:
    """Build the environment unless another run does so meanwhile; returns True when another run has.

    Raises BuildError. What a broken build leaves has no `.complete` and is removed by the next one.
    """
    folder = os.path.dirname(environment.path)
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
    except OSError as error:
        raise _not_written(folder, error) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _not_written(folder, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))
    with _locked(environment.path + ".lock", tell) as lock:
        if environment.complete:
            return True
        tell("building environment")
        shutil.rmtree(environment.path, ignore_errors=True)
        try:
            _make_venv(environment)
            _install(environment, requirements, lock, tell)
            with open(os.path.join(environment.path, ".complete"), "x", encoding="utf-8"):
                pass
        except OSError as error:
            raise _not_written(environment.path, error) from error
    return False


def _not_written(path: str, error: OSError) -> BuildError:
    where = f" in {path}" if isinstance(error, PermissionError) else ""
    as_whom = f" as uid {os.getuid()}" if where else ""
    return BuildError(f"the environment could not be written{where}{as_whom}: {error.strerror or error}")


@contextlib.contextmanager
def _locked(path: str, tell: Callable[[str], None]) -> Iterator[int]:
    """Hold the lock file; pip inherits it, so that the lock lasts as long as anybody writes."""
    import fcntl

    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell("waiting for another run that builds the same environment")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _make_venv(environment: Environment) -> None:
    import venv

    venv.EnvBuilder(symlinks=True, with_pip=False).create(environment.path)
    if environment.isolated:
        return
    # A virtual environment made from another one sees only the packages of the Python below both.
    folders = [folder for folder in [*site.getsitepackages(), _user_site()] if folder and os.path.isdir(folder)]
    lines = "".join(f"import site; site.addsitedir({folder!r})\n" for folder in folders)
    own = _site_packages(environment)
    with open(os.path.join(own, "_slipway_base.pth"), "w", encoding="utf-8") as file:
        file.write(lines)


def _user_site() -> str | None:
    return site.getusersitepackages() if site.ENABLE_USER_SITE else None


def _site_packages(environment: Environment) -> str:
    name = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    return os.path.join(environment.path, "lib", name, "site-packages")


def _install(environment: Environment, requirements: str | None, lock: int, tell: Callable[[str], None]) -> None:
    pip: list[str] = []
    for wanted in installs(environment, requirements):
        pip = pip or _pip(environment)
        command = [*pip, "install", *_OPTIONS, "--progress-bar", "off", *wanted]
        folder = os.path.dirname(requirements) if requirements is not None else environment.path
        output = PipOutput(tell)
        with installed_told(_site_packages(environment), output, tell):
            _run_pip(command, folder, lock, output)


@contextlib.contextmanager
def installed_told(site_packages: str, output: PipOutput, tell: Callable[[str], None]) -> Iterator[None]:
    """Tell now and then how many packages are there: pip is silent from the first to the last, for minutes."""
    before = _count_installed(site_packages)
    ended = threading.Event()

    def look() -> None:
        told = 0
        while not ended.wait(_LOOK_SECONDS):
            done = min(_count_installed(site_packages) - before, output.installing)
            if done > told:
                tell(f"building environment: installed {done} of {count(output.installing, 'package')}")
                told = done

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _count_installed(site_packages: str) -> int:
    return sum(name.endswith(".dist-info") for name in os.listdir(site_packages))


def installs(environment: Environment, requirements: str | None) -> list[list[str]]:
    """Return what each pip is to install, one after the other.

    One pip sees tools and requirements together and finds versions for both. But where the requirements have hashes it
    refuses all that has none, so the tools come after them.
    """
    tools = [tool.requirement for tool in environment.missing]
    own = [] if requirements is None else ["-r", requirements]
    parts = [own, tools] if environment.hashed else [tools + own]
    return [part for part in parts if part]


def _run_pip(command: list[str], folder: str, lock: int, output: PipOutput) -> None:
    with (
        subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=[lock],
            encoding="utf-8",
            errors="replace",
        ) as process,
        ended_with_us(process),
    ):
        for line in process.stdout or ():
            sys.stdout.write(line)
            sys.stdout.flush()
            output.read(line)
    if process.returncode != 0:
        message = f"the environment could not be built: {output.reason()}"
        raise BuildError(message)


def _pip(environment: Environment) -> list[str]:
    """Return the start of a pip command line that installs into the environment; looks for a pip in three places."""
    into = ["--python", environment.python]
    if has_pip(module_path()) or _pip_version([sys.executable, "-c", _RUN_PIP]) >= _FIRST_PIP_WITH_PYTHON_OPTION:
        return [sys.executable, "-c", _RUN_PIP, *into]
    ensured = subprocess.run([environment.python, "-m", "ensurepip"], capture_output=True, check=False)
    if ensured.returncode == 0:
        return [environment.python, "-m", "pip"]
    for name in ("pip3", "pip"):
        path = shutil.which(name)
        if path is not None and _pip_version([path]) >= _FIRST_PIP_WITH_PYTHON_OPTION:
            return [path, *into]
    message = (
        f"no pip was found to build the environment with: Python {version()} ({sys.executable}) has neither pip 22.3 "
        "or newer nor ensurepip, and there is none on PATH (on Debian and Ubuntu: apt install python3-venv)"
    )
    raise BuildError(message)


def has_pip(folders: list[str]) -> bool:
    """Tell by its metadata whether the pip on a module path will do: to start it takes a third of a second."""
    found = installed(folders).get("pip")
    return found is not None and _PIP.accepts(found) and importlib.util.find_spec("pip") is not None


def _pip_version(command: list[str]) -> tuple[int, ...]:
    """Return the version of a pip; empty when it does not start."""
    try:
        asked = subprocess.run([*command, "--version"], capture_output=True, check=False, encoding="utf-8")
    except OSError:
        return ()
    match = re.match(r"pip (\d+)\.(\d+)", asked.stdout)
    return (int(match[1]), int(match[2])) if asked.returncode == 0 and match else ()
