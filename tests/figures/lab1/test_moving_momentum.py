"""The sliders of momentum."""

from scalelab.figures.lab1.moving_momentum import MovingMomentum


def test_with_momentum_fewer_steps_are_left_to_go():
    moving = MovingMomentum()
    picture, plain = moving(lr=0.05, momentum=0.0, kappa=20.0)
    assert picture.startswith(b"\x89PNG")
    assert "after about 135 steps, slowest along the floor" in plain
    assert "At best, 69 without momentum and 15 with it" in plain
    assert "slowest" in moving(lr=0.134, momentum=0.4, kappa=20.0)[1]


def test_too_long_a_step_is_said():
    assert "does not come to rest" in MovingMomentum()(lr=0.2, momentum=0.0, kappa=20.0)[1]
