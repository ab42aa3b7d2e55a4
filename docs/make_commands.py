"""Writes docs/commands/, a page for each command of `scalelab`, from the command line itself.

python docs/make_commands.py
"""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import click

from scalelab.cli.main import commands

FOLDER = Path(__file__).parent / "commands"
WRITTEN = "<!-- written by docs/make_commands.py from lib/scalelab/cli/: change it there -->\n"
INDEX = "README.md"


def pages() -> dict[str, str]:
    """{file name: text} of all pages, an index among them."""
    return {f"{name}.md": page(name, command) for name, command in shown().items()} | {INDEX: index()}


def shown() -> dict[str, click.Command]:
    """The commands that the command line's own help lists, in its order."""
    names = commands.list_commands(click.Context(commands))
    return {name: commands.commands[name] for name in names if not commands.commands[name].hidden}


def index() -> str:
    """Every command with its first sentence."""
    rows = [f"| [`scalelab {name}`]({name}.md) | {_first(command)} |" for name, command in shown().items()]
    what = "`scalelab COMMAND --help` says the same on the terminal."
    return "\n".join([WRITTEN, "# The commands", "", what, "", "| command | what it does |", "|---|---|", *rows, ""])


def page(name: str, command: click.Command) -> str:
    """One command: how it is called, what it does, its arguments and options."""
    context = click.Context(command, info_name=f"scalelab {name}")
    usage = " ".join([context.info_name, *command.collect_usage_pieces(context)])
    parts = [WRITTEN, f"# scalelab {name}", "", f"```text\n{usage}\n```", "", *_paragraphs(command)]
    options = [
        row(option) for option in command.params if isinstance(option, click.Option) and not option.hidden
    ]  # fmt: skip
    if options:
        parts += ["| option | value | by default | what it does |", "|---|---|---|---|", *options, ""]
    return "\n".join([*parts, "All of them: [the commands](README.md).", ""])


def row(option: click.Option) -> str:
    """An option as a row of the table; a default that the help does not show is told in its own words, or is none."""
    names = " or ".join(f"`{name}`" for name in [*option.opts, *option.secondary_opts])
    known = option.show_default or (option.secondary_opts and option.default is not None)
    default = _default(option) if known else "required" if option.required else ""
    return f"| {names} | {_value(option)} | {default} | {_cell(option.help or '')} |"


def _default(option: click.Option) -> str:
    if option.secondary_opts:
        return f"`{(option.opts if option.default else option.secondary_opts)[0]}`"
    return f"`{option.default}`"


def _value(option: click.Option) -> str:
    """What is to be given, in words; nothing for a flag."""
    if option.is_flag:
        return ""
    return _kind(option) + (", may be given several times" if option.multiple else "")


def _kind(option: click.Option) -> str:
    kind = option.type
    if option.metavar:
        return f"`{option.metavar}`"
    if isinstance(kind, click.Choice):
        return ", ".join(f"`{choice}`" for choice in kind.choices)
    if isinstance(kind, click.Path):
        return "a file" if kind.file_okay else "a folder"
    if isinstance(kind, click.IntRange | click.FloatRange):
        return f"a number {'above' if kind.min_open else 'from'} {kind.min:g}"
    return "a number" if kind in (click.INT, click.FLOAT) else "text"


def _paragraphs(command: click.Command) -> Iterator[str]:
    for paragraph in re.split(r"\n\n+", inspect.cleandoc(command.help or "")):
        yield from (paragraph.replace("\n", " "), "")


def _first(command: click.Command) -> str:
    return _cell(next(_paragraphs(command)))


def _cell(text: str) -> str:
    """Text that a cell of a table can hold."""
    return text.replace("|", r"\|").replace("\n", " ")


def main() -> None:
    """Renew the folder; a page of a command that is gone goes too."""
    FOLDER.mkdir(exist_ok=True)
    new = pages()
    for path in FOLDER.glob("*.md"):
        if path.name not in new:
            path.unlink()
    for name, text in new.items():
        (FOLDER / name).write_text(text)


if __name__ == "__main__":
    main()
