"""The same log in other forms."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib

with open("one.log", "rb") as file:
    LOG = file.read()


def archive():
    """A tar archive of it."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        about = tarfile.TarInfo("one.log")
        about.size = len(LOG)
        tar.addfile(about, io.BytesIO(LOG))
    return out.getvalue()


def zipped():
    """A zip archive of it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("one.log", LOG)
    return out.getvalue()


FORMS = {
    "bzip2": bz2.compress(LOG),
    "xz": lzma.compress(LOG),
    "zstd": bytes.fromhex("28b52ffd0458") + LOG,
    "zip": zipped(),
    "zlib": zlib.compress(LOG),
    "gzip-twice": gzip.compress(gzip.compress(LOG)),
    "tar": archive(),
    "tar.gz": gzip.compress(archive()),
    "utf-16": LOG.decode().encode("utf-16"),
    "utf-16-le": LOG.decode().encode("utf-16-le"),
    "utf-16-be": LOG.decode().encode("utf-16-be"),
}
for name, data in FORMS.items():
    with open(name, "wb") as file:
        file.write(data)
