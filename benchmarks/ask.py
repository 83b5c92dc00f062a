"""The contender's side of a question: `python -m benchmarks.ask CONTENDER FUNCTION OPTIONS` answers in JSON."""

import importlib
import json
import sys


def main() -> None:
    if sys.argv[1] == "--versions":
        print(json.dumps({name: _version(name) for name in sys.argv[2:]}))
        return
    name, function, options = sys.argv[1:]
    answer = getattr(importlib.import_module(f"benchmarks.contenders.{name}"), function)(**json.loads(options))
    print(json.dumps(answer))


def _version(name: str) -> str | None:
    from importlib import metadata  # not loaded into the contenders that are measured

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


if __name__ == "__main__":
    main()
