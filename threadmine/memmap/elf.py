"""Takes the BTF out of a kernel image: from its .BTF section, or made from its DWARF by pahole if that is
there."""

from __future__ import annotations

import bz2
import lzma
import re
import shutil
import struct
import subprocess
import tempfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import zstandard

from threadmine.errors import ModelError

MAX_SECTIONS = 65536
MAX_IMAGE = 1 << 30
MAX_TRIES = 32
MAX_BANNER = 400
_BANNER = re.compile(rb"Linux version (\d{1,3}\.\d{1,4}(?:\.\d{1,5})?(?:-rc\d{1,3})?)")
PAHOLE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Image:
    """What a kernel image tells: its types, and the version it states (empty where it states none)."""

    btf: bytes
    version: str


def read_image(path: Path) -> Image:
    """The raw BTF of a kernel image: vmlinux, or a bzImage or vmlinuz that holds one.

    Raises:
        ModelError: no ELF file, a damaged one, or one with neither BTF nor DWARF that pahole could read.
    """
    try:
        packed = path.read_bytes()
    except OSError as error:
        raise ModelError(error.strerror or "cannot be read", str(path)) from error
    data = packed if packed[:4] == b"\x7fELF" else unpacked(packed) or packed
    version = banner_version(data)
    raw = embedded_btf(data) if data[:4] != b"\x7fELF" else b""
    if raw:
        return Image(raw, version)
    sections = elf_sections(data, str(path))
    if ".BTF" in sections:
        offset, size = sections[".BTF"]
        return Image(data[offset : offset + size], version)
    if ".debug_info" in sections and data is packed:
        return Image(_from_dwarf(path), version)
    raise ModelError("has no .BTF section and no debug information", str(path), "use an unstripped vmlinux")


def banner_version(data: bytes) -> str:
    """The version in the kernel's banner; of a 6.1.0-50 the 6.1.176 that is named behind it."""
    banner = _BANNER.search(data)
    if banner is None:
        return ""
    version, rest = banner[1].decode(), data[banner.end() : banner.end() + MAX_BANNER].partition(b"\n")[0]
    series = ".".join(version.split(".")[:2])
    stable = re.search(rb"(?<![\d.])" + re.escape(series).encode() + rb"\.[1-9]\d{0,4}(?![\d.])", rest)
    return stable[0].decode() if stable and version == f"{series}.0" else version


def unpacked(data: bytes) -> bytes:
    """The image packed in a bzImage or vmlinuz (gzip, xz, zstd or bzip2); empty where none is found."""
    for magic, start in _PACKERS:
        at = -1
        for _ in range(MAX_TRIES):
            at = data.find(magic, at + 1)
            if at < 0:
                break
            try:
                image = start()(data[at:])
            except (OSError, ValueError, EOFError, zlib.error, lzma.LZMAError, zstandard.ZstdError):
                continue
            if image[:4] == b"\x7fELF" or embedded_btf(image):
                return image
    return b""


def embedded_btf(data: bytes) -> bytes:
    """The largest BTF blob within a raw image (s390 and arm kernels are no ELF files); empty if none."""
    best = b""
    heads = (("<", b"\x9f\xeb\x01\0\x18\0\0\0"), (">", b"\xeb\x9f\x01\0\0\0\0\x18"))
    for order, magic in heads:
        at = data.find(magic)
        while at >= 0:
            types_at, types, strings_at, strings = struct.unpack_from(order + "IIII", data, at + 8)
            size = 24 + max(types_at + types, strings_at + strings)
            if types >= 12 and strings_at == types_at + types and at + size <= len(data) and size > len(best):
                best = data[at : at + size]
            at = data.find(magic, at + 1)
    return best


def _gzip() -> Callable[[bytes], bytes]:
    return lambda data: zlib.decompressobj(31).decompress(data, MAX_IMAGE)


def _xz() -> Callable[[bytes], bytes]:
    return lambda data: lzma.LZMADecompressor(memlimit=1 << 30).decompress(data, MAX_IMAGE)


def _zstd() -> Callable[[bytes], bytes]:
    return lambda data: (
        zstandard.ZstdDecompressor(max_window_size=1 << 28).stream_reader(data).read(MAX_IMAGE)
    )


def _bzip2() -> Callable[[bytes], bytes]:
    return lambda data: bz2.BZ2Decompressor().decompress(data, MAX_IMAGE)


_PACKERS: tuple[tuple[bytes, Callable[[], Callable[[bytes], bytes]]], ...] = (
    (b"\x28\xb5\x2f\xfd", _zstd),
    (b"\xfd7zXZ\0", _xz),
    (b"\x1f\x8b\x08", _gzip),
    (b"BZh9", _bzip2),
)


def elf_sections(data: bytes, where: str) -> dict[str, tuple[int, int]]:
    """Name -> (offset, size) of the sections of an ELF file of either word size and byte order."""
    if data[:4] != b"\x7fELF" or len(data) < 64 or data[4] not in (1, 2) or data[5] not in (1, 2):
        hint = "unpack it with the kernel's scripts/extract-vmlinux" if data[:2] == b"MZ" else ""
        raise ModelError("is no ELF file", where, hint)
    order = "<" if data[5] == 1 else ">"
    wide = data[4] == 2
    start = struct.unpack_from(order + ("Q" if wide else "I"), data, 40 if wide else 32)[0]
    size, count, names = struct.unpack_from(order + "HHH", data, 58 if wide else 46)
    if size < (64 if wide else 40) or count > MAX_SECTIONS or start + size * count > len(data):
        raise ModelError("is a damaged ELF file: its section table is cut off", where)
    rows = []
    for index in range(count):
        at = start + index * size
        name = struct.unpack_from(order + "I", data, at)[0]
        offset, length = struct.unpack_from(order + ("QQ" if wide else "II"), data, at + (24 if wide else 16))
        rows.append((name, offset, length))
    if names >= len(rows):
        raise ModelError("is a damaged ELF file: it has no section names", where)
    found: dict[str, tuple[int, int]] = {}
    for name, offset, length in rows:
        at = rows[names][1] + name
        end = data.find(b"\0", at, at + 64)
        if 0 <= at < len(data) and end > at and offset + length <= len(data):
            found.setdefault(data[at:end].decode("ascii", "replace"), (offset, length))
    return found


def _from_dwarf(path: Path) -> bytes:
    """BTF that pahole makes of the image's DWARF."""
    pahole = shutil.which("pahole")
    if pahole is None:
        raise ModelError(
            "has DWARF but no BTF, and pahole is not installed", str(path), "install dwarves, or use --btf"
        )
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.btf"
        command = [pahole, "-J", f"--btf_encode_detached={out}", str(path)]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=PAHOLE_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ModelError(f"pahole failed: {error}", str(path)) from error
        if done.returncode or not out.is_file():
            said = (done.stderr or done.stdout).strip().splitlines()
            raise ModelError(f"pahole made no BTF of it{': ' + said[-1] if said else ''}", str(path))
        return out.read_bytes()
