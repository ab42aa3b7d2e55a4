"""A notebook in a page of the browser: opened, run whole, and read."""

from pathlib import PurePath

from harness.patience import waited

IS_OPEN = "() => !!window.jupyterapp?.shell.currentWidget?.content?.widgets?.length"
OPEN = "path => jupyterapp.commands.execute('docmanager:open', {path}).then(() => null)"
IS_SHOWN = f"path => jupyterapp.shell.currentWidget?.context?.path === path && ({IS_OPEN})()"
HAS_A_KERNEL = "() => jupyterapp.shell.currentWidget.sessionContext.ready"
# JupyterLab asks before it writes over what it has just saved by itself, and keeps whoever waits for it waiting.
SAVE = """() => {
    window.saved = false;
    jupyterapp.shell.currentWidget.context.save().then(() => { window.saved = true; });
}"""
# JupyterLab hands cells to the kernel one by one, so that neither the page nor the kernel can say that all have run.
# It is asked for a yes or no: for whoever wants its texts, the page lays itself out.
AT_AN_END = """() => jupyterapp.shell.currentWidget.content.widgets
    .filter(cell => cell.model.type === 'code' && cell.model.sharedModel.source.trim())
    .every(cell => cell.model.executionCount !== null)
    || document.querySelector("[data-mime-type='application/vnd.jupyter.error']") !== null"""
# As JupyterLab does before a cell runs: counts that were stored with the notebook would look like the end of this run.
FORGET = """() => jupyterapp.shell.currentWidget.content.widgets
    .filter(cell => cell.model.type === 'code')
    .forEach(cell => cell.model.clearExecution())"""
CONTRAST = """element => {
    const parse = text => (text.match(/[\\d.]+/g) || []).map(Number);
    const shine = ([r, g, b]) => [r, g, b].map(v => v / 255)
        .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    let ground = null;
    for (let one = element; one && !ground; one = one.parentElement) {
        const colour = parse(getComputedStyle(one).backgroundColor);
        if (colour.length === 3 || colour[3] === 1) ground = colour;
    }
    const dark = matchMedia('(prefers-color-scheme: dark)').matches;
    const below = ground || (dark ? [18, 18, 18] : [255, 255, 255]);
    const both = [shine(parse(getComputedStyle(element).color)), shine(below)];
    return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
}"""


class Notebook:
    """A notebook that a page shows."""

    def __init__(self, page, url: str):
        self.page = page
        page.goto(url)
        page.wait_for_function(IS_OPEN)
        page.evaluate(HAS_A_KERNEL)

    def open(self, path: PurePath) -> None:
        """Another one in the same JupyterLab."""
        self.page.evaluate(OPEN, str(path))
        self.page.wait_for_function(IS_SHOWN, arg=str(path))
        self.page.evaluate(HAS_A_KERNEL)

    def title(self) -> str:
        return self.page.locator(".jp-Notebook:visible h1").first.inner_text()

    def run_all(self, seconds: float) -> None:
        """Run every cell, and wait until all have run or one has failed."""
        self.page.evaluate(FORGET)
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_text("Run All Cells", exact=True).click()
        done = waited(lambda: self.page.evaluate(AT_AN_END), seconds, look_every=0.5)
        assert done, "cells are waited for"
        assert self.errors() == []

    def save(self) -> None:
        """Write it to its file, outputs included."""
        self.page.evaluate(SAVE)
        overwrite = self.page.locator(".jp-Dialog").get_by_role("button", name="Overwrite")

        def is_saved() -> bool:
            if overwrite.count():
                overwrite.first.click()
            return self.page.evaluate("window.saved")

        assert waited(is_saved, look_every=0.2), self.page.locator(".jp-Dialog").all_inner_texts()

    def errors(self) -> list[str]:
        return self.page.locator("[data-mime-type='application/vnd.jupyter.error']").all_inner_texts()


def contrast(locator) -> float:
    """Of its text to its ground (WCAG 2.1, "contrast ratio")."""
    return locator.evaluate(CONTRAST)
