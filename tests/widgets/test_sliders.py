"""A live picture follows its sliders and never fails silently."""

import ipywidgets as widgets

from scalelab.figures import new_figure
from scalelab.widgets import live


def draw(height):
    if height > 1:
        raise ValueError("height above <1>")
    figure, axes = new_figure()
    axes.plot([0, height])
    return figure, f"It rises to {height}."


def test_moving_a_slider_draws_anew():
    picture = live(draw, height=widgets.FloatSlider(value=0.0, max=2.0))
    before = picture.picture.value
    assert before.startswith('<img src="data:image/png;base64,')
    picture.controls["height"].value = 0.5
    assert picture.picture.value != before
    assert picture.sentence.value == "It rises to 0.5."
    assert len(picture.redraw_seconds) == 2


def test_a_picture_that_cannot_be_drawn_says_why_and_keeps_the_last_one():
    picture = live(draw, height=widgets.FloatSlider(value=0.0, max=2.0))
    before = picture.picture.value
    picture.controls["height"].value = 2.0
    assert "height above &lt;1&gt;" in picture.sentence.value
    assert picture.picture.value == before


def test_a_picture_keeps_the_size_it_was_drawn_in_and_has_words_for_who_cannot_see_it():
    """Text in a stretched picture is blurred."""
    sentence = "<em>It</em> rises to {} &lt; 1."
    picture = live(lambda height: (new_figure(width=7)[0], sentence.format(height)), height=widgets.FloatSlider())
    assert 'width="700" alt="It rises to 0.0 &lt; 1."' in picture.picture.value
