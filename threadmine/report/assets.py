"""Style and script of the report's pages. Both stand in the pages themselves: they work from file://."""

from __future__ import annotations

STYLE = """\
:root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--soft:#57606a;--line:#d0d7de;--link:#0550ae;
--mark:#fff3b0;--bad:#a40e26;--good:#116329;--warn:#7d4e00;--box:#f3f5f8}
@media(prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#e6edf3;--soft:#9da7b3;--line:#3d444d;--link:#79b8ff;
--mark:#5b4a00;--bad:#ff9492;--good:#7ee787;--warn:#f0c05a;--box:#161b22}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,sans-serif}
main,header,footer{max-width:72rem;margin:0 auto;padding:0 1rem}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:1rem;padding:0}
h1{font-size:1.5rem;overflow-wrap:anywhere}h2{font-size:1.2rem;margin-top:2rem}
a{color:var(--link)}
a:focus-visible,input:focus-visible,[tabindex]:focus-visible{outline:3px solid var(--link)}
.skip{position:absolute;left:-999px}.skip:focus{left:0;background:var(--bg);padding:.5rem}
table{border-collapse:collapse;font-size:.92rem}caption{text-align:left;color:var(--soft);padding:.3rem 0}
th,td{border-bottom:1px solid var(--line);padding:.25rem .6rem;text-align:left;vertical-align:top}
.n{text-align:right;font-variant-numeric:tabular-nums}.wide{overflow-x:auto}
pre,code{font-family:ui-monospace,monospace;font-size:.88rem}
pre{background:var(--box);padding:.8rem;overflow-x:auto;white-space:pre-wrap;overflow-wrap:anywhere}
mark{background:var(--mark);color:inherit}.q{color:var(--soft)}
article{border:1px solid var(--line);border-radius:.4rem;padding:.6rem .9rem;margin:.8rem 0;
overflow-wrap:anywhere}
article h3{font-size:1rem;margin:.1rem 0}article p{margin:.3rem 0}
blockquote{margin:.4rem 0;padding-left:.8rem;border-left:3px solid var(--line)}
.badge{font-weight:700;font-size:.82rem;letter-spacing:.03em}
.open,.refuted{color:var(--bad)}.disputed,.acknowledged,.conditional{color:var(--warn)}
.answered,.addressed,.confirmed{color:var(--good)}.withdrawn,.undecided,.planned,.soft{color:var(--soft)}
.bytes td{border:1px solid var(--line);font-size:.82rem}.bytes .here{background:var(--mark);font-weight:700}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
input[type=search]{font:inherit;padding:.4rem;width:100%;max-width:40rem}
svg{max-width:100%;height:auto;background:#fff}footer{color:var(--soft);margin-top:3rem;font-size:.9rem}
"""

SCRIPT = """\
"use strict";
(function () {
  var rows = JSON.parse(document.getElementById("data").textContent);
  var field = document.getElementById("query");
  var list = document.getElementById("found");
  var count = document.getElementById("count");
  var folded = rows.map(function (row) { return (row[1] + " " + row[2]).toLowerCase(); });
  function search() {
    var words = field.value.toLowerCase().split(/\\s+/).filter(Boolean);
    list.textContent = "";
    if (!words.length) { count.textContent = rows.length + " entries"; return; }
    var hits = 0;
    for (var i = 0; i < rows.length; i++) {
      if (!words.every(function (word) { return folded[i].indexOf(word) >= 0; })) { continue; }
      hits++;
      if (hits > 200) { continue; }
      var item = document.createElement("li");
      var link = document.createElement("a");
      link.href = rows[i][0];
      link.textContent = rows[i][1];
      item.appendChild(link);
      item.appendChild(document.createTextNode(" " + rows[i][2]));
      list.appendChild(item);
    }
    count.textContent = hits + (hits === 1 ? " entry" : " entries") + (hits > 200 ? ", 200 shown" : "");
  }
  function asked() {
    try { field.value = decodeURIComponent(location.hash.slice(1)); } catch (error) { field.value = ""; }
    search();
  }
  field.addEventListener("input", search);
  window.addEventListener("hashchange", asked);
  asked();
})();
"""
