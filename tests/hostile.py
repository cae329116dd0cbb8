"""Hostile and broken input for the three doors: strokes, pictures, weight files.

The tests take a little of it, `tests/benchmarks/fuzz.py` takes much; all is made here, from seeds.
"""

from __future__ import annotations

import io
import json
import math
import random
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from digit_recognizer.ink.strokes import MAX_POINTS, MAX_STROKES
from digit_recognizer.network.mlp import MAX_FILE_BYTES

EXTREMES = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)


# Strokes: any JSON that a browser could send.

STROKES = [
    [[[0.3, 0.2], [0.3, 0.5], [0.7, 0.5]], [[0.6, 0.3], [0.55, 0.85]]],
    [[[0.5, 0.2 + 0.02 * step] for step in range(30)]],
]
NO_NUMBERS = [
    *(math.nan, math.inf, -math.inf, 1e308, -1e308, 10**400, -(10**400), 5e-324, -0.0),
    *(None, True, "0.5", [], {}, [[0.5]], {"x": 1}, "\ud800", "0" * 1000),
]


def nested(depth: int) -> list:
    """Lists in lists."""
    value: list = [0.5, 0.5]
    for _ in range(depth):
        value = [value]
    return value


def hostile_strokes() -> dict[str, Callable[[], object]]:
    """Drawings that are none, by name; each is made when it is called."""
    return {
        "a million points": lambda: [[[0.5, 0.5]] * 10**6],
        "a million strokes": lambda: [[[0.5, 0.5]]] * 10**6,
        "as many points as may be": lambda: [
            [[step % 997 / 997, step % 991 / 991] for step in range(MAX_POINTS)]
        ],
        "as many strokes as may be": lambda: [
            [[step % 23 / 22, step // 23 / 22]] for step in range(MAX_STROKES)
        ],
        "everything off the sheet": lambda: [[[-1e5, 2e5], [3e5, -4e5]] * 5000],
        "deep nesting": lambda: nested(900),
        "a long text": lambda: "x" * 10**6,
        "an object": lambda: {str(number): [[0, 0]] for number in range(10**5)},
        **{f"a {number!r:.20} in a point": lambda n=number: [[[n, 0.5]]] for number in NO_NUMBERS},
        **{f"a {number!r:.20} as a stroke": lambda n=number: [n] for number in NO_NUMBERS},
        **{f"a {number!r:.20} as a drawing": lambda n=number: n for number in NO_NUMBERS},
    }


def broken_strokes(source: random.Random) -> object:
    """A drawing with one part replaced, or a random one."""
    if source.random() < 0.5:
        spread = source.choice((0.5, 1, 3, 100, 1e7))
        return [
            [
                [source.gauss(0.5, spread), source.gauss(0.5, spread)]
                for _ in range(source.choice((1, 2, 40)))
            ]
            for _ in range(source.choice((1, 1, 2, 6)))
        ]
    value = json.loads(json.dumps(source.choice(STROKES)))
    parent = value
    while isinstance(parent[0], list) and source.random() < 0.7:
        parent = source.choice(parent)
    parent[source.randrange(len(parent))] = source.choice(NO_NUMBERS)
    return value


# Pictures: small ones in every format and mode, and ways to break their bytes.


def picture_files() -> dict[str, bytes]:
    """A drawing in every format and mode that the page reads, by name."""
    grey = Image.new("L", (60, 52), 240)
    ImageDraw.Draw(grey).line([(20, 10), (18, 30), (40, 30), (36, 12), (32, 46)], 20, 5)
    blank = Image.new("L", grey.size, 255)
    rgb, ink = grey.convert("RGB"), grey.point(lambda value: 255 - value)
    clear = Image.merge("LA", [Image.new("L", grey.size, 0), ink])
    exif = Image.Exif()
    exif[0x0112] = 6
    several = {"save_all": True, "append_images": [blank, grey, grey], "duration": 100}
    kinds: list[tuple[str, Image.Image, dict]] = [
        *(("PNG", grey.convert(mode), {}) for mode in ("1", "L", "P", "RGB", "RGBA")),
        ("PNG", Image.fromarray(np.asarray(grey).astype(np.uint16) * 257), {}),
        ("PNG", clear, {}),
        ("PNG", rgb, {"exif": exif}),
        ("PNG", rgb, {"transparency": (240, 240, 240)}),
        ("PNG", grey.convert("P"), {"transparency": bytes(range(256))}),
        ("PNG", blank, several),
        ("JPEG", grey, {}),
        ("JPEG", rgb, {"exif": exif, "quality": 95}),
        ("JPEG", rgb, {"progressive": True}),
        ("JPEG", rgb.convert("CMYK"), {}),
        ("MPO", rgb, {"save_all": True, "append_images": [rgb.convert("L").convert("RGB")]}),
        ("GIF", grey, {}),
        ("GIF", grey.convert("P"), {"transparency": 3, "comment": b"a comment"}),
        *(("GIF", blank, {**several, "disposal": disposal}) for disposal in (0, 2, 3)),
        ("WEBP", rgb, {"exif": exif}),
        ("WEBP", clear.convert("RGBA"), {"lossless": True}),
        ("WEBP", rgb, {**several, "append_images": [rgb, grey.convert("RGB")]}),
        *(("BMP", grey.convert(mode), {}) for mode in ("1", "L", "P", "RGB", "RGBA")),
        *(("TIFF", grey.convert(mode), {}) for mode in ("1", "L", "P", "RGB", "RGBA", "CMYK")),
        ("TIFF", rgb, {"exif": exif, "compression": "tiff_lzw"}),
        ("TIFF", Image.fromarray(np.asarray(grey).astype(np.uint16) * 257), {}),
        ("TIFF", grey, {"compression": "tiff_adobe_deflate"}),
        ("TIFF", rgb, {"compression": "jpeg"}),
        ("TIFF", blank, {"save_all": True, "append_images": [blank, grey]}),
        ("AVIF", rgb, {"exif": exif}),
        ("AVIF", clear.convert("RGBA"), {}),
        ("AVIF", rgb, {**several, "append_images": [rgb, grey.convert("RGB")]}),
    ]
    files = {}
    for kind, image, settings in kinds:
        file = io.BytesIO()
        image.save(file, kind, **settings)
        files[f"{len(files)} {kind} {image.mode} {' '.join(settings)}".strip()] = file.getvalue()
    files["RLE BMP"] = run_length_bmp(
        60, 52, b"\x14\xff\x14\x00\x14\xff\x00\x00" * 52 + b"\x00\x01"
    )
    return files


def run_length_bmp(width: int, height: int, data: bytes) -> bytes:
    """A BMP of 256 greys whose pixels are run-length encoded."""
    palette = b"".join(bytes((grey, grey, grey, 0)) for grey in range(256))
    start = 54 + len(palette)
    header = struct.pack(
        *("<2sIIIIiiHHIIiiII", b"BM", start + len(data), 0, start, 40, width, height),
        *(1, 8, 1, len(data), 0, 0, 256, 0),
    )
    return header + palette + data


def png(width: int, height: int, depth: int, colours: int, data: bytes, *chunks: bytes) -> bytes:
    """A PNG of these already compressed bytes."""
    header = struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, 0)
    parts = [png_chunk(b"IHDR", header), *chunks, png_chunk(b"IDAT", data), png_chunk(b"IEND")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def png_chunk(kind: bytes, data: bytes = b"") -> bytes:
    """Length, kind, data, checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def zeros(count: int) -> bytes:
    """`count` zero bytes, compressed, without ever having them all."""
    packer = zlib.compressobj(6)
    parts = [packer.compress(bytes(min(2**20, count - at))) for at in range(0, count, 2**20)]
    return b"".join(parts) + packer.flush()


def encoded(image: Image.Image, kind: str, **settings: object) -> bytes:
    """A file of a picture."""
    file = io.BytesIO()
    image.save(file, kind, **settings)
    return file.getvalue()


def _gif(extra: bytes, screen: tuple[int, int] = (60, 52)) -> bytes:
    """A GIF with bytes between its palette and its picture."""
    whole = encoded(Image.new("L", (60, 52), 200), "GIF")
    start = 13 + (3 << (whole[10] & 7) + 1)
    return whole[:6] + struct.pack("<HH", *screen) + whole[10:start] + extra + whole[start:]


def _gif_film(frames: int, side: int) -> bytes:
    one = encoded(Image.new("L", (side, side), 200), "GIF")
    start = 13 + (3 << (one[10] & 7) + 1)
    return one[:start] + one[start:-1] * frames + b";"


def _growing_gif() -> bytes:
    whole = encoded(Image.new("L", (60, 52), 200), "GIF")
    place = whole.index(b",", 13 + (3 << (whole[10] & 7) + 1))
    picture = whole[place:-1]
    larger = b"," + struct.pack("<HHHH", 0, 0, 13_000, 13_000) + picture[9:]
    return whole[:-1] + b"!\xf9\x04\x08\x00\x00\x00\x00" + larger + larger + b";"


def _many_scans(side: int, scans: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again."""
    whole = encoded(Image.new("L", (side, side), 200), "JPEG", progressive=True)
    last = whole.rindex(b"\xff\xda")
    return whole[:-2] + whole[last:-2] * scans + whole[-2:]


def _tiff(*tags: tuple[int, int, int, int], strip: bytes = b"") -> bytes:
    """A little-endian TIFF of one directory; each tag is a number, a type, a count and a value."""
    entries = b"".join(struct.pack("<HHII", *tag) for tag in sorted(tags))
    directory = struct.pack("<H", len(tags)) + entries + struct.pack("<I", 0)
    return struct.pack("<2sHI", b"II", 42, 8) + directory + strip


def _plain_tiff(width: int, height: int, *more: tuple[int, int, int, int]) -> bytes:
    """A TIFF of 8-bit greys without its pixels."""
    tags = ((256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1))
    place = ((273, 4, 1, 200), (277, 3, 1, 1), (278, 4, 1, height), (279, 4, 1, width * height))
    numbers = {tag[0] for tag in more}
    kept = [tag for tag in (*tags, *place) if tag[0] not in numbers]
    return _tiff(*kept, *more, strip=bytes(1000))


def picture_bombs() -> dict[str, Callable[[], bytes]]:
    """Files that cost a decoder far more than their size tells; each is made when it is called."""
    jpeg = encoded(Image.new("L", (60, 52), 200), "JPEG")
    small_png = zeros(53 * 60)
    return {
        "PNG of 144 megapixels": lambda: png(12_000, 12_000, 8, 0, zeros(12_000 * 12_001)),
        "PNG of 63 megapixels, RGB": lambda: png(7900, 7900, 8, 2, zeros(7900 * 23_701)),
        "PNG of 63 megapixels, 16 bits": lambda: png(7900, 7900, 16, 0, zeros(7900 * 15_801)),
        "PNG of 63 megapixels, RGBA": lambda: png(7900, 7900, 8, 6, zeros(7900 * 31_601)),
        "PNG of 32 megapixels, RGBA": lambda: png(5600, 5600, 8, 6, zeros(5600 * 22_401)),
        "PNG of 32 megapixels, palette": lambda: encoded(
            Image.new("P", (5600, 5600), 3), "PNG", transparency=7
        ),
        "PNG of 63 megapixels, bits": lambda: encoded(Image.new("1", (7900, 7900), 1), "PNG"),
        "PNG of 2 billion pixels": lambda: png(2**31 - 1, 1, 8, 0, zeros(1000)),
        "PNG of no pixels": lambda: png(0, 0, 8, 0, zeros(10)),
        "PNG without pixels": lambda: png(7900, 7900, 8, 2, zeros(10)),
        "PNG 4000 times as wide as high": lambda: png(16_000_000, 4, 8, 0, zeros(64_000_004)),
        "PNG of a million chunks": lambda: png(
            60, 53, 8, 0, small_png, png_chunk(b"tEXt", b"a\0b") * 10**6
        ),
        "PNG with a text of 200 MB": lambda: png(
            60, 53, 8, 0, small_png, png_chunk(b"zTXt", b"a\0\0" + zeros(2 * 10**8))
        ),
        "PNG with a colour profile of 100 MB": lambda: png(
            60, 53, 8, 0, small_png, png_chunk(b"iCCP", b"a\0\0" + zeros(10**8))
        ),
        "GIF of 10,000 frames": lambda: _gif_film(10_000, 100),
        "GIF of 200 large frames": lambda: _gif_film(200, 1500),
        "GIF of 4 billion pixels": lambda: _gif(b"", (65_535, 65_535)),
        "GIF of 25 megapixels": lambda: encoded(
            Image.new("P", (5000, 5000), 9), "GIF", transparency=3
        ),
        "GIF whose second frame is larger": _growing_gif,
        "GIF with a comment of 19 MB": lambda: _gif(
            b"!\xfe" + (b"\xff" + b"c" * 255) * 75_000 + b"\0"
        ),
        "GIF of 3 million comments": lambda: _gif(b"!\xfe\x01c\0" * 3_000_000),
        "GIF of 5 million extensions": lambda: _gif(b"!\x01\0" * 5_000_000),
        "JPEG of 63 megapixels": lambda: encoded(Image.new("RGB", (7900, 7900)), "JPEG"),
        "JPEG of 63 megapixels, progressive": lambda: encoded(
            Image.new("RGB", (7900, 7900)), "JPEG", progressive=True, subsampling=0
        ),
        "JPEG of 31 megapixels, progressive": lambda: encoded(
            Image.new("RGB", (5600, 5600)), "JPEG", progressive=True, subsampling=0
        ),
        "JPEG of 4 billion pixels": lambda: jpeg.replace(
            struct.pack(">HH", 52, 60), b"\xff\xff\xff\xff", 1
        ),
        "JPEG of 5000 scans": lambda: _many_scans(4000, 5000),
        "JPEG of 60 scans": lambda: _many_scans(2000, 50),
        "JPEG after 19 MB of padding": lambda: jpeg[:2] + b"\xff" * 19_000_000 + jpeg[2:],
        "JPEG of 4 million comments": lambda: jpeg[:2] + b"\xff\xfe\0\x02" * 4_000_000 + jpeg[2:],
        "WebP of 144 megapixels": lambda: encoded(
            Image.new("RGB", (12_000, 12_000)), "WEBP", lossless=True, method=0
        ),
        "WebP of 16 megapixels": lambda: encoded(
            Image.new("RGB", (4000, 4000)), "WEBP", lossless=True, method=0
        ),
        "AVIF of 16 megapixels": lambda: encoded(Image.new("RGB", (4000, 4000)), "AVIF", speed=10),
        "AVIF that says to be larger": lambda: encoded(Image.new("RGB", (64, 64)), "AVIF").replace(
            b"\0\0\0\x40\0\0\0\x40", b"\0\0\xff\xff\0\0\xff\xff"
        ),
        "TIFF of 4 billion pixels": lambda: _plain_tiff(65_535, 65_535),
        "TIFF of 31 megapixels": lambda: encoded(
            Image.new("L", (5600, 5600)), "TIFF", compression="tiff_lzw"
        ),
        "TIFF of a million strips": lambda: _plain_tiff(60, 52, (273, 4, 10**6, 200)),
        "TIFF of one tile of 4 billion pixels": lambda: _plain_tiff(
            60, 52, (322, 4, 1, 65_536), (323, 4, 1, 65_536), (324, 4, 1, 200), (325, 4, 1, 900)
        ),
        "TIFF whose tags are the whole file": lambda: _tiff(
            *((40_000 + number, 7, 10**7, 8) for number in range(300)), strip=bytes(10**7)
        ),
        "TIFF of 60,000 tags": lambda: _tiff(*((number, 4, 1, 1) for number in range(60_000))),
        "BMP of 4 billion pixels": lambda: run_length_bmp(65_535, 65_535, b"\0\1"),
        "RLE BMP of 60 megapixels": lambda: run_length_bmp(
            60_000, 1000, b"\x01\xff\x00\x00" * 1000 + b"\0\1"
        ),
        "RLE BMP that skips ahead": lambda: run_length_bmp(
            60_000_000, 1, b"\x01\xff" + b"\x00\x02\xff\xff" * 9
        ),
        "RLE BMP of 19 MB": lambda: run_length_bmp(2000, 2000, b"\x01\xff" * 9_500_000),
        "20 MB of random bytes": lambda: random.Random(0).randbytes(20 * 2**20),
        "21 MB": lambda: bytes(21 * 2**20),
        "nothing": bytes,
    }


def broken(content: bytes, source: random.Random) -> bytes:
    """The file truncated, flipped, or with parts overwritten, doubled, left out or made extreme."""
    data = bytearray(content)
    for _ in range(source.choice((1, 1, 2, 8))):
        if not data:
            break
        place = source.randrange(min(len(data), source.choice((40, 300, len(data)))))
        how = source.randrange(7)
        if how == 0:
            del data[place:]
        elif how == 1:
            data[place] ^= 1 << source.randrange(8)
        elif how == 2:
            data[place] = source.randrange(256)
        elif how == 3:
            size, order = source.choice((2, 4)), source.choice(("little", "big"))
            value = source.choice(EXTREMES) & (1 << 8 * size) - 1
            data[place : place + size] = value.to_bytes(size, order)
        elif how == 4:
            del data[place : place + source.randrange(1, 40)]
        elif how == 5:
            data[place:place] = data[place : place + source.randrange(1, 40)]
        else:
            data[place : place + 8] = source.randbytes(8)
    if data.startswith(b"\x89PNG") and source.random() < 0.8:
        return with_checksums(bytes(data))
    return bytes(data)


def with_checksums(content: bytes) -> bytes:
    """A PNG whose chunks have the right checksums, so that a decoder reads what is broken."""
    data, place = bytearray(content), 8
    while place + 12 <= len(data):
        end = place + 8 + int.from_bytes(data[place : place + 4])
        if end + 4 > len(data):
            break
        data[end : end + 4] = struct.pack(">I", zlib.crc32(data[place + 4 : end]))
        place = end + 4
    return bytes(data)


# Weight files.


def small_network(outputs: int = 11, hidden: int = 6) -> dict[str, np.ndarray]:
    """The arrays of a network's file."""
    source = np.random.default_rng(0)
    return {
        "metadata": np.array(json.dumps({"preset": "quick", "test_accuracy": 0.9})),
        "temperature": np.array(1.5),
        "threshold": np.array(0.25),
        "weight_0": source.normal(0, 1, (784, hidden)).astype(np.float32),
        "bias_0": np.zeros(hidden, np.float32),
        "weight_1": source.normal(0, 1, (hidden, outputs)).astype(np.float32),
        "bias_1": np.zeros(outputs, np.float32),
    }


def packed(arrays: dict[str, np.ndarray], compressed: bool = True) -> bytes:
    """An `.npz`."""
    file = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(file, **arrays)
    return file.getvalue()


def _zip(method: int = zipfile.ZIP_DEFLATED, **entries: bytes) -> bytes:
    file = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w", method) as archive:
        warnings.simplefilter("ignore", UserWarning)
        for name, content in entries.items():
            archive.writestr(f"{name}.npy", content)
    return file.getvalue()


def _npy(header: str, data: bytes = b"") -> bytes:
    text = header.encode().ljust(118) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + data


def _lying_sizes() -> bytes:
    """bzip2 of 16 MB of zeros, said to unpack to a few bytes."""
    import bz2

    packer = bz2.BZ2Compressor()
    data = b"".join(packer.compress(bytes(2**20)) for _ in range(16)) + packer.flush()
    content = bytearray(_zip(zipfile.ZIP_STORED, weight_0=data))
    for signature, method, size in ((b"PK\x03\x04", 8, 22), (b"PK\x01\x02", 10, 24)):
        place = content.index(signature)
        content[place + method : place + method + 2] = struct.pack("<H", zipfile.ZIP_BZIP2)
        content[place + size : place + size + 4] = struct.pack("<I", 1000)
    return bytes(content)


def weight_bombs() -> dict[str, Callable[[], bytes]]:
    """Files that are no network, or cost much to read; each is made when it is called."""
    whole = small_network()
    huge_shape = "{'descr': '<f4', 'fortran_order': False, 'shape': (%s,), }"

    def changed(**arrays: np.ndarray) -> Callable[[], bytes]:
        return lambda: packed({**whole, **arrays})

    return {
        "zip bomb": lambda: _zip(weight_0=bytes(MAX_FILE_BYTES + 1)),
        "zip bomb just below the limit": lambda: _zip(weight_0=bytes(MAX_FILE_BYTES - 10**6)),
        "zip bomb that lies about its size": _lying_sizes,
        "LZMA": lambda: _zip(zipfile.ZIP_LZMA, weight_0=bytes(10**6)),
        "3,000 arrays": lambda: _zip(
            zipfile.ZIP_STORED, **{f"weight_{number}": b"" for number in range(3_000)}
        ),
        "an array of 10**18 numbers": lambda: _zip(weight_0=_npy(huge_shape % 10**18)),
        "an array of 2**62 numbers": lambda: _zip(weight_0=_npy(huge_shape % 2**62)),
        "an array of -1 numbers": lambda: _zip(weight_0=_npy(huge_shape % -1)),
        "an array of 10**9 nothings": lambda: _zip(
            weight_0=_npy("{'descr': '|V0', 'fortran_order': False, 'shape': (1000000000,), }")
        ),
        "a header of nested brackets": lambda: _zip(weight_0=_npy("[" * 9000)),
        "objects": changed(weight_0=np.array([{}] * 10, object)),
        "an object as metadata": changed(metadata=np.array({"a": 1}, object)),
        "deep metadata": changed(metadata=np.array("[" * 60_000)),
        "long metadata": changed(metadata=np.array('{"a": [' + "{}," * 10**6 + "0]}")),
        "metadata with NaN": changed(metadata=np.array('{"test_accuracy": NaN}')),
        "NaN": changed(weight_1=np.full((6, 11), np.nan, np.float32)),
        "infinity": changed(bias_1=np.full(11, np.inf, np.float32)),
        "scores that overflow": changed(weight_0=np.full((784, 6), 3e38, np.float32)),
        "scores that overflow in a sum": changed(weight_1=np.full((6, 11), 1e36, np.float32)),
        "scores that cancel out": changed(
            weight_0=np.full((784, 6), 1e30, np.float32),
            weight_1=np.tile(np.float32([[1e30], [-1e30]]), (3, 11)),
        ),
        "a temperature of 0": changed(temperature=np.array(0.0)),
        "a tiny temperature": changed(temperature=np.array(5e-324)),
        "a huge temperature": changed(temperature=np.array(1e300)),
        "a temperature below 0": changed(temperature=np.array(-1.0)),
        "a temperature of NaN": changed(temperature=np.array(np.nan)),
        "a complex temperature": changed(temperature=np.array(1j)),
        "a text as temperature": changed(temperature=np.array("warm")),
        "two thresholds": changed(threshold=np.zeros(2)),
        "a threshold of 1": changed(threshold=np.array(1.0)),
        "no units": changed(weight_0=np.zeros((784, 0), np.float32), bias_0=np.zeros(0, "f4")),
        "weights of three axes": changed(weight_0=np.zeros((784, 1, 6), np.float32)),
        "another byte order": changed(weight_0=np.zeros((784, 6), ">f4")),
        "60 layers": lambda: packed(
            {
                **small_network(),
                **{f"weight_{n}": np.ones((6, 6), np.float32) for n in range(1, 60)},
            }
        ),
    }


def broken_weights(source: random.Random) -> bytes:
    """A network's file with its bytes broken, or one of its arrays."""
    arrays = small_network(source.choice((9, 10, 11, 12)))
    if source.random() < 0.5:
        return broken(packed(arrays, source.random() < 0.5), source)
    name = source.choice(list(arrays))
    array = arrays[name]
    how = source.randrange(7)
    if how == 0:
        del arrays[name]
    elif how == 1:
        arrays[name] = array[..., None]
    elif how == 2:
        arrays[name] = array[:-1] if array.ndim else np.zeros(3)
    elif how == 3:
        arrays[name] = array.astype(source.choice((np.str_, object)))
    elif array.dtype.kind == "f":
        scale = source.choice((np.nan, np.inf, 0, -1, 1e10, 1e38, 1e-40))
        with np.errstate(all="ignore"):
            if how == 4:
                arrays[name] = array.astype(source.choice((np.float16, np.float64, np.int8)))
            elif how == 5:
                arrays[name] = (array * scale).astype(array.dtype)
            else:
                array = array.copy()
                array.flat[source.randrange(array.size)] = scale
                arrays[name] = array
    return packed(arrays)
