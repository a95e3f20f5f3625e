"""What the handlers of this extension work with, and how they come to it."""

from __future__ import annotations

from dataclasses import dataclass

from jupyter_server.base.handlers import JupyterHandler

from .core_supervisor import CoreSupervisor
from .panels_script import PanelsScript
from .unfinished import UnfinishedRuns

auth_resource = "slipway"


@dataclass(frozen=True)
class Services:
    """What the handlers work with."""

    supervisor: CoreSupervisor
    unfinished: UnfinishedRuns
    contents_root: str | None
    """Absolute path of what the contents API shows, where it is a folder on this machine's disk."""
    panels: PanelsScript
    hub_callback: str | None
    """Where a JupyterHub takes the answers of sign-ins for all its users: a URL, or a path on the hub's origin."""


class ServicesHandler(JupyterHandler):
    """Knows what the routes give to all handlers."""

    auth_resource = auth_resource

    def initialize(self, services: Services) -> None:
        """Take the services from the route."""
        self._services = services
