# SPDX-License-Identifier: GPL-2.0
"""The matrix of mutants and what killed them: text, JSON, HTML."""

import html
import json
import os

import verdicts


def line(number, total, found):
    """Progress: one line per mutant."""
    where = f"[{number}/{total}]"
    times = f"{found.seconds['build']:.1f} + {found.seconds['run']:.1f} s"
    if found.result == verdicts.KILLED:
        first = found.kills[0]
        more = f" and {len(found.kills) - 1} more" if len(found.kills) > 1 else ""
        what = f"killed    {first.how:5} {first.case}{more}"
    elif found.result == verdicts.SURVIVED:
        what = f"survived  {found.reason or 'no reason known'}"
    else:
        what = f"invalid   {found.reason}"
    if found.deaf:
        what += f", not noticed by {', '.join(found.deaf)}"
    return f"{where:>9} {found.mutant.name:32} {what} ({times})"


def summary(found, outdated, seconds):
    killed, valid = verdicts.score(found)
    share = 100 * killed / valid if valid else 0
    lines = [f"# {killed} of {valid} mutants killed ({share:.1f} %)"]
    if found:
        lines[0] += f", {seconds / len(found):.1f} s per mutant"
    for title, result in (("survived", verdicts.SURVIVED), ("invalid", verdicts.INVALID)):
        some = [v for v in found if v.result == result]
        if some:
            lines.append(f"# {title}:")
            lines += [f"#   {v.mutant.name}: {v.reason or 'no reason known'}" for v in some]
    lines += [f"# named by a case that did not notice: {v.mutant.name}: {name}"
              for v in found for name in v.deaf]
    lines += [f"# killed, but listed as a survivor: {name}" for name in outdated]
    return "\n".join(lines)


def as_dict(found):
    mutant = found.mutant
    return {"name": mutant.name, "breaks": mutant.breaks, "origin": mutant.origin,
            "file": mutant.file, "behaviours": list(mutant.behaviours),
            "result": found.result, "reason": found.reason,
            "killed_by": [k.as_dict() for k in found.kills],
            "not_noticed_by": found.deaf,
            "seconds": {k: round(v, 1) for k, v in found.seconds.items()},
            "diff": found.diff}


def write_json(path, found, facts):
    killed, valid = verdicts.score(found)
    data = dict(facts, killed=killed, valid=valid, mutants=[as_dict(v) for v in found])
    with open(path, "w", encoding="utf-8") as stream:
        json.dump(data, stream, indent=1)
        stream.write("\n")


STYLE = """body { font: 14px sans-serif; margin: 2em } table { border-collapse: collapse }
td, th { border: 1px solid #ccc; padding: 3px 6px; text-align: left; vertical-align: top }
.killed { background: #dfd } .survived { background: #fdd } .invalid { background: #ffd }
pre { margin: 0; font-size: 12px } small { color: #666 }"""


def _row(found):
    mutant, escape = found.mutant, html.escape
    kills = "<br>".join(f"{escape(k.how)}: {escape(k.case)}" for k in found.kills)
    origin = f"<br><small>{escape(mutant.origin)}</small>" if mutant.historical else ""
    return (f"<tr><td>{escape(mutant.name)}</td><td>{escape(mutant.breaks)}{origin}"
            f"<details><summary>{escape(mutant.file)}</summary><pre>{escape(found.diff)}</pre>"
            f"</details></td><td>{escape(' '.join(mutant.behaviours))}</td>"
            f"<td class={found.result}>{found.result}</td>"
            f"<td>{kills or escape(found.reason)}</td><td>{found.total:.1f}</td></tr>")


def write_html(path, found, facts):
    killed, valid = verdicts.score(found)
    heads = "mutant", "breaks", "behaviours", "result", "by", "seconds"
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(f"<!DOCTYPE html><meta charset=utf-8><title>Mutants</title>"
                     f"<style>{STYLE}</style><h1>{killed} of {valid} mutants killed</h1>"
                     f"<p>{html.escape(facts['kernel'])}, judged by "
                     f"{html.escape(facts['judge'])}</p><table><tr>"
                     + "".join(f"<th>{head}</th>" for head in heads) + "</tr>\n"
                     + "\n".join(_row(v) for v in found) + "\n</table>\n")


def write(directory, found, facts):
    write_json(os.path.join(directory, "mutants.json"), found, facts)
    write_html(os.path.join(directory, "mutants.html"), found, facts)
