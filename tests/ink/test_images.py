import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from digit_recognizer.errors import BadImage, EmptyDrawing
from digit_recognizer.ink import images
from digit_recognizer.ink.decoding import MAX_PIXELS
from digit_recognizer.ink.images import to_ink
from digit_recognizer.ink.preprocessing import to_pixels
from digit_recognizer.ink.strokes import render

SIZE = 160
STROKES = [
    np.array(points, np.float32)
    for points in ([[0.35, 0.2], [0.3, 0.5], [0.7, 0.5]], [[0.62, 0.3], [0.55, 0.85]])
]
TOLERANCE = 0.05
"""Mean difference a pixel, for pictures that hold the same drawing."""


@pytest.fixture(scope="module")
def ink():
    return render(STROKES, SIZE, 0.05)


@pytest.fixture(scope="module")
def grey(ink):
    return Image.fromarray(np.rint(255 * (1 - ink)).astype(np.uint8))


@pytest.fixture(scope="module")
def plain(grey, tmp_path_factory):
    """What the plain PNG of the drawing comes to."""
    path = tmp_path_factory.mktemp("plain") / "plain.png"
    grey.save(path)
    return to_pixels(to_ink(path))


def assert_same(picture, plain):
    assert np.abs(to_pixels(to_ink(picture)) - plain).mean() < TOLERANCE


def colour(ink, dark, light):
    picture = ink[..., None] * np.array(dark) + (1 - ink[..., None]) * np.array(light)
    return Image.fromarray(np.rint(picture).astype(np.uint8))


@pytest.mark.parametrize(
    ("suffix", "settings"),
    [
        ("png", {}),
        ("jpg", {"quality": 80}),
        ("gif", {}),
        ("webp", {"quality": 80}),
        ("bmp", {}),
    ],
)
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_every_format_reads_like_the_png(grey, plain, tmp_path, suffix, settings, mode):
    path = tmp_path / f"picture.{suffix}"
    grey.convert(mode).save(path, **settings)
    assert_same(path, plain)


def test_the_extension_may_lie(grey, plain, tmp_path):
    path = tmp_path / "picture.png"
    grey.save(path, "JPEG")
    assert_same(path, plain)


def test_a_path_an_image_and_an_array_give_the_same(grey, tmp_path):
    path = tmp_path / "picture.png"
    grey.save(path)
    expected = to_ink(path)
    for picture in (str(path), grey, np.asarray(grey), np.asarray(grey.convert("RGB"))):
        np.testing.assert_allclose(to_ink(picture), expected, atol=1e-3)


def test_palettes_are_looked_up(ink, plain, tmp_path):
    path = tmp_path / "palette.gif"
    # A dark ink with a high index and a light paper with a low one, and the other way round.
    for first, second in (((250, 250, 240), (20, 20, 60)), ((20, 20, 60), (250, 250, 240))):
        image = Image.fromarray((ink > 0.5).astype(np.uint8) ^ (first[0] < 100))
        image.putpalette([*first, *second])
        image.save(path)
        assert_same(path, plain)


def test_one_bit_pictures(grey, plain, tmp_path):
    path = tmp_path / "bits.png"
    grey.point(lambda value: 255 * (value > 127)).convert("1").save(path)
    assert_same(path, plain)


def test_16_bit_grey(ink, plain, tmp_path):
    path = tmp_path / "deep.png"
    Image.fromarray(np.rint(65535 * (1 - ink)).astype(np.uint16)).save(path)
    assert_same(path, plain)


def test_cmyk(grey, plain, tmp_path):
    path = tmp_path / "print.jpg"
    grey.convert("RGB").convert("CMYK").save(path)
    assert_same(path, plain)


@pytest.mark.parametrize("value", [0, 255])
def test_ink_in_the_alpha_channel(ink, plain, value):
    alpha = np.rint(255 * ink).astype(np.uint8)
    base = np.full_like(alpha, value)
    assert_same(Image.fromarray(np.stack([base, base, base, alpha], axis=-1)), plain)
    grey_alpha = Image.merge("LA", [Image.fromarray(base), Image.fromarray(alpha)])
    assert_same(grey_alpha, plain)


def test_opaque_alpha_changes_nothing(grey, plain):
    assert_same(grey.convert("RGBA"), plain)


def test_paper_with_transparent_corners(grey, plain):
    alpha = Image.new("L", grey.size, 0)
    ImageDraw.Draw(alpha).rounded_rectangle((0, 0, SIZE - 1, SIZE - 1), 24, fill=255)
    picture = grey.convert("RGBA")
    picture.putalpha(alpha)
    assert_same(picture, plain)


def test_transparency_of_a_gif(ink, plain, tmp_path):
    path = tmp_path / "transparent.gif"
    image = Image.fromarray((ink > 0.5).astype(np.uint8))
    image.putpalette([255, 255, 255, 0, 0, 0])
    image.save(path, transparency=0)
    assert_same(path, plain)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_exif_rotation(grey, plain, tmp_path, orientation):
    path = tmp_path / "turned.jpg"
    stored = {1: None, 3: "ROTATE_180", 6: "ROTATE_90", 8: "ROTATE_270"}[orientation]
    picture = grey.transpose(Image.Transpose[stored]) if stored else grey
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture.save(path, exif=exif, quality=95)
    assert_same(path, plain)


@pytest.mark.parametrize(
    ("dark", "light"),
    [
        ((255, 255, 255), (0, 0, 0)),
        ((60, 90, 200), (255, 255, 255)),
        ((230, 200, 30), (255, 255, 255)),
        ((200, 40, 40), (20, 60, 20)),
        ((120, 120, 120), (160, 160, 160)),
    ],
)
def test_any_two_colours(ink, plain, dark, light):
    assert_same(colour(ink, dark, light), plain)


def test_uneven_light_and_noise(ink, plain):
    generator = np.random.default_rng(0)
    down, right = np.indices((SIZE, SIZE)) / SIZE
    light = 210 - 90 * right - 40 * down**2
    photo = light * (1 - 0.75 * ink) + generator.normal(0, 4, (SIZE, SIZE))
    assert_same(Image.fromarray(photo.clip(0, 255).astype(np.uint8)), plain)


def test_the_first_frame_with_ink_counts(ink, grey, plain, tmp_path):
    path = tmp_path / "film.gif"
    blank = Image.new("L", grey.size, 255)
    upside_down = grey.transpose(Image.Transpose.ROTATE_180)
    blank.save(path, save_all=True, append_images=[grey, upside_down], duration=100, loop=0)
    assert_same(path, plain)


def test_large_pictures_are_reduced(ink, plain):
    large = Image.fromarray(np.rint(255 * (1 - render(STROKES, 2400, 0.05))).astype(np.uint8))
    assert max(to_ink(large).shape) <= 180
    assert_same(large, plain)


def test_ink_is_float32_between_0_and_1(grey):
    result = to_ink(grey)
    assert result.dtype == np.float32
    assert result.shape == (SIZE, SIZE)
    assert 0 <= result.min() < result.max() <= 1


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_pictures_of_one_colour_are_empty(shade, tmp_path):
    path = tmp_path / "blank.png"
    Image.new("RGB", (90, 120), (shade, shade, shade)).save(path)
    with pytest.raises(EmptyDrawing):
        to_ink(path)


def test_a_transparent_picture_is_empty():
    with pytest.raises(EmptyDrawing):
        to_ink(Image.new("RGBA", (50, 50), (0, 0, 0, 0)))


def test_faint_noise_is_no_ink():
    noise = np.random.default_rng(1).normal(200, 1.5, (120, 120))
    with pytest.raises(EmptyDrawing):
        to_ink(noise.astype(np.uint8))


def test_a_text_file_is_refused(tmp_path):
    path = tmp_path / "notes.png"
    path.write_text("This is not a picture.")
    with pytest.raises(BadImage, match="not a PNG, JPEG, GIF, WebP or BMP"):
        to_ink(path)


def test_an_svg_is_refused(tmp_path):
    path = tmp_path / "drawing.svg"
    path.write_text('<svg xmlns="http://www.w3.org/2000/svg"><circle r="5"/></svg>')
    with pytest.raises(BadImage, match="not a PNG"):
        to_ink(path)


@pytest.mark.parametrize("suffix", ["png", "jpg", "gif", "webp", "bmp"])
def test_truncated_files_are_refused(grey, tmp_path, suffix):
    path = tmp_path / f"cut.{suffix}"
    grey.convert("RGB").save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(BadImage):
        to_ink(path)


def test_missing_files_and_folders_are_refused(tmp_path):
    for path in (tmp_path / "nowhere.png", tmp_path, "a\0b"):
        with pytest.raises(BadImage, match="cannot be opened"):
            to_ink(path)


def test_large_files_are_refused_unread(tmp_path):
    path = tmp_path / "large.png"
    with path.open("wb") as file:
        file.truncate(21 * 2**20)
    with pytest.raises(BadImage, match="larger than 20 MB"):
        to_ink(path)


def test_too_many_pixels_are_refused_before_decoding(tmp_path, monkeypatch):
    path = tmp_path / "bomb.png"
    side = int(MAX_PIXELS**0.5) + 100
    Image.new("1", (side, side)).save(path)
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("it was decoded"))
    with pytest.raises(BadImage, match="64 megapixels"):
        to_ink(path)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((4, 4), np.float32),
        np.zeros((4, 4, 2), np.uint8),
        np.zeros(4, np.uint8),
        np.zeros((0, 4), np.uint8),
        np.zeros((2, 2, 3, 4), np.uint8),
    ],
)
def test_arrays_of_another_kind_are_refused(array):
    with pytest.raises(BadImage, match="array"):
        to_ink(array)


@pytest.mark.parametrize("value", [None, 5, b"GIF89a", [1, 2]])
def test_other_types_are_refused(value):
    with pytest.raises(BadImage, match="not a picture"):
        to_ink(value)


def test_an_image_of_a_damaged_file_is_refused(grey):
    file = io.BytesIO()
    grey.save(file, "PNG")
    damaged = Image.open(io.BytesIO(file.getvalue()[:-300]))
    with pytest.raises(BadImage, match="damaged"):
        to_ink(damaged)


def test_odd_shapes_do_not_fail():
    for shape in ((1, 1), (1, 400), (400, 1), (2, 3), (3000, 2)):
        picture = np.full(shape, 255, np.uint8)
        picture.flat[0] = 0
        try:
            result = to_ink(picture)
        except EmptyDrawing:
            continue
        assert np.isfinite(result).all()


@pytest.mark.parametrize(
    ("suffix", "mode", "pixels", "megapixels"),
    [("webp", "RGB", 17, 16), ("gif", "L", 26, 25), ("png", "LA", 33, 32)],
)
def test_what_takes_more_to_decode_may_have_fewer_pixels(
    tmp_path, monkeypatch, suffix, mode, pixels, megapixels
):
    path = tmp_path / f"large.{suffix}"
    Image.new(mode, (10, 10)).save(path)
    whole = Image.open
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("it was decoded"))

    def enlarged(*arguments, **options):
        image = whole(*arguments, **options)
        image._size = (pixels * 1000, 1000)
        return image

    monkeypatch.setattr(Image, "open", enlarged)
    with pytest.raises(BadImage, match=f"at most {megapixels} megapixels"):
        to_ink(path)


def test_an_error_of_our_own_is_not_blamed_on_the_picture(grey, monkeypatch):
    def wrong(colours):
        raise IndexError("a mistake in the arithmetic")

    monkeypatch.setattr(images, "separate_ink", wrong)
    with pytest.raises(IndexError):
        to_ink(grey)


def test_of_a_photo_with_other_views_the_first_is_read(grey, plain, tmp_path):
    path = tmp_path / "photo.jpg"
    views = [grey.transpose(Image.Transpose.ROTATE_180).convert("RGB")]
    grey.convert("RGB").save(path, "MPO", save_all=True, append_images=views)
    assert_same(path, plain)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 1e38])
def test_numbers_that_are_no_brightness_do_not_fail(grey, value):
    values = np.array(grey, np.float32)
    values[0, 0] = value
    try:
        assert np.isfinite(to_ink(Image.fromarray(values))).all()
    except EmptyDrawing:
        assert abs(value) > 255


def test_large_pictures_that_must_be_converted_are_reduced_in_strips(ink, plain):
    large = Image.fromarray(np.rint(255 * (1 - render(STROKES, 2400, 0.05))).astype(np.uint8))
    for picture in (large.convert("RGBA"), large.convert("P"), large.convert("LA")):
        assert_same(picture, plain)
    deep = Image.fromarray(np.asarray(large).astype(np.uint16) * 257)
    assert_same(deep, plain)
