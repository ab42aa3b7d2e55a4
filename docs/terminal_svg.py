"""Draws what a terminal showed over time as one SVG that plays by itself, wherever a picture can be shown.

The screens lie below one another on a strip, and CSS moves the strip past a window, a screen at a time. Who asks for
less motion, or has a program that knows no CSS animations, sees the last screen.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

SHOWN_SECONDS, REST_SECONDS = 12.0, 5.0  # what happened is played within the first; the last screen stays for the rest
LOOK_SECONDS = 0.15  # a new screen is shown so often at most
CHARACTER, LINE, MARGIN, BAR = 8.4, 18, 16, 30  # pixels: width and height of a character's place; the window's bar
FONT = "14px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace"
BACKGROUND, EDGE, TEXT, FAINT = "#161b22", "#768390", "#e6edf3", "#9ea7b3"  # to be read on white and on black pages
NO_BREAK = "\N{NO-BREAK SPACE}"  # several plain ones in a row are drawn as one
COLOURS = {"default": TEXT, "green": "#56d364", "brown": "#e3b341", "red": "#ff7b72", "cyan": "#76e3ea"}


@dataclass(frozen=True)
class Span:
    """Text of one look, from a column on. The colour is a name, or six hexadecimal digits."""

    column: int
    text: str
    colour: str = "default"
    bold: bool = False
    italic: bool = False


Screen = tuple[tuple[Span, ...], ...]


@dataclass(frozen=True)
class Frame:
    """What was to be seen from a time on."""

    seconds: float
    screen: Screen


def draw(frames: list[Frame], columns: int, title: str) -> str:
    """The SVG. Its description, for who does not see it, is the text of the last screen."""
    speed = max(1.0, frames[-1].seconds / SHOWN_SECONDS)
    shown = thinned(frames, LOOK_SECONDS * speed)
    height = LINE * (1 + max(len(frame.screen) for frame in shown))
    width = round(columns * CHARACTER) + 2 * MARGIN
    lines = {line: f"l{number}" for number, line in enumerate(dict.fromkeys(_lines(shown)))}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height + BAR + MARGIN}" width="{width}" '
        f'fill="{TEXT}" role="img" aria-labelledby="title text">',
        f'<title id="title">{escape(title)}, shown {speed:.0f} times as fast</title>',
        f'<desc id="text">In the end it shows: {escape(" / ".join(words(frames[-1].screen)))}</desc>',
        f"<style>{_style(shown, speed, height)}</style>",
        "<defs>",
        *(f'<g id="{name}">{"".join(map(_span, line))}</g>' for line, name in lines.items()),
        f'<clipPath id="window"><rect width="{width}" height="{height}"/></clipPath>',
        "</defs>",
        _window(width, height, f"{speed:.0f} times as fast"),
        f'<g transform="translate({MARGIN} {BAR + MARGIN})" clip-path="url(#window)"><g class="strip">',
        *(_laid(frame.screen, number * height, lines) for number, frame in enumerate(shown)),
        "</g></g>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def thinned(frames: list[Frame], every: float) -> list[Frame]:
    """What is to be seen every so many seconds, without what is unchanged."""
    seen = {math.ceil(frame.seconds / every): frame for frame in frames}  # the last one before a look counts
    return [Frame(look * every, frame.screen) for look, frame in seen.items()]


def words(screen: Screen) -> list[str]:
    """The text of each line that has any, frames of tables left out."""
    lines = (" ".join(span.text for span in line) for line in screen)
    letters = ("".join(" " if "\u2500" <= sign <= "\u257f" else sign for sign in line) for line in lines)
    return [" ".join(line.split()) for line in letters if line.strip()]


def _lines(frames: list[Frame]) -> Iterator[tuple[Span, ...]]:
    return (line for frame in frames for line in frame.screen if line)


def _laid(screen: Screen, top: int, names: dict) -> str:
    places = (f'<use href="#{names[line]}" y="{top + LINE * row}"/>' for row, line in enumerate(screen) if line)
    return "".join(places)


def _span(span: Span) -> str:
    """The text is stretched to its places, whatever the font: else tables would not close."""
    look = " ".join(filter(None, (_class(span.colour), "b" if span.bold else "", "i" if span.italic else "")))
    fill = "" if span.colour in COLOURS else f' fill="#{span.colour}"'
    name = f' class="{look}"' if look else ""
    return (
        f'<text x="{span.column * CHARACTER:.1f}" y="{LINE - 4}" textLength="{len(span.text) * CHARACTER:.1f}" '
        f'lengthAdjust="spacingAndGlyphs"{name}{fill}>{escape(span.text.replace(" ", NO_BREAK))}</text>'
    )


def _class(colour: str) -> str:
    return colour if colour in COLOURS and colour != "default" else ""


def _window(width: int, height: int, said: str) -> str:
    dots = "".join(f'<circle cx="{MARGIN + 18 * n}" cy="{BAR / 2 + 2}" r="5" fill="{EDGE}"/>' for n in range(3))
    return (
        f'<rect x=".5" y=".5" width="{width - 1}" height="{height + BAR + MARGIN - 1}" rx="8" '
        f'fill="{BACKGROUND}" stroke="{EDGE}"/>{dots}'
        f'<text x="{width - MARGIN}" y="{BAR / 2 + 7}" text-anchor="end" class="faint">{escape(said)}</text>'
    )


def _style(frames: list[Frame], speed: float, height: int) -> str:
    whole = SHOWN_SECONDS + REST_SECONDS
    steps = "".join(
        f"{100 * frame.seconds / speed / whole:.2f}%{{transform:translateY({-number * height}px)}}"
        for number, frame in enumerate(frames)
    )
    last = f"translateY({-(len(frames) - 1) * height}px)"
    colours = "".join(f".{name}{{fill:{value}}}" for name, value in COLOURS.items() if name != "default")
    return (
        f"text{{font:{FONT}}}{colours}.b{{font-weight:bold}}"
        f".i{{font-style:italic}}.faint{{fill:{FAINT}}}.strip{{transform:{last}}}"
        f"@media (prefers-reduced-motion:no-preference){{.strip{{animation:play {whole:g}s step-end infinite}}}}"
        f"@keyframes play{{{steps}100%{{transform:{last}}}}}"
    )
