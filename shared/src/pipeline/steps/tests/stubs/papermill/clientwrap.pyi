import logging

from nbformat import NotebookNode
from papermill.engines import NotebookExecutionManager

class PapermillNotebookClient:
    log: logging.Logger
    def __init__(self, nb_man: NotebookExecutionManager, **options: object) -> None: ...
    def execute(self) -> NotebookNode: ...
    def log_output_message(self, output: NotebookNode) -> None: ...
