"""Distorts batches of digits in the TensorFlow graph, as hands, pens and cameras do.

A distorted digit is then boxed and centred, as in preprocessing. Knows nothing about networks and
data sets.
"""

import math

import numpy as np
import tensorflow as tf

from digit_recognizer.constants import DIGIT_SIZE, IMAGE_SIZE

# Any values near these serve, as long as distorted digits look like digits that people write;
# tests/benchmarks/accuracy.py measures the outcome on handwriting from outside MNIST.
ROTATION = math.radians(12)
SHEAR = 0.25
STRETCH = 0.15
"""Bounds of the angle, the shear and the stretch (one axis longer, the other shorter)."""
ELASTICITY = 1.5
"""Greatest standard deviation of the elastic field's displacements, in pixels."""
BUMPS = 5
BUMP_WIDTH = 5.0
BUMP_REACH = 12.0
"""The elastic field is a sum of BUMPS x BUMPS Gaussian bumps of standard deviation BUMP_WIDTH.
Their centres span BUMP_REACH to each side of the image's middle. Both are in pixels."""
PEN_WIDTHS = (1.6, 4.0)
"""Range of the new stroke width, in pixels."""
PEN_CHANGE = (-0.7, 1.0)
"""Bounds of the change on each side of a stroke, in pixels. Beyond a pixel, dilation would have to
be repeated; a whole pixel less would break thin strokes."""
BOX_SCALE = (0.95, 1.025)
BOX_SHIFT = 1.0
"""Deviation of a digit's box from MNIST's, in size and in pixels, as smudges cause it."""
BOX_INK = 0.3
"""Least ink of a pixel that counts for a digit's box: 77 of 255."""
SMALLEST_BOX = 4
"""A digit with a smaller box, in pixels, is scaled up as if its box had this side."""
SOFTNESS = (1.0, 3.0)
"""Range of the reach, in pixels, of the triangle that each pixel averages ink with. At the far end
a digit looks as if its picture was 8 pixels large."""
SHARPNESS = 8
"""Power that brings most digits near the sharp end of SOFTNESS: one in ten goes beyond 1.9."""
CONTRAST = (0.8, 1.4)
"""Range of the factor of all ink; ink is then cut off at 1."""
PLAIN = 8
"""One digit in so many stays undistorted: without any, ten epochs of the shipped preset read
98.98 % of MNIST's test set right, with them 99.20 %."""


def augment_most(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Distort shuffled batches but for the first digits of each (see `augment` and PLAIN)."""
    plain = images.shape[1] // PLAIN
    return np.concatenate([images[:, :plain], augment(images[:, plain:], rng)], axis=1)


def augment(images: np.ndarray, rng: np.random.Generator, compiled: bool = True) -> np.ndarray:
    """Distort each digit in its own way.

    images: uint8 (S, B, 28, 28), ink 255: S batches of B. compiled: whether to use XLA; its
    compilation, 2 s, pays if many images of this shape follow. Returns the same shape and type. The
    elastic part follows Simard, Steinkraus and Platt (2003), with a field of few bumps in place of
    smoothed noise.
    """
    shape = images.shape
    if not compiled:
        images = images.reshape(1, -1, IMAGE_SIZE, IMAGE_SIZE)
    # XLA's own random numbers are slow.
    draws = rng.random((*images.shape[:2], 10), np.float32)
    bumps = rng.standard_normal((*images.shape[:2], 2 * BUMPS**2), np.float32)
    distort = _distort_batches if compiled else _distort_batches.python_function
    return distort(tf.constant(images), draws, bumps).numpy().reshape(shape)


@tf.function(jit_compile=True)
def _distort_batches(images: tf.Tensor, draws: tf.Tensor, bumps: tf.Tensor) -> tf.Tensor:
    """Distort batch by batch, whose intermediate results fit into the processor's cache."""

    def distort(index: tf.Tensor, distorted: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        pixels = tf.cast(images[index], tf.float32) / 255
        pixels = _distort(pixels, draws[index], bumps[index])
        batch = tf.cast(tf.round(pixels * 255), tf.uint8)
        return index + 1, tf.tensor_scatter_nd_update(distorted, [[index]], [batch])

    count = images.shape[0]
    return tf.while_loop(lambda index, _: index < count, distort, (0, images))[1]


def _distort(pixels: tf.Tensor, draws: tf.Tensor, bumps: tf.Tensor) -> tf.Tensor:
    """Distort by `draws` (N, 10), uniform in [0, 1], and `bumps` (N, 50), standard normal."""
    angle, shear, stretch, elasticity, pen, size, down, right, soft, gain = tf.split(
        draws, 10, axis=1
    )
    field = [
        _between((-ROTATION, ROTATION), angle),
        _between((-SHEAR, SHEAR), shear),
        _between((-STRETCH, STRETCH), stretch),
        elasticity * ELASTICITY * bumps,
    ]
    pixels = _deform(pixels, *field)
    pixels = _change_pen(pixels, _between(PEN_WIDTHS, pen)[..., None])
    box = [
        _between(BOX_SCALE, size),
        _between((-BOX_SHIFT, BOX_SHIFT), down),
        _between((-BOX_SHIFT, BOX_SHIFT), right),
    ]
    pixels = _box_and_centre(pixels, *box, _between(SOFTNESS, soft**SHARPNESS))
    return tf.minimum(pixels * _between(CONTRAST, gain)[..., None], 1)


def _between(bounds: tuple[float, float], amount: tf.Tensor) -> tf.Tensor:
    """Map `amount` from [0, 1] to the bounds."""
    low, high = bounds
    return low + amount * (high - low)


def _deform(
    pixels: tf.Tensor, angle: tf.Tensor, shear: tf.Tensor, stretch: tf.Tensor, bumps: tf.Tensor
) -> tf.Tensor:
    """Turn, shear, stretch and warp: one displacement field, one bilinear resampling.

    angle, shear, stretch: (N, 1). bumps: (N, 50), displacements to the right, then down, in pixels.
    """
    cosine, sine = tf.cos(angle), tf.sin(angle)
    # The field is linear in these coefficients, so one product with a fixed basis makes it.
    right = [cosine * (1 + stretch) - 1, sine + shear, bumps[:, : BUMPS**2]]
    down = [-sine, cosine * (1 - stretch) - 1, bumps[:, BUMPS**2 :]]
    columns = tf.matmul(tf.concat(right, axis=1), FIELDS) + COLUMNS
    rows = tf.matmul(tf.concat(down, axis=1), FIELDS) + ROWS
    return _sample(pixels, rows, columns)


def _sample(pixels: tf.Tensor, rows: tf.Tensor, columns: tf.Tensor) -> tf.Tensor:
    """Bilinear values at float (N, 784) rows and columns; paper surrounds the image."""
    rows = tf.clip_by_value(rows, -1, IMAGE_SIZE - 0.001) + 1
    columns = tf.clip_by_value(columns, -1, IMAGE_SIZE - 0.001) + 1
    top, left = tf.floor(rows), tf.floor(columns)
    down, right = rows - top, columns - left
    padded = tf.pad(pixels, [[0, 0], [1, 2], [1, 2]])
    # The four neighbours lie side by side, so one lookup a place finds them all.
    corners = tf.stack(
        [padded[:, :-1, :-1], padded[:, :-1, 1:], padded[:, 1:, :-1], padded[:, 1:, 1:]], axis=-1
    )
    side = IMAGE_SIZE + 2
    places = tf.cast(top * side + left, tf.int32)
    places += tf.range(tf.shape(pixels)[0])[:, None] * side**2
    found = tf.gather(tf.reshape(corners, (-1, 4)), places)
    above = found[..., 0] + right * (found[..., 1] - found[..., 0])
    below = found[..., 2] + right * (found[..., 3] - found[..., 2])
    return tf.reshape(above + down * (below - above), (-1, IMAGE_SIZE, IMAGE_SIZE))


def _change_pen(pixels: tf.Tensor, widths: tf.Tensor) -> tf.Tensor:
    """Change the mean stroke width towards `widths` (N, 1, 1), within PEN_CHANGE on each side.

    Blends grey dilation and erosion. `preprocessing.stroke_width` explains the measure.
    """
    padded = tf.pad(pixels, [[0, 0], [1, 1], [1, 1]])
    right = padded[:, :-1, 1:] - padded[:, :-1, :-1]
    down = padded[:, 1:, :-1] - padded[:, :-1, :-1]
    outline = tf.reduce_sum(tf.sqrt(right**2 + down**2), axis=(1, 2), keepdims=True)
    width = 2 * tf.reduce_sum(pixels, axis=(1, 2), keepdims=True) / (outline + 1e-3)
    sideways = tf.maximum(padded[:, :, :-2], padded[:, :, 2:])
    rows = tf.maximum(sideways, padded[:, :, 1:-1])
    square = tf.maximum(tf.maximum(rows[:, :-2], rows[:, 2:]), rows[:, 1:-1])
    cross = tf.maximum(tf.maximum(padded[:, :-2, 1:-1], padded[:, 2:, 1:-1]), rows[:, 1:-1])
    dilated = (square + cross) / 2  # like a disk
    eroded = tf.minimum(
        tf.minimum(padded[:, 1:-1, :-2], padded[:, 1:-1, 2:]),
        tf.minimum(padded[:, :-2, 1:-1], padded[:, 2:, 1:-1]),
    )
    eroded = tf.minimum(eroded, pixels)
    change = tf.clip_by_value((widths - width) / 2, *PEN_CHANGE)
    return (
        pixels + tf.nn.relu(change) * (dilated - pixels) + tf.nn.relu(-change) * (eroded - pixels)
    )


def _box_and_centre(
    pixels: tf.Tensor, size: tf.Tensor, down: tf.Tensor, right: tf.Tensor, reach: tf.Tensor
) -> tf.Tensor:
    """Scale the ink's box to 20x20 times `size`; move its centre of mass to the middle and beyond.

    size, down, right, reach: (N, 1). `down` and `right` shift the centre of mass, in pixels;
    `reach` softens the ink (see SOFTNESS), whose darkest pixel stays as dark.
    """
    axis = tf.range(IMAGE_SIZE, dtype=tf.float32)
    longest = tf.maximum(_extent(pixels, 1, axis), _extent(pixels, 2, axis))
    scale = DIGIT_SIZE / tf.maximum(longest, SMALLEST_BOX) * size
    mass = tf.reduce_sum(pixels, axis=(1, 2)) + 1e-6
    row = tf.linalg.matvec(tf.reduce_sum(pixels, axis=2), axis) / mass
    column = tf.linalg.matvec(tf.reduce_sum(pixels, axis=1), axis) / mass

    def resampling(centre: tf.Tensor, shift: tf.Tensor) -> tf.Tensor:
        """Matrices (N, 28, 28) of averages along one axis: of linear interpolation at reach 1."""
        source = (axis[None] - IMAGE_SIZE / 2 - shift) / scale + centre[:, None]
        return tf.nn.relu(1 - tf.abs(source[:, :, None] - axis) / wide) / wide

    wide = tf.maximum(reach / scale, 1)[..., None]
    scaled = tf.matmul(resampling(row, down), pixels)
    soft = tf.matmul(scaled, resampling(column, right), transpose_b=True)
    return soft * _peak(pixels) / (_peak(soft) + 1e-6)


def _peak(pixels: tf.Tensor) -> tf.Tensor:
    return tf.reduce_max(pixels, axis=(1, 2), keepdims=True)


def _extent(pixels: tf.Tensor, summed_axis: int, axis: tf.Tensor) -> tf.Tensor:
    """Length (N, 1) of the ink's box along the axis that is not `summed_axis`."""
    inked = tf.cast(tf.reduce_max(pixels, axis=summed_axis) > BOX_INK, tf.float32)
    end = tf.reduce_max(inked * (axis + 1), axis=1, keepdims=True)
    return end - (IMAGE_SIZE - tf.reduce_max(inked * (IMAGE_SIZE - axis), axis=1, keepdims=True))


def _fields() -> np.ndarray:
    """Displacements (2 + BUMPS^2, 784): one that grows to the right, one downwards, the bumps."""
    axis = np.arange(IMAGE_SIZE) - IMAGE_SIZE / 2
    down, right = np.meshgrid(axis, axis, indexing="ij")
    places = np.linspace(-BUMP_REACH, BUMP_REACH, BUMPS)
    bumps = [
        np.exp(-((right - x) ** 2 + (down - y) ** 2) / (2 * BUMP_WIDTH**2))
        for y in places
        for x in places
    ]
    return np.stack([right, down, *bumps]).reshape(-1, IMAGE_SIZE**2).astype(np.float32)


FIELDS = _fields()
ROWS, COLUMNS = (
    places.reshape(-1).astype(np.float32) for places in np.indices((IMAGE_SIZE, IMAGE_SIZE))
)
