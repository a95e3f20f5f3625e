"""The files of a run folder as types. Imported by the type checker only, so that it costs no start-up time."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

State = Literal["succeeded", "failed", "skipped"]
Verdict = Literal["succeeded", "failed", "timedOut", "cancelled"]
ReasonCode = Literal[
    "timeout", "cellFailed", "kernelDied", "noTests", "testsFailed", "environment", "previousStep", "other"
]


class Cell(TypedDict):
    """A code cell of the submitted notebook."""

    id: str
    label: str


class NotebookPart(TypedDict):
    """`notebook` of run.json."""

    path: str
    name: str
    kernel: str
    language: str
    cells: list[Cell]


class CommandPart(TypedDict):
    """`command` of run.json."""

    argv: list[str]


class _Tests(TypedDict):
    path: str
    always: bool
    asked: bool


class TestsPart(_Tests, total=False):
    """`tests` of run.json."""

    marker: str


class ReusePart(TypedDict):
    """`reuse` of run.json."""

    run: str
    steps: list[str]


class _Dataset(TypedDict):
    name: str


class DatasetPart(_Dataset, total=False):
    """`dataset` of run.json."""

    url: str
    path: str
    sha256: str
    bytes: int
    endpoint: str
    region: str
    addressing: Literal["path", "virtual"]
    secret: str


class _Repository(TypedDict):
    url: str


class RepositoryPart(_Repository, total=False):
    """`repository` and `suite` of run.json."""

    revision: str


class _Environment(TypedDict):
    base: Literal["interpreter", "isolated"]


class EnvironmentPart(_Environment, total=False):
    """`environment` of run.json."""

    requirements: str


class _RunFile(TypedDict):
    version: Literal[1]
    run: str
    steps: list[str]
    parameters: dict[str, Any]
    env: dict[str, str]
    environment: EnvironmentPart
    timeouts: dict[str, float]
    outputs: list[str]


class RunFile(_RunFile, total=False):
    """run.json, as far as the steps read it (the whole: shared/src/pipeline/runFile.ts)."""

    notebook: NotebookPart
    command: CommandPart
    tests: TestsPart
    reuse: ReusePart
    dataset: DatasetPart
    repository: RepositoryPart
    suite: RepositoryPart


class _FailedCell(TypedDict):
    id: str
    index: int
    number: int
    source: str
    errorName: str
    errorValue: str
    traceback: list[str]


class FailedCell(_FailedCell, total=False):
    """`failedCellSchema` of protocol/run.ts."""

    line: int


class _Failure(TypedDict):
    reasonCode: ReasonCode
    reason: str


class Failure(_Failure, total=False):
    """What the papermill front leaves for `finish` when the notebook failed."""

    failedCell: FailedCell


class _Result(TypedDict):
    step: str
    state: State
    exitCode: int


class Result(_Result, total=False):
    """results/STEP.json."""

    reason: str
    reasonCode: ReasonCode
    note: str
    failedCell: FailedCell
    verdict: Verdict


class _Artifact(TypedDict):
    path: str
    bytes: int
    mediaType: str
    role: str


class Artifact(_Artifact, total=False):
    """`artifactSchema` of protocol/artifact.ts; without a hash where it is only listed, or time was short."""

    sha256: str


class _PlanRequest(TypedDict):
    environments: str
    base: Literal["interpreter", "isolated"]
    runs: Literal["notebook", "command"]
    tests: bool


class PlanRequest(_PlanRequest, total=False):
    """What `environment.py plan` reads from its standard input."""

    language: str | None
    requirements: str | None
    folder: str | None


class Ending(TypedDict):
    """How a step's script ended, as the shell knows it."""

    exitCode: int
    seconds: int
    limit: float | None
    stopped: bool
