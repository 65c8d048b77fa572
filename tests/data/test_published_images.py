from __future__ import annotations

import gzip
import hashlib
import threading
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from data_files import write_idx
from published_data.images import PER_CLASS, idx_files

from automl.core.errors import DataError
from automl.data import DATASETS
from automl.data.catalogue import images
from automl.data.catalogue.downloads import GzippedFiles, LocalFolder, WebFolder
from automl.data.catalogue.published import PublishedFile
from automl.data.source import load_dataset


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        """Keeps the terminal clean."""


def pin(monkeypatch, contents: dict[str, bytes], sources: tuple) -> None:
    """Make the catalogue's MNIST the files of these contents."""
    files = tuple(
        PublishedFile(name, len(content), f"sha256:{hashlib.sha256(content).hexdigest()}")
        for name, content in contents.items()
    )
    mnist = DATASETS["mnist"]
    monkeypatch.setattr(mnist, "entry", replace(mnist.entry, files=files, sources=sources))


@pytest.fixture
def mirror(tmp_path, monkeypatch) -> Path:
    """A folder that a web server offers, as the only mirror of a small MNIST."""
    folder = tmp_path / "mirror"
    write_idx(folder, gzipped=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    download = GzippedFiles(WebFolder(f"http://127.0.0.1:{server.server_port}"))
    pin(monkeypatch, idx_files(), (GzippedFiles(LocalFolder("MNIST/raw")), download))
    yield folder
    server.shutdown()
    thread.join()
    server.server_close()


def whole_files(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def load(name: str, announce=lambda line: None):
    return load_dataset(name, "images", {}, 0, announce)


def test_a_dataset_is_downloaded_once(mirror, data_root, capfd):
    told: list[str] = []
    dataset = load("mnist", told.append)
    assert len(dataset.test) == 10 * PER_CLASS
    assert sum("downloading" in line for line in told) == 4
    assert idx_files().items() <= whole_files(data_root).items()

    told.clear()
    again = load("mnist", told.append)
    assert told == []
    assert again.fingerprint == dataset.fingerprint
    assert capfd.readouterr() == ("", "")


def test_an_archive_put_there_by_hand_is_not_downloaded(mirror, data_root):
    (data_root / "MNIST").mkdir(parents=True)
    mirror.rename(data_root / "MNIST" / "raw")
    told: list[str] = []
    load("mnist", told.append)
    assert not any("downloading" in line for line in told)


def test_a_damaged_file_is_replaced(mirror, data_root):
    write_idx(data_root / "MNIST" / "raw")
    damaged = data_root / "MNIST" / "raw" / "train-images-idx3-ubyte"
    damaged.write_bytes(damaged.read_bytes()[:1000])
    load("mnist")
    assert damaged.read_bytes() == idx_files()["train-images-idx3-ubyte"]


def test_a_download_that_is_not_what_was_published_leaves_nothing_behind(mirror, data_root):
    (mirror / "t10k-images-idx3-ubyte.gz").write_bytes(gzip.compress(b"something else"))
    with pytest.raises(DataError, match="sha256 differs"):
        load("mnist")
    assert "t10k-images-idx3-ubyte" not in whole_files(data_root)
    assert not list(data_root.rglob(".*"))


def test_files_that_are_whole_and_still_cannot_be_read_are_told(mirror, monkeypatch):
    junk = b"published, but no IDX"
    (mirror / "t10k-images-idx3-ubyte.gz").write_bytes(gzip.compress(junk))
    pin(
        monkeypatch,
        {**idx_files(), "t10k-images-idx3-ubyte": junk},
        DATASETS["mnist"].entry.sources,
    )
    with pytest.raises(DataError, match="cannot be read"):
        load("mnist")


def test_a_data_root_that_cannot_be_written_is_one_line(monkeypatch, tmp_path, mirror):
    (tmp_path / "file").touch()
    monkeypatch.setenv("AUTOML_DATA", str(tmp_path / "file"))
    with pytest.raises(DataError, match="file") as caught:
        load("mnist")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist", "cifar10", "cifar100"])
def test_the_catalogue_lays_files_out_where_torchvision_looks_for_them(name, data_root):
    from torchvision import datasets

    kind = getattr(datasets, DATASETS[name].torchvision)
    found = {path.relative_to(data_root).as_posix() for path in laid_out(name)}
    if hasattr(kind, "resources"):
        expected = {f"{kind.__name__}/raw/{Path(file).stem}" for file, _ in kind.resources}
        assert found == expected
    else:
        tables = [*kind.train_list, *kind.test_list, (kind.meta["filename"], kind.meta["md5"])]
        assert found == {f"{kind.base_folder}/{file}" for file, _ in tables}
        pinned = {file.name: file.checksum for file in DATASETS[name].entry.files}
        assert pinned == {file: f"md5:{checksum}" for file, checksum in tables}


def laid_out(name: str) -> list[Path]:
    return [DATASETS[name].entry.files_folder / file.name for file in DATASETS[name].entry.files]


@pytest.mark.slow
def test_fashion_mnist_without_files_names_debians_package():
    with pytest.raises(DataError, match="dataset-fashion-mnist"):
        load("fashion_mnist")


def test_fashion_mnist_has_torchvisions_labels():
    from torchvision.datasets import FashionMNIST

    assert tuple(FashionMNIST.classes) == images.FASHION_LABELS


@pytest.mark.usefixtures("published_files")
def test_colour_images_keep_their_channels():
    dataset = load("cifar10")
    batch = np.random.default_rng(0).integers(0, 256, (10 * PER_CLASS, 3072), np.uint8)
    np.testing.assert_array_equal(dataset.test.inputs, batch.reshape(-1, 3, 32, 32))
