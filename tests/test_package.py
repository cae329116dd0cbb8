"""The package installed without its extras, as a library: pictures are read, the rest is named."""

import email
import re
import subprocess
import sys
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Installed:
    """A wheel, and an environment with it in which to run Python from another folder."""

    wheel: Path
    python: Path
    folder: Path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.python, *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Installed:
    folder = tmp_path_factory.mktemp("package")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = ["wheel", "--no-deps", "--no-build-isolation", f"--wheel-dir={folder}", str(ROOT)]
    subprocess.run([*pip, *build], check=True)
    [wheel] = folder.glob("*.whl")
    venv.create(folder / "venv", symlinks=sys.platform != "win32")
    python = folder / "venv" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    install = subprocess.run(
        [*pip, f"--python={python}", "install", str(wheel)], capture_output=True, text=True
    )
    if "NewConnectionError" in install.stderr:
        pytest.skip("the package registry cannot be reached")
    assert install.returncode == 0, install.stderr
    return Installed(wheel, python, folder)


@pytest.mark.slow
def test_the_wheel_has_every_file_of_the_package_and_its_licence(installed):
    package = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "digit_recognizer").rglob("*")
        if path.is_file() and path.suffix not in (".pyc", ".pyi")
    }
    files = set(zipfile.ZipFile(installed.wheel).namelist())
    assert package <= files
    assert any(name.endswith("LICENSE") for name in files)
    programs = {"digit_recognizer/ui/__main__.py", "digit_recognizer/training/__main__.py"}
    assert {name for name in files - package if ".dist-info/" not in name} == programs


@pytest.mark.slow
def test_each_requirement_is_one_of_the_package_or_of_an_extra(installed):
    wheel = zipfile.ZipFile(installed.wheel)
    [metadata] = [name for name in wheel.namelist() if name.endswith("/METADATA")]
    needs = email.message_from_bytes(wheel.read(metadata)).get_all("Requires-Dist")
    assert {need.partition(";")[0] for need in needs} == set(
        (ROOT / "requirements.txt").read_text("utf-8").split()
    )
    extras = {
        re.split("[~;]", need)[0]: need.partition("extra == ")[2].strip("'") for need in needs
    }
    assert extras == {"numpy": "", "pillow": "", "gradio": "page", "tensorflow": "train"}


@pytest.mark.slow
def test_it_reads_an_example_from_any_folder(installed):
    five, seven = (next((installed.folder / "venv").rglob(f"img_{n}.gif")) for n in (5, 7))
    read = installed.run(
        "-c",
        "import sys; from digit_recognizer import Recognizer\n"
        "print(Recognizer.load().predict(sys.argv[1]).digit)",
        str(five),
    )
    assert (read.stdout, read.stderr) == ("5\n", "")
    told = installed.run("-m", "digit_recognizer", str(seven))
    assert (told.stdout, told.stderr) == ("The recognized figure of img_7.gif: [7]\n", "")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("program", "missing", "extra"), [("ui", "Gradio", "page"), ("training", "TensorFlow", "train")]
)
def test_a_missing_extra_is_named(installed, tiny_mnist, program, missing, extra):
    data = ["--data", str(tiny_mnist)] if program == "training" else []
    ran = installed.run("-m", f"digit_recognizer.{program}", *data)
    assert ran.returncode == 1
    assert f"{missing} is not installed" in ran.stderr
    assert f'pip install ".[{extra}]"' in ran.stderr
    assert "Traceback" not in ran.stderr
