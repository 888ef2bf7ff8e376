"""Runs the targets one after the other: `python -m tests.fuzz [--seconds N] [--folder F] [TARGET …]`.

Inputs that reach new code are kept in the folder and are the next run's beginning; what broke lies in its `broken-…` files.
Ends with 1 where something broke.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.fuzz.targets import TARGETS, Target

_SECONDS_PER_INPUT: Final = 20
_MEGABYTES: Final = 2048


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--folder", type=Path, default=Path(".fuzz"))
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; all where none is named")
    chosen = parser.parse_args()
    broken = [name for name in chosen.targets or TARGETS if not _holds(name, TARGETS[name], chosen.folder, chosen.seconds)]
    if broken:
        print(f"broken: {', '.join(broken)}; look into one by `python -m tests.fuzz.run TARGET FILE`")
    return 1 if broken else 0


def _holds(name: str, target: Target, folder: Path, seconds: int) -> bool:
    corpus = folder / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds()):
        (corpus / f"seed-{number}").write_bytes(seed)
    options = [
        f"-max_total_time={seconds}", f"-max_len={target.longest}", f"-timeout={_SECONDS_PER_INPUT}",
        f"-rss_limit_mb={_MEGABYTES}", f"-artifact_prefix={folder}/broken-{name}-", "-print_final_stats=1",
    ]  # fmt: skip
    if target.words:
        dictionary = folder / f"{name}.dict"
        dictionary.write_text("".join(f'"{_escaped(word)}"\n' for word in target.words), encoding="ascii")
        options.append(f"-dict={dictionary}")
    ended = subprocess.run([sys.executable, "-m", "tests.fuzz.run", name, *options, str(corpus)],
                           capture_output=True, text=True, errors="replace", check=False)  # fmt: skip
    (folder / f"{name}.log").write_text(ended.stdout + ended.stderr, encoding="utf-8")
    executions = re.search(r"stat::number_of_executed_units:\s*(\d+)", ended.stderr)
    print(f"{name}: {executions[1] if executions else '?'} executions, {'sound' if ended.returncode == 0 else 'BROKEN'}",
          flush=True)  # fmt: skip
    if ended.returncode != 0:
        print("\n".join((ended.stdout + ended.stderr).splitlines()[-40:]), flush=True)
    return ended.returncode == 0


def _escaped(word: str) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\x{byte:02x}" for byte in word.encode())


if __name__ == "__main__":
    sys.exit(main())
