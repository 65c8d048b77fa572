from __future__ import annotations

import gzip
import re
import socket
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from data_files import PER_CLASS, idx_files, md5, write_idx

from automl.core.errors import DataError
from automl.data import download, fashion_mnist, progress
from automl.data.load import load_dataset


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        """Keeps the terminal clean."""


@pytest.fixture
def mirror(tmp_path, monkeypatch) -> Path:
    """A folder that a web server offers, as the only mirror of a small MNIST."""
    from torchvision.datasets import MNIST

    folder = tmp_path / "mirror"
    write_idx(folder, gzipped=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setattr(MNIST, "mirrors", [f"http://127.0.0.1:{server.server_port}/"])
    files = sorted(folder.iterdir())
    monkeypatch.setattr(MNIST, "resources", [(f.name, md5(f.read_bytes())) for f in files])
    yield folder
    server.shutdown()
    thread.join()
    server.server_close()


def whole_files(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_dataset_is_downloaded_once(mirror, data_root, capfd):
    told: list[str] = []
    dataset = load_dataset("mnist", {}, 0, told.append)
    assert len(dataset.test) == 10 * PER_CLASS
    assert sum("downloading" in line for line in told) == 4
    assert idx_files().items() <= whole_files(data_root).items()

    told.clear()
    again = load_dataset("mnist", {}, 0, told.append)
    assert told == []
    assert again.fingerprint == dataset.fingerprint
    assert capfd.readouterr() == ("", "")


def test_an_archive_put_there_by_hand_is_not_downloaded(mirror, data_root):
    (data_root / "MNIST").mkdir(parents=True)
    mirror.rename(data_root / "MNIST" / "raw")
    told: list[str] = []
    load_dataset("mnist", {}, 0, told.append)
    assert not any("downloading" in line for line in told)


def test_a_damaged_file_is_replaced(mirror, data_root):
    write_idx(data_root / "MNIST" / "raw")
    damaged = data_root / "MNIST" / "raw" / "train-images-idx3-ubyte"
    damaged.write_bytes(damaged.read_bytes()[:1000])
    load_dataset("mnist", {}, 0, print)
    assert damaged.read_bytes() == idx_files()["train-images-idx3-ubyte"]


def test_a_download_that_is_not_what_was_published_leaves_nothing_behind(mirror, data_root):
    (mirror / "t10k-images-idx3-ubyte.gz").write_bytes(gzip.compress(b"something else"))
    with pytest.raises(DataError, match="MD5 differs"):
        load_dataset("mnist", {}, 0, print)
    assert "t10k-images-idx3-ubyte.gz" not in whole_files(data_root)
    assert not list(data_root.rglob(".*"))


def test_a_server_that_says_nothing_is_given_up_on(monkeypatch, tmp_path):
    monkeypatch.setattr(download, "TIMEOUT", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"http://127.0.0.1:{mute.getsockname()[1]}/file.gz"
        archive = download.Archive((url,), Path("file.gz"), "0" * 32)
        with pytest.raises(DataError, match="timed out"):
            download.fetch(archive, tmp_path, print)


def test_a_long_download_tells_its_progress(mirror, monkeypatch):
    monkeypatch.setattr(progress, "SECONDS", 0.0)
    monkeypatch.setattr(download, "MEGABYTE", 1000)
    told: list[str] = []
    load_dataset("mnist", {}, 0, told.append)
    shown = re.compile(r"downloaded train-images-idx3-ubyte\.gz: \d+ of \d+ MB")
    assert any(shown.fullmatch(line) for line in told)


def test_files_that_are_whole_and_still_cannot_be_read_are_told(mirror, monkeypatch, data_root):
    from torchvision.datasets import MNIST

    junk = gzip.compress(b"published, but no IDX")
    (mirror / "t10k-images-idx3-ubyte.gz").write_bytes(junk)
    checksums = {**dict(MNIST.resources), "t10k-images-idx3-ubyte.gz": md5(junk)}
    monkeypatch.setattr(MNIST, "resources", list(checksums.items()))
    with pytest.raises(DataError, match="cannot be read"):
        load_dataset("mnist", {}, 0, print)


def test_a_data_root_that_cannot_be_written_is_one_line(monkeypatch, tmp_path, mirror):
    (tmp_path / "file").touch()
    monkeypatch.setenv("AUTOML_DATA", str(tmp_path / "file"))
    with pytest.raises(DataError, match="file") as caught:
        load_dataset("mnist", {}, 0, print)
    assert "\n" not in str(caught.value)


def test_fashion_mnist_is_found_where_debian_puts_it():
    write_idx(fashion_mnist.DEBIAN_FOLDER, gzipped=True)
    dataset = load_dataset("fashion_mnist", {}, 0, print)
    assert dataset.labels == fashion_mnist.LABELS
    assert len(dataset.train) + len(dataset.validation) == 10 * PER_CLASS


def test_fashion_mnist_without_files_names_debians_package():
    with pytest.raises(DataError, match="apt install dataset-fashion-mnist"):
        load_dataset("fashion_mnist", {}, 0, print)


@pytest.mark.usefixtures("published_files")
def test_debian_and_torchvision_agree(data_root):
    from torchvision.datasets import FashionMNIST

    assert tuple(FashionMNIST.classes) == fashion_mnist.LABELS
    unpacked = load_dataset("fashion_mnist", {}, 0, print)
    write_idx(fashion_mnist.DEBIAN_FOLDER, gzipped=True)
    (data_root / "FashionMNIST").rename(data_root / "elsewhere")
    assert load_dataset("fashion_mnist", {}, 0, print).fingerprint == unpacked.fingerprint


@pytest.mark.usefixtures("published_files")
def test_colour_images_keep_their_channels():
    dataset = load_dataset("cifar10", {}, 0, print)
    batch = np.random.default_rng(0).integers(0, 256, (10 * PER_CLASS, 3072), np.uint8)
    np.testing.assert_array_equal(dataset.test.inputs, batch.reshape(-1, 3, 32, 32))
