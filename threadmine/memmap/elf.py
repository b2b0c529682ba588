"""Takes the BTF out of a kernel image: from its .BTF section, or made from its DWARF by pahole if that is
there."""

from __future__ import annotations

import shutil
import struct
import subprocess
import tempfile
from pathlib import Path

from threadmine.errors import ModelError

MAX_SECTIONS = 65536
PAHOLE_SECONDS = 600


def btf_of_image(path: Path) -> bytes:
    """The raw BTF of an ELF image (vmlinux, or a module's file).

    Raises:
        ModelError: no ELF file, a damaged one, or one with neither BTF nor DWARF that pahole could read.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(error.strerror or "cannot be read", str(path)) from error
    sections = elf_sections(data, str(path))
    if ".BTF" in sections:
        offset, size = sections[".BTF"]
        return data[offset : offset + size]
    if ".debug_info" in sections:
        return _from_dwarf(path)
    raise ModelError("has no .BTF section and no debug information", str(path), "use an unstripped vmlinux")


def elf_sections(data: bytes, where: str) -> dict[str, tuple[int, int]]:
    """Name -> (offset, size) of the sections of an ELF file of either word size and byte order."""
    if data[:4] != b"\x7fELF" or len(data) < 64 or data[4] not in (1, 2) or data[5] not in (1, 2):
        hint = "use the uncompressed vmlinux, not bzImage or vmlinuz" if data[:2] == b"MZ" else ""
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
