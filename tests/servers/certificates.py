"""Certificates of an authority of the test's own, made by `openssl`."""

import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


class Certified(NamedTuple):
    """A certificate and its key, in PEM form."""

    certificate: Path
    key: Path


class Authority:
    """Signs certificates.

    Args:
        folder: Where everything is kept; made here.
    """

    def __init__(self, folder: Path):
        if shutil.which("openssl") is None:
            pytest.skip("openssl is not installed")
        folder.mkdir()
        self._folder = folder
        made = ("-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=authority")
        self._openssl("req", "-x509", *_KEY, "-days", "2", *made)

    @property
    def certificate(self) -> Path:
        """Its own."""
        return self._folder / "ca.crt"

    def sign(self, name: str, *alternatives: str) -> Certified:
        """Makes a certificate for a common name and other names, such as `IP:127.0.0.1`."""
        place = name.replace("/", "-")
        self._openssl(
            "req", *_KEY, "-keyout", f"{place}.key", "-out", f"{place}.csr", "-subj", f"/CN={name}"
        )
        extensions = f"subjectAltName={','.join(alternatives)}\n" if alternatives else ""
        (self._folder / f"{place}.names").write_text(extensions)
        signed = ("-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2")
        self._openssl(
            "x509", "-req", "-in", f"{place}.csr", *signed,
            "-extfile", f"{place}.names", "-out", f"{place}.crt",
        )  # fmt: skip
        return Certified(self._folder / f"{place}.crt", self._folder / f"{place}.key")

    def _openssl(self, *words: str) -> None:
        subprocess.run(["openssl", *words], cwd=self._folder, check=True, capture_output=True)
