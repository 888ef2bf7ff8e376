"""One target under atheris, in this process: `python -m tests.fuzz.run TARGET [libFuzzer's options]`. A crash ends it.

With a file instead of options the target is run once, without atheris: that is how a crash is looked into.
"""

import sys
from pathlib import Path


def main(arguments: list[str]) -> None:
    name, *options = arguments
    if options and Path(options[0]).is_file():
        from tests.fuzz.targets import TARGETS

        TARGETS[name].run(Path(options[0]).read_bytes())
        return
    import atheris

    with atheris.instrument_imports(include=["invoiceflow", "invoiceflow_pipeline", "stdnum"]):
        from tests.fuzz.targets import TARGETS

    run = TARGETS[name].run
    atheris.Setup(["fuzz", *options], run)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
