"""Does the wheel hold every file: what a checkout can do, an installed Linli can do as well."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PORTIONS = ("schemas", "matcher", "streams", "services")


def files_on_disk() -> set[str]:
    """List the files of the four portions that git tracks or would track, by their path in the checkout."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", *PORTIONS]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return {name for name in listing.split("\0") if name and (ROOT / name).is_file()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy of what git knows, so that leftovers of older builds cannot help it."""
    copy, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in (*files_on_disk(), "pyproject.toml", "README.md", "LICENSE"):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_bytes((ROOT / name).read_bytes())
    # Without isolation, because the build needs setuptools alone, which the locks have put here.
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(built), str(copy)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(built.glob("*.whl"))


def test_is_every_file_in_the_wheel(wheel: Path) -> None:
    """Tests that the wheel holds exactly the files of the four folders, under ``linli/``, and its own metadata."""
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert inside == {f"linli/{name}" for name in files_on_disk()}


def test_is_every_folder_listed() -> None:
    """Tests that pyproject.toml lists every folder with Python in it, and no other, and maps each to its place."""
    setup = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    folders = {str(Path(name).parent) for name in files_on_disk() if name.endswith(".py")}
    expected = {f"linli.{folder.replace('/', '.')}": folder for folder in folders}
    assert set(setup["packages"]) == set(expected)
    assert setup["package-dir"] == expected


def test_does_the_installed_wheel_run(wheel: Path, tmp_path: Path) -> None:
    """Tests that every module of the wheel can be imported from the wheel alone, away from the checkout."""
    install = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--no-index",
        "--target",
        str(tmp_path),
        str(wheel),
    ]
    subprocess.run(install, check=True)
    modules = [
        ".".join(("linli", *Path(name).with_suffix("").parts)).removesuffix(".__init__")
        for name in sorted(files_on_disk())
        if name.endswith(".py") and not name.endswith("__main__.py")
    ]
    # The editable install would answer for `linli` first, so it is taken out of the way and the wheel's folder put in.
    program = (
        "import sys, importlib; sys.meta_path = [f for f in sys.meta_path if 'editable' not in str(f).lower()]\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "for name in sys.argv[2:]:\n"
        "    module = importlib.import_module(name)\n"
        "    assert module.__file__.startswith(sys.argv[1]), (name, module.__file__)\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path), *modules]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
