"""Whatever a student's notebook holds, nothing of it runs, fetches or submits on the page that an instructor opens."""

import base64
import runpy
from html.parser import HTMLParser

import nbformat
import pytest
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell
from traitlets.config import Config

from scalelab.course.clean_markup import CleanNotebook, clean_markdown, clean_markup
from scalelab.places import COURSE

HIT = "window.hit=1"
DANGEROUS = {"script", "iframe", "object", "embed", "form", "input", "button", "link", "meta", "base", "style", "svg",
             "math", "video", "audio", "template", "textarea", "select", "frame", "applet"}  # fmt: skip
PIXEL = base64.b64encode(b"\x89PNG no more").decode()

MARKUP = {
    "script": f"<script>{HIT}</script>",
    "script cut off": f"<script>{HIT}",
    "script in two": f"<scr<script></script>ipt>{HIT}</script>",
    "image that fails": f'<img src="x" onerror="{HIT}">',
    "image without quotes": f"<img src=x onerror={HIT}>",
    "image that calls out": '<img src="https://example.org/steal?cookie">',
    "svg": f'<svg onload="{HIT}"><script>{HIT}</script></svg>',
    "svg in a data address": f'<img src="data:image/svg+xml;base64,{PIXEL}">',
    "mathml": f'<math><mtext><img src=x onerror="{HIT}"></mtext></math>',
    "address of a script": f'<a href="javascript:{HIT}">look</a>',
    "address with a tab": f'<a href="java\tscript:{HIT}">look</a>',
    "address in entities": f'<a href="&#106;avascript:{HIT}">look</a>',
    "page in an address": '<a href="data:text/html,<script>1</script>">look</a>',
    "page of the server": '<a href="/api/contents">look</a>',
    "iframe": f'<iframe srcdoc="<script>{HIT}</script>"></iframe>',
    "object": f'<object data="javascript:{HIT}"></object>',
    "form": '<form action="/formgrader/api/student/eve" method="put"><button>Next</button></form>',
    "input": f'<input autofocus onfocus="{HIT}">',
    "details": f'<details open ontoggle="{HIT}"><summary>more</summary></details>',
    "style": "<style>body { background: url(https://example.org/steal) }</style>",
    "style of an element": '<p style="position: fixed; inset: 0; background: url(https://example.org)">text</p>',
    "base": '<base href="https://example.org/">',
    "refresh": f'<meta http-equiv="refresh" content="0; url=javascript:{HIT}">',
    "comment": f"<!--><img src=x onerror={HIT}>-->",
    "button of the page": '<span class="full-credit" id="statusmessage">Full credit</span>',
    "template": f"<template><img src=x onerror={HIT}></template>",
    "noscript": f'<noscript><p title="</noscript><img src=x onerror={HIT}>"></noscript>',
    "formula that links": rf"$\href{{javascript:{HIT}}}{{x}}$",
    "formula that fetches": r"$\require{html}\style{background: url(https://example.org)}{x}$",
    "formula with markup": f"$x</script><img src=x onerror={HIT}>$",
}  # fmt: skip


def code(*outputs, **more):
    return new_code_cell("1", outputs=list(outputs), **more)


def shown(**data):
    return new_output("display_data", {kind.replace("__", "/").replace("_", "+"): text for kind, text in data.items()})


def with_odd_name():
    cell = code(new_output("stream", name="stdout", text="text"))
    cell.outputs[0].name = f'"><img src=x onerror={HIT}>'
    return cell


def with_metadata():
    cell = new_markdown_cell("text")
    cell.metadata = nbformat.NotebookNode(tags=[MARKUP["image that fails"]], nbgrader={
        "grade_id": f'"><img src=x onerror={HIT}>', "solution": True, "grade": True, "points": 1})  # fmt: skip
    return cell


CELLS = {
    **{f"answer: {name}": new_markdown_cell(f"Before.\n\n{markup}\n\nAfter.") for name, markup in MARKUP.items()},
    **{f"output: {name}": code(shown(text__html=markup)) for name, markup in MARKUP.items()},
    "markdown output": code(shown(text__markdown=MARKUP["image that fails"])),
    "script output": code(new_output("display_data", {"application/javascript": HIT})),
    "svg output": code(new_output("display_data", {"image/svg+xml": MARKUP["svg"]})),
    "widget": code(new_output("display_data", {"application/vnd.jupyter.widget-view+json": {"model_id": HIT}})),
    "png with markup": code(new_output("display_data", {"image/png": f'"><script>{HIT}</script>'})),
    "png with an odd width": code(new_output("display_data", {"image/png": PIXEL},
                                             metadata={"image/png": {"width": f"1 onload={HIT}"}})),
    "latex": code(new_output("display_data", {"text/latex": MARKUP["formula that links"]})),
    "isolated": code(new_output("display_data", {"text/html": MARKUP["script"]},
                                metadata={"text/html": {"isolated": True}})),
    "text": code(new_output("execute_result", {"text/plain": MARKUP["script"]})),
    "stream": code(new_output("stream", name="stdout", text=MARKUP["script"])),
    "error": code(new_output("error", ename=MARKUP["script"], evalue="", traceback=[MARKUP["image that fails"]])),
    "raw": new_raw_cell(MARKUP["script"], metadata={"raw_mimetype": "text/html"}),
    "attachment": new_markdown_cell("![a](attachment:a.png)",
                                    attachments={"a.png": {"image/png": f'"><p onclick={HIT}>'}}),
    "link in markdown": new_markdown_cell(f"[look](javascript:{HIT}) ![a](javascript:{HIT} \"t\" onerror={HIT})"),
    "name of a stream": with_odd_name(),
    "metadata of a cell": with_metadata(),
}  # fmt: skip


class Page(HTMLParser):
    """Collects what a browser would act upon within the notebook."""

    def __init__(self, markup):
        super().__init__()
        self.found, self.text = [], ""
        self.feed(markup)

    def handle_starttag(self, tag, attributes):
        names = {name: value or "" for name, value in attributes}
        if tag in DANGEROUS:
            self.found.append(tag)
        self.found += [name for name in names if name.startswith("on") or name in ("style", "srcdoc", "formaction")]
        for name in ("href", "src", "action", "data"):
            if names.get(name, "#").split(":")[0].strip().lower() not in ("http", "https", "mailto", "data", "#"):
                self.found += [] if names[name].startswith("#") else [f"{name}={names[name]}"]
        if tag == "img" and not names.get("src", "data:image/png").startswith("data:image/png"):
            self.found.append(f"img {names['src']}")
        self.found += [name for name in ("id",) if names.get(name) == "statusmessage"]

    def handle_data(self, data):
        self.text += data


@pytest.fixture(scope="module")
def exporter():
    config = Config()
    config.HTMLExporter.preprocessors = [CleanNotebook]
    config.HTMLExporter.filters = {"markdown2html": clean_markdown}
    return HTMLExporter(config=config, template_name="basic")


@pytest.mark.parametrize("name", CELLS)
def test_nothing_of_it_acts_on_the_page(exporter, name):
    notebook = new_notebook(cells=[CELLS[name]], metadata={"title": MARKUP["script"], "widgets": {"state": HIT}})
    body, _ = exporter.from_notebook_node(notebook)
    page = Page(body)
    assert page.found == []
    assert "\\href" not in page.text
    assert "\\require" not in page.text


def test_what_an_answer_needs_is_kept():
    source = "# Title\n\n**Bold**, `code`, $x^2$, a [link](https://example.org).\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    cleaned = clean_markdown(source + "\n```python\nimport os\n```\n")
    for part in ("<h1>", "<strong>Bold</strong>", "<code>code</code>", "$x^2$", 'href="https://example.org"',
                 "<td>1</td>", '<span class="kn">import</span>'):  # fmt: skip
        assert part in cleaned, part


def test_a_picture_that_was_pasted_into_an_answer_is_shown(exporter):
    cell = new_markdown_cell("![mine](attachment:image.png)", attachments={"image.png": {"image/png": PIXEL}})
    body, _ = exporter.from_notebook_node(new_notebook(cells=[cell]))
    assert f'src="data:image/png;base64,{PIXEL}"' in body


def test_figures_of_the_course_stay_with_their_words():
    words = '<p style="max-width: 46em"><em>Seen.</em></p>'
    cleaned = clean_markup(f'<img src="data:image/png;base64,{PIXEL}" width="700" alt="A curve.">{words}')
    assert f'src="data:image/png;base64,{PIXEL}"' in cleaned
    assert 'alt="A curve."' in cleaned
    assert "<em>Seen.</em>" in cleaned


def test_the_course_cleans_what_it_shows(monkeypatch):
    """Formgrader and the feedback are both made by an HTMLExporter with this configuration."""
    monkeypatch.setattr("scalelab.grade.classroom.nbgrader.new_gradebook.ask_in_process", lambda: None)
    config = Config()
    runpy.run_path(str(COURSE / "nbgrader_config.py"), init_globals={"get_config": lambda: config})
    assert config.HTMLExporter.preprocessors == [CleanNotebook]
    assert config.HTMLExporter.filters["markdown2html"] is clean_markdown
