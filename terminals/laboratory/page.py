"""The report as one HTML page without anything from elsewhere, laid out to be read and to be printed on A4."""

from collections.abc import Iterator
from html import escape

from terminals.laboratory.check import Verdict
from terminals.laboratory.report import Finding, Report, head_rows

STYLE = """
:root { --ink: #1b1f24; --soft: #5b6570; --line: #d5dae0; --pass: #1a7f37; --fail: #b3261e; --idle: #76808a; }
* { box-sizing: border-box; }
body { font: 10pt/1.45 "Noto Sans", "Helvetica Neue", Arial, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei",
  sans-serif; color: var(--ink); margin: 2rem auto; max-width: 186mm; padding: 0 1rem; }
h1 { font-size: 17pt; margin: 0; } h1 small, h2 small { color: var(--soft); font-weight: 400; margin-left: .4em; }
h2 { font-size: 12pt; margin: 1.6em 0 .4em; break-after: avoid; }
.note { border-left: 3px solid var(--line); color: var(--soft); margin: .8em 0; padding: .1em .8em; font-size: 9pt; }
.result { font-size: 12pt; font-weight: 600; margin: .3em 0 1em; }
table { border-collapse: collapse; width: 100%; } td, th { border-bottom: 1px solid var(--line); padding: .25em .5em;
  text-align: left; vertical-align: baseline; overflow-wrap: anywhere; }
th { color: var(--soft); font-size: 8.5pt; font-weight: 600; } thead { display: table-header-group; }
tr { break-inside: avoid; } .n { overflow-wrap: normal; text-align: right; width: 12%; } .head th { width: 9em; }
.zero { color: var(--line); } code, pre { font: 8pt/1.4 "DejaVu Sans Mono", Menlo, Consolas, monospace; }
.checks { table-layout: fixed; } .checks th:nth-child(1) { width: 36%; } .checks th:nth-child(2) { width: 23%; }
.zh, .small, .name { color: var(--soft); font-size: 8.5pt; }
.verdict { font-weight: 600; } .pass { color: var(--pass); } .fail { color: var(--fail); } .idle { color: var(--idle); }
details { margin-top: .2em; } summary { color: var(--soft); cursor: pointer; font-size: 8.5pt; }
pre { background: #f6f8fa; margin: .3em 0; padding: .5em; white-space: pre-wrap; overflow-wrap: anywhere; }
@page { size: A4; margin: 14mm 12mm 16mm; }
@media print { body { margin: 0; max-width: none; padding: 0; } details { display: none; }
  pre { border: 1px solid var(--line); } }
"""
CLASSES = {Verdict.PASS: "pass", Verdict.FAIL: "fail", Verdict.NOT_APPLICABLE: "idle", Verdict.NOT_RUN: "idle"}


def page(report: Report) -> str:
    """Return the page."""
    return "".join(_parts(report))


def _parts(report: Report) -> Iterator[str]:
    title = f"Laboratory report: {escape(report.head.card)}, {escape(report.head.date)}"
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
    yield '<h1>Laboratory report<small lang="zh-CN">实验室检测报告</small></h1>\n'
    yield _result(report)
    yield f'<p class="note">{escape(report.note)}<br><span lang="zh-CN">{escape(report.note_zh)}</span></p>\n'
    yield '<table class="head">\n'
    yield from (f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>\n" for name, value in head_rows(report.head))
    yield "</table>\n"
    yield from _summary(report)
    for row in report.groups:
        yield f'<h2>{escape(row.en)}<small lang="zh-CN">{escape(row.zh)}</small></h2>\n<table class="checks">\n'
        yield "<thead><tr><th>check</th><th>corresponds to, <i>does</i></th><th>result</th></tr></thead>\n"
        yield from (_row(found) for found in report.findings if found.group == row.key)
        yield "</table>\n"
    yield from _failures(report)
    yield from _left_out(report)
    yield "</body>\n</html>\n"


def _result(report: Report) -> str:
    return f'<p class="result {"pass" if report.passed else "fail"}">{report.summary}</p>\n'


def _summary(report: Report) -> Iterator[str]:
    yield "<h2>Groups</h2>\n<table>\n<thead><tr><th>group</th><th></th>"
    yield "".join(f'<th class="n">{verdict}</th>' for verdict in Verdict) + "</tr></thead>\n"
    for row in report.groups:
        yield f'<tr><td>{escape(row.en)}</td><td class="zh" lang="zh-CN">{escape(row.zh)}</td>'
        yield "".join(_count(verdict, row.counts[verdict]) for verdict in Verdict) + "</tr>\n"
    yield "</table>\n"


def _count(verdict: Verdict, count: int) -> str:
    return f'<td class="n {CLASSES[verdict] if count else "zero"}">{count}</td>'


def _row(found: Finding) -> str:
    title = f'{escape(found.en)}<br><span class="zh" lang="zh-CN">{escape(found.zh)}</span> '
    basis = f"{escape(found.basis)}<br><i>{escape(found.harm)}</i>"
    verdict = f'<span class="verdict {CLASSES[found.verdict]}">{found.verdict}</span>'
    return (
        f'<tr><td>{title}<code class="name">{escape(found.name)}</code></td>'
        f'<td class="small">{basis}</td><td>{verdict} {_told(found)}{_evidence(found)}</td></tr>\n'
    )


def _told(found: Finding) -> str:
    met = f"expectations met: {len(found.expectations)}; commands: {found.exchanges}"
    return f'<span class="small">{escape(found.reason or met)}</span>'


def _evidence(found: Finding) -> str:
    """Return what was compared and the trace, to be opened: paper has it where a check failed."""
    return f"<details><summary>evidence</summary>{_seen(found)}</details>" if found.expectations else ""


def _seen(found: Finding) -> str:
    compared = "\n".join(f"{one.what}: {one.found}" for one in found.expectations[-EXPECTATIONS_SHOWN:])
    traced = "\n".join(found.trace)
    return f"<pre>{escape(compared)}\n\n{escape(traced)}</pre>"


EXPECTATIONS_SHOWN = 30


def _failures(report: Report) -> Iterator[str]:
    for found in report.findings:
        if found.verdict is Verdict.FAIL:
            yield f'<h2 class="fail">FAIL<small>{escape(found.name)}: {escape(found.en)}</small></h2>\n'
            yield f"<p>{escape(found.reason)}</p>\n{_seen(found)}\n"


def _left_out(report: Report) -> Iterator[str]:
    left_out = [found for found in report.findings if found.verdict is Verdict.NOT_RUN]
    if not left_out:
        return
    yield '<h2>Not run<small lang="zh-CN">未执行</small></h2>\n<table>\n'
    yield from (
        f"<tr><td><code>{escape(found.name)}</code></td><td>{escape(found.reason)}</td></tr>\n" for found in left_out
    )
    yield "</table>\n"
