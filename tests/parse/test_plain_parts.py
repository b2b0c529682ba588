"""The quick readers of multipart mail and of addresses agree with the thorough ones, or leave it to them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from threadmine.model import Person
from threadmine.parse import body, headers
from threadmine.parse.plain_parts import plain_texts

SIGNED = b"""\
From: Ada Author <ada@example.org>
Subject: a text and its signature
MIME-Version: 1.0
Content-Type: multipart/signed; micalg=pgp-sha256;
\tprotocol="application/pgp-signature"; boundary="b1=_x"

preamble
--b1=_x
Content-Type: multipart/mixed; boundary=inner

--inner
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

The first text=20
goes on=E2=80=A6

--inner
Content-Type: text/x-patch; name="0001-fix.patch"
Content-Disposition: attachment; filename="0001-fix.patch"

--- a/mm/example.c
+++ b/mm/example.c
--inner
Content-Type: text/plain; charset="iso-8859-1"
Content-Transfer-Encoding: base64
Content-Disposition: inline

VGhlIHRoaXJkIHRleHQK
--inner--

--b1=_x
Content-Type: application/pgp-signature; name="signature.asc"

-----BEGIN PGP SIGNATURE-----
--b1=_x--
epilogue
"""
TEXT = "The first text \ngoes on\u2026\n\n--- a/mm/example.c\n+++ b/mm/example.c\n\nThe third text\n"


def thorough(data: bytes, monkeypatch: pytest.MonkeyPatch) -> body.Body:
    with monkeypatch.context() as patched:
        patched.setattr(body, "plain_texts", lambda _: None)
        return body.decode_body(data, headers.split_headers(data))


def test_the_texts_of_a_signed_mail_with_a_patch(monkeypatch: pytest.MonkeyPatch) -> None:
    assert plain_texts(SIGNED) is not None
    quick = body.decode_body(SIGNED, headers.split_headers(SIGNED))
    assert (quick.text, quick.defects) == (TEXT, ())
    assert quick == thorough(SIGNED, monkeypatch)


@pytest.mark.parametrize(
    "old, new",
    [
        (b"--b1=_x--\n", b""),
        (b"--inner--\n", b""),
        (b"--b1=_x--", b"--b1=_x-- odd"),
        (b"--inner\nContent-Type: text/x-patch", b"--innermost\nContent-Type: text/x-patch"),
        (b'name="0001-fix.patch"', b"name*=utf-8''0001-fix.patch"),
        (b"charset=utf-8", b"charset=no-such-charset"),
        (b"=20", b"=E2"),
        (b"VGhl", b"V*hl"),
        (b"boundary=inner", b"boundary=inner; boundary=outer"),
        (b"multipart/mixed", b"multipart/digest"),
        (b"multipart/mixed", b"message/rfc822"),
        (b"MIME-Version: 1.0\n", b"a line that is no header\n"),
        (b"MIME-Version: 1.0\n", b"Content-Transfer-Encoding: base64\n"),
        (b"Content-Disposition: inline\n", b"Content-Type: text/html\n"),
        (b"\n", b"\r\n"),
    ],
)
def test_what_is_not_plain_is_left_to_the_thorough_parser(
    old: bytes, new: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = SIGNED.replace(old, new)
    assert data != SIGNED
    assert plain_texts(data) is None
    assert body.decode_body(data, headers.split_headers(data)) == thorough(data, monkeypatch)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_mail_with_any_damage_gives_the_same_either_way(data: st.DataObject) -> None:
    lines = SIGNED.split(b"\n")
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        other = data.draw(st.integers(0, len(lines) - 1))
        act = data.draw(st.sampled_from(["drop", "double", "swap", "blank", "cut", "indent"]))
        if act == "drop" and len(lines) > 1:
            del lines[at]
            continue
        if act == "double":
            lines.insert(other, lines[at])
        elif act == "swap":
            lines[at], lines[other] = lines[other], lines[at]
        elif act == "blank":
            lines.insert(at, b"")
        elif act == "cut":
            lines[at] = lines[at][: len(lines[at]) // 2]
        else:
            lines[at] = b" " + lines[at]
    mail = b"\n".join(lines)
    found = headers.split_headers(mail)
    if not found.first("content-type").startswith("multipart/"):
        return
    with pytest.MonkeyPatch.context() as patched:
        assert body.decode_body(mail, found) == thorough(mail, patched)


# ------------------------------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    "item, person",
    [
        (" linux-  mm@lists.example.org", Person("", "linux-mm@lists.example.org")),
        ("Ada Author <ada@  example.org>", Person("Ada Author", "ada@example.org")),
        ('"Author, A." <ada  @example.org>', Person("Author, A.", "ada@example.org")),
    ],
)
def test_an_address_folded_in_its_midst(item: str, person: Person) -> None:
    assert headers._plain_person(item) == person
    assert headers._people_the_long_way(item) == (person,)


WORDS = st.text(st.sampled_from("abAB01-_ .\"'<>@,;:()\\ \t"), max_size=24)


@settings(max_examples=500, deadline=None)
@given(st.tuples(WORDS, st.sampled_from(["", "<", " <"]), WORDS, st.sampled_from(["@", " @", "@ "]), WORDS))
def test_people_are_the_same_the_short_way_and_the_long_way(parts: tuple[str, ...]) -> None:
    item = "".join(parts) + (">" if "<" in parts[1] else "")
    if "," in item:
        return
    if headers._PLAIN_ADDRESS.fullmatch(item) or headers._BARE_ADDRESS.fullmatch(item):
        return
    found = headers._plain_person(item)
    assert found is None or (found,) == headers._people_the_long_way(item)
