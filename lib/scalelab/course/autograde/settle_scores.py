"""Corrects a notebook's scores after nbgrader has saved them."""

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from scalelab.course.nbgrader_gradebook import settle_scores


class SettleScores(NbGraderPreprocessor):
    """No score of a test is left open."""

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Leaves the notebook as it is."""
        data = resources["nbgrader"]
        with Gradebook(data["db_url"]) as gradebook:
            found = gradebook.find_submission_notebook(data["notebook"], data["assignment"], data["student"])
            for sentence in settle_scores(found):
                self.log.warning("%s: %s", data["student"], sentence)
            gradebook.db.commit()
        return nb, resources
