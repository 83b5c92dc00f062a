"""Where the state file is, for who needs to know no more of a config: found without checking all the rest of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from linodctl.config.gather import gather
from linodctl.config.nodes import Scalar, Table
from linodctl.config.problems import Problems


def declared_state(paths: Sequence[Path], environ: Mapping[str, str]) -> Path:
    """The state file of the config in these files; reading it in full tells what is wrong with it."""
    gathered = gather(paths, environ, Problems())
    return Path(state_of(gathered.tree, gathered.files[0].parent, environ))


def state_of(tree: Table, folder: Path, environ: Mapping[str, str]) -> str:
    """$LINODCTL_STATE wins over what the tree declares, which is meant as by the file that says it."""
    chosen = environ.get("LINODCTL_STATE")
    if chosen:
        return str(Path(chosen).absolute())
    declared = tree.get("state")
    if isinstance(declared, Scalar) and isinstance(declared.value, str):
        return str(Path(declared.place.file).parent / declared.value)
    return str(folder / "linodctl.db")
