"""A score that is missing is 0 with a sentence, or waits for a person."""

import sqlite3

from scalelab.course.nbgrader_gradebook import FILE, auto_scores, points, settle_all_scores

OPEN = "UPDATE grade SET auto_score = NULL, needs_manual_grade = 0"


def test_no_score_is_left_open_in_silence(new_course):
    new_course.submit("anna", new_course.source)
    new_course.autograde("anna")
    with sqlite3.connect(new_course.folder / FILE) as database:
        database.execute(OPEN)
    assert auto_scores(new_course.folder, "lab0", "anna")["01_tiny"]["double-test"] is None

    sentences = settle_all_scores(new_course.folder, "lab0", "anna")

    assert "Test `double-test` of 01_tiny came to no score, so it gives no points." in sentences
    scores = auto_scores(new_course.folder, "lab0", "anna")["01_tiny"]
    assert scores == {"double-test": 0, "area-test": 0, "speed-test": 0, "why": None}
    assert points(new_course.folder, "lab0", "anna")[0].waiting == 1
    assert settle_all_scores(new_course.folder, "lab0", "anna") == []
