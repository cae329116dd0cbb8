"""Gives an installed package the versions in requirements.txt, so that they are named once."""

from pathlib import Path

from hatchling.metadata.plugin.interface import MetadataHookInterface

EXTRAS = {"gradio": "page", "tensorflow": "train"}
"""The extra that a package belongs to. Reading pictures needs all the others."""


class Requirements(MetadataHookInterface):
    """Dependencies and extras of the package."""

    def update(self, metadata: dict) -> None:
        """Add them to the metadata in pyproject.toml."""
        dependencies, extras = [], {}
        for line in (Path(self.root) / "requirements.txt").read_text("utf-8").split():
            extra = EXTRAS.get(line.partition("~=")[0])
            (extras.setdefault(extra, []) if extra else dependencies).append(line)
        metadata["dependencies"] = dependencies
        metadata["optional-dependencies"] = extras
