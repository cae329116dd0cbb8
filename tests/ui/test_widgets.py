import base64
import io
import re

import jinja2
import numpy as np
import pytest
from PIL import Image

from digit_recognizer.ui.widgets import (
    AGAINST,
    FOR,
    Score,
    marks_as_png,
    pixels_as_png,
    render_scores,
    render_status,
    template,
)


def decoded(uri: str) -> Image.Image:
    content = base64.b64decode(uri.removeprefix("data:image/png;base64,"))
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize(("share", "width"), [(None, "0"), (0.25, "25"), (1.7, "100"), (-1, "0")])
def test_status_shows_its_share(share, width):
    html = render_status("Epoch 1 of 4", "soon", share)
    assert f"width:{width}%" in html
    assert f'aria-valuenow="{width}"' in html


def test_status_text_is_escaped():
    html = render_status("<b>", "<i>")
    assert "<b>" not in html
    assert "<i>" not in html


def test_pixels_become_dark_ink_on_white_paper_without_loss():
    pixels = np.random.default_rng(0).random((28, 28), np.float32)
    picture = np.asarray(decoded(pixels_as_png(pixels)), np.float32)
    np.testing.assert_allclose(1 - picture / 255, pixels, atol=0.5 / 255 + 1e-6)


def test_signs_are_colours_and_strength_is_opacity():
    weights = np.zeros(784, np.float32)
    weights[:4] = 1, -1, 0.5, -3
    picture = np.asarray(decoded(marks_as_png(weights)).convert("RGBA"))
    assert picture.shape == (28, 28, 4)
    assert tuple(picture[0, 0]) == (*FOR, 255)
    assert tuple(picture[0, 1]) == (*AGAINST, 255)
    assert tuple(picture[0, 2][:3]) == FOR
    assert 110 < picture[0, 2][3] < 145
    assert tuple(picture[0, 3]) == (*AGAINST, 255)
    assert (picture.reshape(-1, 4)[4:, 3] == 0).all()


def test_scores_say_the_value_before_where_there_is_one():
    html = render_scores([Score("a", "Now <only>", "3"), Score("b", "Both", "2/3", before="1/3")])
    entries = re.findall(r'data-score="(\w)"><dt>([^<]+)</dt><dd>(.*?)</dd>', html)
    assert entries == [("a", "Now &lt;only&gt;", "3"), ("b", "Both", "<span>1/3 → </span>2/3")]


def test_a_template_that_misses_a_value_is_an_error_and_not_a_gap():
    with pytest.raises(jinja2.UndefinedError):
        template("scores.html").render()
