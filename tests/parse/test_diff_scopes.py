"""The function that a line is really in, whatever git's heading says."""

from __future__ import annotations

import pytest

from threadmine.parse.diff import hunk_lines, parse_patch
from threadmine.parse.diff_scopes import function_name, heading_scope


def functions(heading: str, text: str) -> list[tuple[str, str, str]]:
    """(line text, function, source) of each line that has something besides braces."""
    rows = text.splitlines()
    old = sum(not row.startswith("+") for row in rows)
    new = sum(not row.startswith("-") for row in rows)
    body = f"--- a/x.c\n+++ b/x.c\n@@ -10,{old} +10,{new} @@ {heading}\n{text}"
    patch = parse_patch(body)
    assert patch is not None
    found = list(hunk_lines(body, patch.files[0].hunks[0]))
    assert len(found) == len(rows)
    return [(line.text.strip(), line.function, line.function_source) for line in found]


def test_new_function_above_the_old_one() -> None:
    found = {
        text: (name, source)
        for text, name, source in functions(
            "struct tray *tray_get(int n);",
            " \n+static inline void tray_reset(struct tray *t,\n+\t\t  int n)\n+{\n+\ttray->used = n;\n+}\n"
            "+\n struct tray *tray_get(int n)\n {\n \treturn trays + n;\n",
        )
    }
    assert found["tray->used = n;"] == ("tray_reset", "hunk")
    assert found["int n)"] == ("tray_reset", "hunk")
    assert found["return trays + n;"] == ("tray_get", "hunk")


def test_heading_serves_only_up_to_the_closing_brace() -> None:
    found = functions("int tray_put(struct tray *t)", " \tt->used--;\n }\n \n-int spare;\n+int extra;\n")
    assert found[0][1:] == ("tray_put", "heading")
    assert found[1][1:] == ("tray_put", "heading")
    assert found[3][1:] == ("", "hunk")
    assert found[4][1:] == ("", "hunk")


def test_heading_of_the_function_before_is_not_believed() -> None:
    found = functions("int tray_put(struct tray *t)", " \n-int spare;\n+int extra;\n /* next */\n")
    assert {row[1] for row in found} == {""}


@pytest.mark.parametrize(
    "heading", ["EXPORT_SYMBOL_GPL(tray_put);", "struct tray *tray_get(int n);", "", "}"]
)
def test_useless_headings_name_no_function(heading: str) -> None:
    assert functions(heading, "-\tt->used--;\n+\tt->used++;\n")[0][1:] == ("", "")


def test_each_side_has_its_own_function() -> None:
    found = functions(
        "int other(void)",
        "-int old_name(struct tray *t)\n+int new_name(struct tray *t)\n {\n"
        "-\tt->used--;\n+\tt->used++;\n \treturn 0;\n }\n",
    )
    assert found[3][1] == "old_name"
    assert found[4][1] == "new_name"
    assert found[5][1] == "new_name"


def test_aggregate_label_goto_and_macro() -> None:
    found = functions(
        "", "-\tint a;\n+\tint b;\n out:\n \treturn;\n }\n \n struct tray {\n+\tint used;\n };\n"
        "+#define tray_each(t)\t\\\n+\tfor (;;)\t\\\n+\t\tuse(t)\n+int x;\n",
    )  # fmt: skip
    names = {text: name for text, name, _ in found}
    assert names["int used;"] == "struct tray"
    assert names["use(t)"] == "tray_each"
    assert names["int x;"] == ""
    assert names["return;"] == ""


def test_type_on_the_line_above_the_name() -> None:
    found = functions("", "+static struct tray *\n+tray_find(int n,\n+\t  int m)\n+{\n+\treturn NULL;\n+}\n")
    assert {name for _, name, _ in found} == {"tray_find"}


def test_signature_cut_off_by_the_end_of_the_hunk() -> None:
    found = functions("int a(void)", " }\n \n-int tray_find(int n)\n+int tray_find(int n, int m)\n")
    assert [name for _, name, _ in found[2:]] == ["tray_find", "tray_find"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("static inline void tray_reset(struct tray *t)", "tray_reset"),
        ("__printf(1, 2) void tray_say(const char *fmt, ...)", "tray_say"),
        ("SYSCALL_DEFINE3(tray, int, a, int, b, int, c)", "sys_tray"),
        ("TEST_F(trays, empty)", "trays.empty"),
        ("EXPORT_SYMBOL(tray_put)", ""),
        ("int trays[3]", ""),
        ("if (x)", ""),
    ],
)
def test_function_name(text: str, name: str) -> None:
    assert function_name(text) == name


def test_an_include_is_outside_of_any_function() -> None:
    (first, *_) = functions("", "+#include <linux/tray.h>\n \n")
    assert first[1:] == ("", "hunk")


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("struct tray {", "struct tray"),
        ("struct tray", "struct tray"),
        ("typedef struct tray {", "struct tray"),
        ("struct tray __packed {", "struct tray"),
        ("static const struct tray_ops pool_ops = {", ""),
        ("struct tray *trays", ""),
        ("struct tray *tray_get(int n)", "tray_get"),
    ],
)
def test_what_a_heading_names(heading: str, name: str) -> None:
    assert heading_scope(heading).label == name
