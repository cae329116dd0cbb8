import numpy as np
import pytest

from digit_recognizer.handwriting import generated
from digit_recognizer.handwriting.generated import chunk_numbers, draw_chunk, generated_images


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    """Chunks of twenty digits and ten scribbles, none of which other tests see."""
    monkeypatch.setattr(generated, "CHUNK_SIZE", 20)
    draw_chunk.cache_clear()
    yield
    draw_chunk.cache_clear()


@pytest.mark.parametrize("count", [0, 20, 33, 40])
def test_digits_come_with_half_as_many_scribbles_of_the_eleventh_class(count):
    images, labels = generated_images(count)
    scribbles = round(count / 2)
    assert images.shape == (count + scribbles, 28, 28)
    assert images.dtype == labels.dtype == np.uint8
    assert len(labels) == len(images)
    assert (labels[:count] < 10).all()
    assert (labels[count:] == 10).all()


def test_a_whole_chunk_has_all_digits_equally_often():
    _, labels, _ = draw_chunk(1)
    np.testing.assert_array_equal(np.bincount(labels), np.full(10, 2))


def test_a_larger_count_has_the_digits_and_the_scribbles_of_a_smaller_one():
    (few, few_labels), (many, many_labels) = generated_images(24), generated_images(50)
    np.testing.assert_array_equal(many[:24], few[:24])
    np.testing.assert_array_equal(many_labels[:24], few_labels[:24])
    np.testing.assert_array_equal(many[50:62], few[24:])


def test_chunks_differ():
    for one, other in zip(draw_chunk(0), draw_chunk(1), strict=True):
        assert not np.array_equal(one, other)


def test_a_chunk_is_drawn_once_and_the_same_in_every_process(monkeypatch):
    first = draw_chunk(2)
    assert draw_chunk(2) is first
    draw_chunk.cache_clear()
    for one, other in zip(draw_chunk(2), first, strict=True):
        np.testing.assert_array_equal(one, other)


def test_preparing_the_chunks_of_a_count_leaves_nothing_to_draw(monkeypatch):
    for number in chunk_numbers(50):
        draw_chunk(number)
    monkeypatch.setattr(generated, "draw_digits", None)
    assert len(generated_images(50)[0]) == 75


def test_a_count_needs_as_many_chunks_as_hold_it():
    assert [len(chunk_numbers(count)) for count in (0, 1, 20, 21)] == [0, 1, 1, 2]
