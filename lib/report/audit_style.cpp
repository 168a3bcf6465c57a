// The style sheet of the page; declared in audit_sections.h. Colors come in pairs, light and dark, and hold the
// contrast that WCAG 2 level AA asks for text (4.5 : 1) on every ground they stand on.
#include "report/audit_sections.h"

namespace report {

std::string_view audit_style() {
  return R"css(
:root {
  color-scheme: light dark;
  --ground: #f4f6f9; --paper: #fff; --sunk: #eef1f6; --ink: #18202c; --soft: #4d5a6c; --line: #d5dbe5; --link: #17549c;
  --good: #156b40; --good-ground: #e4f4ea; --warn: #7d5000; --warn-ground: #fff2d6; --bad: #a4231b; --bad-ground: #fde9e7;
  --insert: #156b40; --update: #17549c; --unchanged: #8894a6; --conflict: #a4231b; --invalid: #86266f; --skipped: #5c6675;
  --old: #fbd9d5; --new: #cdeed9;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1319; --paper: #171d26; --sunk: #1f2733; --ink: #e5eaf2; --soft: #a7b3c4; --line: #2e3847; --link: #85bbff;
    --good: #69d49b; --good-ground: #13291e; --warn: #f2be5c; --warn-ground: #2c2412; --bad: #ff978d; --bad-ground: #351a1a;
    --insert: #69d49b; --update: #85bbff; --unchanged: #66738a; --conflict: #ff978d; --invalid: #eb9ad9; --skipped: #a7b3c4;
    --old: #5c2723; --new: #1d4a31;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1240px; margin: 0 auto; padding: 1.5rem 1.25rem 0; }
footer { max-width: 1240px; margin: 0 auto; padding: .5rem 1.25rem 2rem; color: var(--soft); font-size: .85rem; }
section, .banner, #filter { background: var(--paper); border: 1px solid var(--line); border-radius: 10px; padding: 1.1rem 1.3rem; margin: 0 0 1rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: .1rem 0 .5rem; letter-spacing: .01em; }
h2 { font-size: 1.2rem; margin: 0 0 .6rem; }
h3 { font-size: 1rem; margin: 1.1rem 0 .5rem; overflow-wrap: anywhere; }
p { margin: .35rem 0; }
a { color: var(--link); text-underline-offset: 2px; }
a:focus-visible, summary:focus-visible, select:focus-visible, input:focus-visible, button:focus-visible, .scroll:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
ul { margin: .4rem 0; padding-left: 1.2rem; }
li { overflow-wrap: anywhere; }
summary { cursor: pointer; color: var(--link); }
code, pre { font: .92em/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.data { unicode-bidi: isolate; overflow-wrap: anywhere; white-space: pre-wrap; }
.ctl { color: var(--invalid); border: 1px dotted var(--invalid); border-radius: 3px; padding: 0 .1em; font-size: .88em; }
.remark, .lead { color: var(--soft); }
.remark { font-size: .88rem; font-weight: 400; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.flag { color: var(--warn); font-size: .88rem; font-weight: 600; }
.kind { color: var(--soft); font-size: .78rem; letter-spacing: .08em; text-transform: uppercase; margin: 0; }
.scroll { overflow-x: auto; }

.banner { border-left-width: 6px; }
.banner .lead { font-size: 1.08rem; color: var(--ink); }
.banner .label { margin-top: .8rem; color: var(--soft); }
.banner.g-passed { background: var(--good-ground); border-color: var(--good); } .banner.g-passed h1 { color: var(--good); }
.banner.g-warning { background: var(--warn-ground); border-color: var(--warn); } .banner.g-warning h1 { color: var(--warn); }
.banner.g-failed { background: var(--bad-ground); border-color: var(--bad); } .banner.g-failed h1 { color: var(--bad); }
.facts { list-style: none; padding: 0; margin: .7rem 0; display: grid; gap: .6rem; }
.facts li { display: flex; gap: .6rem; align-items: baseline; } .facts li > div { min-width: 0; flex: 1; } .facts p { margin: 0; font-weight: 600; } .facts .remark { font-weight: 400; }
.command { margin: .2rem 0 .4rem; padding: .65rem .8rem; background: var(--paper); border: 1px solid var(--line); border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; }
nav { display: flex; flex-wrap: wrap; gap: .35rem .5rem; margin: 0 0 1rem; }
nav a { padding: .2rem .65rem; border: 1px solid var(--line); border-radius: 999px; background: var(--paper); text-decoration: none; font-size: .9rem; }
nav b { color: var(--ink); font-variant-numeric: tabular-nums; }

.route { display: grid; grid-template-columns: minmax(0, 1fr) auto minmax(0, 1fr); gap: 1.2rem; align-items: start; }
.route .name { font-size: 1.35rem; font-weight: 650; margin: 0 0 .5rem; line-height: 1.25; }
.route .arrow { font-size: 2.4rem; line-height: 1; align-self: center; color: var(--soft); }
dl { margin: 0; } dl div { display: grid; grid-template-columns: 7.5rem minmax(0, 1fr); gap: .6rem; padding: .18rem 0; border-top: 1px solid var(--line); }
dd code { display: inline-block; } dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }

.checks { list-style: none; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 25rem), 1fr)); gap: .35rem 1.4rem; }
.checks li { display: flex; gap: .6rem; align-items: baseline; }
.checks a { font-weight: 600; }
.checks .sign { flex: none; width: 1.45rem; height: 1.45rem; line-height: 1.45rem; border-radius: 50%; text-align: center; font-weight: 700; font-size: .85rem; background: var(--sunk); color: var(--soft); }
.checks .g-passed .sign { background: var(--good-ground); color: var(--good); }
.checks .g-warning .sign { background: var(--warn-ground); color: var(--warn); }
.checks .g-failed .sign { background: var(--bad-ground); color: var(--bad); }

table { border-collapse: collapse; width: 100%; }
th, td { padding: .38rem .6rem; border-top: 1px solid var(--line); vertical-align: top; text-align: left; font-weight: 400; }
thead th { border-top: 0; color: var(--soft); font-size: .82rem; vertical-align: bottom; }
.matrix td, .matrix thead th { text-align: right; font-variant-numeric: tabular-nums; }
.matrix th, .matrix td { padding: .38rem .5rem; } .matrix td { white-space: nowrap; }
.matrix th:first-child { text-align: left; position: sticky; left: 0; background: var(--paper); min-width: 9rem; max-width: 26rem; font-weight: 600; }
.name.data { overflow-wrap: break-word; white-space: normal; } .matrix .name.data { white-space: nowrap; }
.matrix thead th:first-child { font-weight: 400; }
.matrix .notes td { border-top: 0; padding-top: 0; text-align: left; white-space: normal; } .matrix .notes p { margin: 0; max-width: min(60rem, 78vw); position: sticky; left: .5rem; width: fit-content; }
.matrix .left { text-align: left; min-width: 10.5rem; white-space: normal; }
.matrix tfoot td, .matrix tfoot th { border-top: 2px solid var(--line); font-weight: 650; }
.matrix td[class^="v-"] { font-weight: 650; }
.matrix .zero { color: var(--soft); font-weight: 400; }
tr:target, .group:target { background: var(--sunk); }
.bar { display: block; width: 84px; height: 10px; margin-top: .4rem; background: var(--sunk); border-radius: 3px; }

.v-insert { color: var(--insert); } .v-update { color: var(--update); } .v-unchanged { color: var(--soft); }
.v-conflict { color: var(--conflict); } .v-invalid { color: var(--invalid); } .v-skipped { color: var(--skipped); }
rect.v-insert { fill: var(--insert); } rect.v-update { fill: var(--update); } rect.v-unchanged { fill: var(--unchanged); }
rect.v-conflict { fill: var(--conflict); } rect.v-invalid { fill: var(--invalid); } rect.v-skipped { fill: var(--line); }

.graph { display: block; font-size: 13px; }
.graph .edge { fill: none; stroke: var(--unchanged); stroke-width: 1.3; } .graph .back { stroke-dasharray: 5 4; }
.graph .head { fill: var(--soft); stroke: none; }
.graph rect { fill: var(--paper); stroke: currentColor; stroke-width: 1.5; }
.graph text { fill: var(--ink); } .graph .sign { fill: currentColor; font-weight: 700; font-size: 15px; text-anchor: middle; }
.graph a:hover rect, .graph a:focus-visible rect { stroke-width: 3; } .graph .v-skipped rect { stroke-dasharray: 4 3; }

#filter { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; position: sticky; top: .5rem; z-index: 2; padding: .6rem 1rem; }
#filter[hidden], [hidden] { display: none; }
#filter select, #filter input, #filter button { font: inherit; color: inherit; background: var(--sunk); border: 1px solid var(--line); border-radius: 6px; padding: .2rem .5rem; max-width: 14rem; }
#shown { color: var(--soft); margin-left: auto; }
.group { border-top: 1px solid var(--line); padding: .1rem 0 .4rem; } .set { border-top-style: dotted; }
h4 { font-size: .95rem; margin: .7rem 0 .3rem; overflow-wrap: anywhere; }
.rows { font-size: .92rem; } .rows th[scope="row"] { font-weight: 400; } .rows td, .rows th { min-width: 5rem; max-width: 32rem; overflow-wrap: break-word; } .rows .data { overflow-wrap: break-word; }
.boxes { list-style: none; padding: 0; } .signature div { grid-template-columns: 8rem minmax(0, 1fr); padding: .9rem 0 .1rem; border-top: 0; } .signature dd { border-bottom: 1px solid var(--soft); }
.cause { color: var(--ink); background: var(--sunk); border-radius: 4px; padding: 0 .35rem; font-weight: 600; }
.chips { list-style: none; display: flex; flex-wrap: wrap; gap: .35rem; padding: 0; }
.chips li { background: var(--sunk); border-radius: 999px; padding: .05rem .65rem; font-size: .9rem; }
.row { border: 1px solid var(--line); border-radius: 8px; padding: .45rem .8rem; margin: .45rem 0; }
.row .head { overflow-wrap: anywhere; }
.row p { margin: .2rem 0; }
.badge { display: inline-block; border: 1px solid currentColor; border-radius: 999px; padding: 0 .55rem; font-size: .82rem; font-weight: 650; white-space: nowrap; }
.diff { margin: .3rem 0 .2rem; table-layout: fixed; min-width: 34rem; } .diff th:first-child { width: 22%; overflow-wrap: anywhere; }
.diff thead th { padding-top: 0; }
.diff td { overflow-wrap: anywhere; }
mark { color: inherit; border-radius: 3px; padding: .05em .1em; } .old mark { background: var(--old); } .new mark { background: var(--new); }
.old mark { text-decoration: underline dotted; } .new mark { text-decoration: underline; text-underline-offset: 3px; }
.same { display: inline; } .same summary { display: inline; font-size: .85rem; color: var(--soft); text-decoration: underline dotted; } .same[open] summary { display: block; }
.more > summary { padding: .3rem 0; }

@media (max-width: 720px) {
  main { padding: .75rem .75rem 0; } section, .banner, #filter { padding: .9rem; }
  h1 { font-size: 1.5rem; }
  .route { grid-template-columns: minmax(0, 1fr); } .route .arrow { transform: rotate(90deg); justify-self: center; }
  dl div { grid-template-columns: 6.2rem minmax(0, 1fr); }
  #filter { position: static; } #filter label { display: flex; gap: .5rem; width: 100%; justify-content: space-between; align-items: center; }
  .diff { min-width: 0; table-layout: auto; } .diff thead { display: none; } .diff tr, .diff th, .diff td { display: block; } .diff th:first-child { width: auto; font-weight: 600; padding-bottom: 0; }
  .diff td { border-top: 0; padding-top: .1rem; padding-bottom: .15rem; } .diff td::before { color: var(--soft); font-size: .82rem; } .diff .old::before { content: "target  "; } .diff .new::before { content: "file  "; } #shown { margin-left: 0; }
  .matrix th:first-child { max-width: 9.5rem; min-width: 5.5rem; } .minor { display: none; } .matrix .notes p { max-width: 70vw; }
  .matrix { font-size: .86rem; } .matrix th, .matrix td { padding: .35rem .25rem; } .matrix .name.data { white-space: normal; }
  .matrix .word { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
}
@media print {
  :root {
    --ground: #fff; --paper: #fff; --sunk: #f1f3f6; --ink: #000; --soft: #3d4653; --line: #b9c1cd; --link: #000;
    --good: #156b40; --warn: #7d5000; --bad: #a4231b; --good-ground: #fff; --warn-ground: #fff; --bad-ground: #fff;
    --insert: #156b40; --update: #17549c; --conflict: #a4231b; --invalid: #86266f; --skipped: #5c6675; --old: #fbd9d5; --new: #cdeed9;
  }
  body { font-size: 10pt; } main { max-width: none; padding: 0; } nav, #filter { display: none; }
  section, .banner { border-radius: 0; border-width: 0 0 1px; padding: .6rem 0; } .banner { border-left-width: 6px; padding-left: 1rem; }
  #filter, .calm { display: none; } .matrix .name.data { white-space: normal; } #approval { break-inside: avoid; } .rows { font-size: 7.5pt; }
  .scroll { overflow: visible; } .matrix { font-size: 7.5pt; } .matrix th, .matrix td { padding: .15rem .25rem; } .matrix thead th, .matrix .remark { font-size: 7pt; } .matrix th:first-child { position: static; min-width: 8rem; } .matrix .left { min-width: 0; } .matrix tfoot { display: table-row-group; } .bar { width: 40px; }
  .graph { max-width: 100%; height: auto; } .diff { min-width: 0; } .row, tr, h2, h3 { break-inside: avoid; } h2, h3 { break-after: avoid; }
  details::details-content { content-visibility: visible; display: block; height: auto; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
)css";
}

}  // namespace report
