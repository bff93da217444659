"""The page of licences: what is locked for the product itself, by what each package says of itself."""

import re
from importlib.metadata import Distribution, distributions
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)
CLASSIFIER = "License :: OSI Approved :: "
LONGEST = 60
"""What is longer is the text of a licence instead of its name."""
SPDX = {
    "MIT License": "MIT",
    "The MIT License (MIT)": "MIT",
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
"""Other spellings of the names at spdx.org/licenses."""


def licences() -> dict[str, str]:
    """By the names of the locked packages that are installed here; those of other systems are not."""
    installed = {normalised(each.metadata["Name"]): each for each in distributions()}
    locked = LOCKED.findall((ROOT / "scripts/requirements.txt").read_text(encoding="utf-8"))
    return {name: licence(installed[normalised(name)]) for name in locked if normalised(name) in installed}


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def licence(package: Distribution) -> str:
    said = package.metadata.json
    approved = [each.removeprefix(CLASSIFIER) for each in said.get("classifier", []) if CLASSIFIER in each]
    text = str(said.get("license") or "")
    short = text if len(text) <= LONGEST and "\n" not in text else ""
    name = str(said.get("license_expression") or short or ", ".join(approved) or head_of_file(package))
    return SPDX.get(name, name)


def head_of_file(package: Distribution) -> str:
    """The first line of the text that comes with a package which names no licence."""
    texts = [Path(str(each.locate())) for each in package.files or () if "LICENSE" in each.name.upper()]
    return texts[0].read_text(encoding="utf-8").strip().partition("\n")[0] if texts else "not said"


def licences_page(notice: str) -> str:
    rows = [f"| {name} | {said} |" for name, said in licences().items()]
    return "\n".join(
        [
            notice,
            "# Licences",
            "",
            "What the product is built and installed with, at the versions in `scripts/requirements.txt`, by what each",
            "package says of itself.",
            "The product itself is under the [MIT licence](../LICENSE).",
            "",
            "| Package | Licence |",
            "|---|---|",
            *rows,
            "",
        ]
    )
