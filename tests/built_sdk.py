"""The SDK's package as npm would pack it, compiled into a folder."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FRONTEND = ROOT / "frontend"
NODE = shutil.which("node", path=str(Path(sys.executable).parent)) or "node"
COMPILER = FRONTEND / "node_modules/typescript/bin/tsc"
PROJECT = FRONTEND / "sdk/tsconfig.build.json"


def build_sdk(folder: Path) -> Path:
    """The package's entry."""
    command = [NODE, str(COMPILER), "-p", str(PROJECT), "--outDir", str(folder / "dist")]
    subprocess.run(command, check=True, timeout=120)
    shutil.copy(FRONTEND / "sdk/package.json", folder)
    return folder / "dist/index.js"
