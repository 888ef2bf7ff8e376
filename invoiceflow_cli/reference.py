"""The reference of all commands, as Markdown: `python -m invoiceflow_cli.reference > docs/cli.md`."""

from typing import Any

import typer

from invoiceflow_cli.main import EXIT_CODES, app

HEAD = """# Command line

All commands of `invoiceflow`. This page is made by `python -m invoiceflow_cli.reference`.

At a terminal results are tables; in a pipe they are one line each with tabs between the values, never wrapped or cut,
and `--json` prints JSON. Remarks and errors go to standard error.

{exit_codes}

The commands find the system that runs in `--home`, or the one that the environment names: `INVOICEFLOW_URL` for both
APIs behind a gateway, or `INVOICEFLOW_INGEST_URL` and `INVOICEFLOW_QUERY_URL`. `invoiceflow --install-completion`
completes commands in your shell.

**Backups.** `invoiceflow backup FOLDER` works while the system runs: it dumps the database, then copies the
originals, then writes `manifest.json` with the sha256 of every file. `invoiceflow restore FOLDER` reads and compares
every file before it writes anything, and restores into an empty home. In production (`INVOICEFLOW_EMBEDDED=false`) it
restores into the empty database and the bucket that the environment names; run `invoiceflow db upgrade` and
`invoiceflow reindex` after it. Dagster's database is left out: its runs and events are made anew. A restore that was
killed leaves a home that is not empty: remove it and restore again. Settings in environment variables are yours to
keep.
"""


def reference() -> str:
    """The whole page."""
    group = typer.main.get_command(app)
    return HEAD.format(exit_codes=EXIT_CODES) + "".join(_section(group, "invoiceflow"))


def _section(command: Any, name: str) -> list[str]:
    context = command.context_class(command, info_name=name)
    subcommands = getattr(command, "commands", None)
    if subcommands:
        return [text for one in sorted(subcommands) for text in _section(subcommands[one], f"{name} {one}")]
    lines = [f"\n## {name}\n\n{(command.help or '').strip()}\n\n"]
    lines.append(f"`{name} {' '.join(command.collect_usage_pieces(context))}`\n\n| option | meaning |\n|---|---|\n")
    for parameter in command.params:
        if parameter.param_type_name == "option" and parameter.name != "help":
            names = ", ".join([*parameter.opts, *parameter.secondary_opts])
            variable = f" (`{parameter.envvar}`)" if isinstance(parameter.envvar, str) else ""
            lines.append(f"| `{names}` | {parameter.help or ''}{variable} |\n")
    return lines


if __name__ == "__main__":
    print(reference(), end="")
