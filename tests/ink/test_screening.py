import pytest

from digit_recognizer.ink.screening import is_laborious, jpeg_scans
from tests import hostile

PICTURES = hostile.picture_files()


@pytest.mark.parametrize("name", PICTURES)
def test_what_encoders_write_passes(name):
    assert not is_laborious(PICTURES[name], max_pixels=10_000, max_frames=100)


@pytest.mark.parametrize(
    "name",
    [
        "PNG of a million chunks",
        "GIF whose second frame is larger",
        "GIF with a comment of 19 MB",
        "GIF of 3 million comments",
        "GIF of 5 million extensions",
        "JPEG after 19 MB of padding",
        "JPEG of 4 million comments",
        "JPEG of 5000 scans",
    ],
)
def test_files_that_keep_a_decoder_busy_are_told_apart(name):
    content = hostile.picture_bombs()[name]()
    assert is_laborious(content, max_pixels=64_000_000, max_frames=100)


def test_a_film_of_many_frames_is_looked_at_as_far_as_it_is_played():
    film = hostile.picture_bombs()["GIF of 10,000 frames"]()
    assert not is_laborious(film, max_pixels=10_000, max_frames=100)


@pytest.mark.parametrize("end", [b"", bytes(10**6), b"\xff" * 10**6])
@pytest.mark.parametrize("kind", ["PNG", "GIF", "JPEG"])
def test_what_follows_a_picture_does_not_count(kind, end):
    content = next(content for name, content in PICTURES.items() if kind in name)
    assert not is_laborious(content + end, max_pixels=10_000, max_frames=100)


def test_scans_are_counted_but_not_those_of_a_thumbnail():
    baseline, progressive = (
        next(content for name, content in PICTURES.items() if name.endswith(kind))
        for kind in ("JPEG L", "JPEG RGB progressive")
    )
    assert jpeg_scans(baseline) == 1
    assert jpeg_scans(progressive) > 3
    segment = b"\xff\xe1" + (2 + len(progressive)).to_bytes(2) + progressive
    assert jpeg_scans(baseline[:2] + segment + baseline[2:]) == 1
