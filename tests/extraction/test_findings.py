"""The program's own findings: what it must see, and what it must leave alone."""

from __future__ import annotations

from time import process_time

import pytest

from tests.extraction.test_fields import mail
from threadmine.extraction.fields import find_touches
from threadmine.extraction.findings import find_findings
from threadmine.memmap import load
from threadmine.model import PatchFinding

START = " void tray_reset(struct folio *folio, struct page *page, unsigned int order)\n {\n"


def findings(text: str) -> tuple[PatchFinding, ...]:
    message = mail(START + text)
    model = load()
    return find_findings(message, model, find_touches(message, model))


@pytest.mark.parametrize(
    "line",
    [
        "VM_WARN_ON_ONCE(order > MAX_ORDER_NR_PAGES);",
        "if (folio_order(folio) >= HPAGE_PMD_NR)",
        "if (nr_pages < tray->order)",
        "return order == folio_nr_pages(folio);",
        "x = big && new_order != nr_pages;",
    ],
)
def test_order_compared_with_a_number_of_pages(line: str) -> None:
    (found,) = findings(f"+\t{line}\n")
    assert found.rule == "order-as-count"
    assert found.quote == line
    assert (found.line, found.function) == (12, "tray_reset")


@pytest.mark.parametrize(
    "line",
    [
        "if (order > MAX_ORDER)",
        "if (1 << order > MAX_ORDER_NR_PAGES)",
        "if (nr_pages >= 1UL << order)",
        "if (order > ilog2(nr_pages))",
        "if (order >= nr_pages - 1)",
        "if (nr_pages > MAX_ORDER_NR_PAGES)",
        "/* order > nr_pages can not be */",
        "nr_pages = order;",
        "if (border < nr_pages)",
    ],
)
def test_orders_that_are_right(line: str) -> None:
    assert findings(f"+\t{line}\n") == ()


def test_old_lines_are_not_blamed() -> None:
    assert findings(" \tVM_WARN_ON(order > MAX_ORDER_NR_PAGES);\n+\tx();\n") == ()
    assert findings("-\tVM_WARN_ON(order > MAX_ORDER_NR_PAGES);\n+\tx();\n") == ()


@pytest.mark.parametrize(
    "text",
    [
        " \tpgmap->ops->folio_free(folio);\n+\tpercpu_ref_put(&folio->pgmap->ref);\n",
        "+\tops->page_free(&folio->page);\n \tput(folio->pgmap);\n",
        "+\tops->page_free(folio_page(folio, 0));\n+\tnr = folio_nr_pages(folio);\n",
        "+\tkfree(folio);\n+\tif (more)\n+\t\tx(folio->mapping);\n",
        "+\tkmem_cache_free(cache, folio);\n+\tx = folio->private;\n",
    ],
)
def test_used_after_free(text: str) -> None:
    (found,) = findings(text)
    assert found.rule == "use-after-free"
    assert "folio->" in found.quote or "folio_nr_pages" in found.quote
    assert found.evidence


@pytest.mark.parametrize(
    "text",
    [
        "+\tops->page_free(page);\n+\tbreak;\n+\tx(page->mapping);\n",
        "+\tif (last)\n+\t\tkfree(page);\n+\tx(page->mapping);\n",
        "+\tkfree(page);\n+\tpage = next;\n+\tx(page->mapping);\n",
        "+\tkfree(page->private);\n+\tx(page->mapping);\n",
        "+\tkfree(page);\n+}\n+\n+void g(struct page *page)\n+{\n+\tx(page->mapping);\n",
        "+\tkfree(page);\n+\t/* page->mapping is gone */\n+\treturn;\n",
        "+\tkfree(page);\n+\tx(sizeof(page->mapping));\n",
        "+\tpgmap = folio->pgmap;\n+\tops->folio_free(folio);\n+\tput(&pgmap->ref);\n",
        "-\tkfree(page);\n+\tx(page->mapping);\n",
        "+\tif (tray_free_page(page))\n+\t\tx(page->mapping);\n",
        " \tkfree(page);\n \tx(page->mapping);\n+\ty();\n",
    ],
)
def test_no_use_after_free(text: str) -> None:
    assert findings(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "+\t/* clears page[1].memcg_data too */\n+\tfolio->_nr_pages = 0;\n",
        "+\tfolio->_nr_pages = 0;\t/* and memcg_data is zero */\n",
        "+\t((struct folio *)(page - 1))->_nr_pages = 0;\n",
    ],
)
def test_half_of_a_word_is_cleared(text: str) -> None:
    (found,) = findings(text)
    assert found.rule == "narrow-store"
    assert "page.memcg_data" in found.text and "60..63" in found.text
    assert found.evidence[0].source.startswith("layout ")


@pytest.mark.parametrize(
    "text",
    [
        "+\tfolio->_nr_pages = 0;\n",  # it is what it says
        "+\t/* memcg_data lies here, too */\n+\tfolio->_nr_pages = n;\n",
        "+\t/* clears memcg_data */\n+\tpage->memcg_data = 0;\n",
        " \t/* clears memcg_data */\n \tfolio->_nr_pages = 0;\n+\tx();\n",
    ],
)
def test_stores_that_are_right(text: str) -> None:
    assert findings(text) == ()


def test_finding_ids_are_stable_and_unlike() -> None:
    text = "+\tVM_WARN_ON(order > nr_pages);\n+\tVM_WARN_ON(order >= nr_pages);\n"
    ids = [found.id for found in findings(text)]
    assert len(set(ids)) == 2
    assert ids == [found.id for found in findings(text)]


@pytest.mark.parametrize(
    "line",
    [
        "\tpage->lru = x;",
        "\tq->mapping = x;",
        "\tkfree(page);\n+\tx(page->lru);",
        "\tif (order > nr_pages)",
        "\tprep_compound_page(page, order);",
        "\tstruct page *page, *a, *b;",
    ],
)
def test_huge_hunks_are_read_in_bounded_time(line: str) -> None:
    message = mail("+" + "\n+".join([line] * 60_000) + "\n")
    began = process_time()
    touches = find_touches(message, load())
    found = find_findings(message, load(), touches)
    assert process_time() - began < 20
    assert len(touches) <= 5_000 and len(found) <= 50
