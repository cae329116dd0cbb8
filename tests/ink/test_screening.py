import pytest

from digit_recognizer.ink.screening import is_heic, is_jpeg, is_laborious, jpeg_scans
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
        "AVIF that says to be larger",
        "TIFF of a million strips",
        "TIFF of one tile of 4 billion pixels",
        "TIFF whose tags are the whole file",
        "TIFF of 60,000 tags",
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


def test_heic_is_told_from_avif_and_others():
    def file(*brands: bytes) -> bytes:
        content = b"ftyp" + brands[0] + bytes(4) + b"".join(brands[1:])
        return (4 + len(content)).to_bytes(4) + content + b"heic"

    assert is_heic(file(b"heic", b"mif1"))
    assert is_heic(file(b"mif1", b"heix"))
    assert not is_heic(file(b"avif", b"mif1"))
    assert not is_heic(file(b"mp42", b"isom"))
    assert not any(is_heic(content) for content in PICTURES.values())


def test_jpegs_are_told_by_their_first_bytes():
    for name, content in PICTURES.items():
        assert is_jpeg(content) == (name.split()[1] in ("JPEG", "MPO"))
