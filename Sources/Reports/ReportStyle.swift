/// How reports look; the manual's colours. Nothing is fetched: fonts are the reader's own.
enum ReportStyle {
  static let css = """
    :root { --ink: #1d2126; --dim: #5b6570; --paper: #ffffff; --shade: #f4f6f8; --line: #d9dfe5; \
    --link: #0a5f86; --key: #8a2f6b; --string: #2b6a30; --number: #98500a; --call: #0a5f86; --error: #a3261c; \
    --warn: #7a5200; --edge: #8b949e; }
    @media (prefers-color-scheme: dark) { :root { --ink: #dde3e9; --dim: #98a4b0; --paper: #14181c; \
    --shade: #1d2329; --line: #313a43; --link: #77bfe6; --key: #e08fc2; --string: #93cf95; --number: #e6b06a; \
    --call: #77bfe6; --error: #ff9a8d; --warn: #e8c268; --edge: #76818c; } }
    * { box-sizing: border-box; }
    html { scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; }
    body { margin: 0 auto; max-width: 64rem; padding: 1.5rem 1.25rem 4rem; background: var(--paper); \
    color: var(--ink); font: 1rem/1.55 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; overflow-wrap: break-word; }
    a { color: var(--link); text-decoration-thickness: 1px; text-underline-offset: 2px; }
    a:focus-visible, button:focus-visible, input:focus-visible, select:focus-visible, summary:focus-visible, \
    [tabindex]:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 2px; }
    code, pre, samp { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: .875em; }
    pre code, pre samp { font-size: inherit; }
    p code, li code, td code, dd code, figcaption code { overflow-wrap: anywhere; }
    h1, h2, h3, h4, h5, h6 { line-height: 1.25; }
    h1 { font-size: 2rem; margin: .2rem 0 .6rem; }
    h2 { font-size: 1.4rem; margin: 2.6rem 0 .8rem; padding-top: .8rem; border-top: 2px solid var(--line); }
    h3 { font-size: 1.2rem; margin: 0 0 .5rem; }
    header p, .chapter > p, .cell p, li { max-width: 46rem; }
    .state, .note, figcaption, caption, .omitted, .saved, .took { color: var(--dim); }
    .cell { margin: 0 0 2.2rem; }
    .cell + .cell { border-top: 1px solid var(--line); padding-top: 1.6rem; }
    .source { position: relative; }
    .took { position: absolute; right: .7rem; top: .35rem; font-size: .8rem; background: var(--shade); padding-left: .5rem; }
    pre { margin: .7rem 0; padding: .7rem .9rem; overflow-x: auto; line-height: 1.5; border-radius: 6px; }
    pre.code, pre.plain { background: var(--shade); }
    pre.plain { white-space: pre-wrap; }
    pre.out { border-left: 3px solid var(--line); border-radius: 0; padding: .2rem .9rem; }
    pre.value samp { white-space: pre-wrap; overflow-wrap: anywhere; }
    b.k { color: var(--key); font-weight: 600; } .f { color: var(--call); } .s { color: var(--string); } \
    .n { color: var(--number); } i.c { color: var(--dim); }
    td.n, th.n { color: inherit; }
    .trouble { border-left: 4px solid var(--warn); background: var(--shade); padding: .3rem .9rem; margin: .8rem 0; \
    border-radius: 0 6px 6px 0; }
    .trouble p { margin: .2rem 0; color: var(--warn); }
    .trouble pre { margin: 0; padding: 0 0 .3rem; }
    .trouble.error { border-color: var(--error); }
    .trouble.error p { color: var(--error); }
    figure { margin: 1rem 0; }
    figure > img, figure > svg { max-width: 100%; height: auto; display: block; border-radius: 3px; }
    figure > img.drawing { background: #fff; }
    figcaption { font-size: .92rem; margin-top: .35rem; max-width: 46rem; overflow-wrap: anywhere; }
    .legend { list-style: none; margin: .5rem 0 0; padding: 0; display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; \
    font-size: .92rem; }
    .swatch { display: inline-block; width: .9em; height: .9em; margin-right: .4em; border: 1px solid var(--edge); \
    vertical-align: -.08em; }
    .maps { margin: 1rem 0; }
    .tools { display: flex; flex-wrap: wrap; gap: .3rem 1.4rem; align-items: center; font-size: .92rem; \
    margin-bottom: .6rem; }
    .tools[hidden] { display: none; }
    .tools label { display: inline-flex; align-items: center; gap: .45rem; min-height: 1.9rem; }
    .tools input[type=range] { width: 9rem; accent-color: var(--link); }
    .tools input[type=checkbox] { width: 1.1rem; height: 1.1rem; accent-color: var(--link); }
    .tools select, th button { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--edge); \
    border-radius: 4px; padding: .1rem .35rem; }
    .tiles { display: flex; flex-wrap: wrap; gap: 1rem 1.2rem; align-items: flex-start; }
    .tile { margin: 0; flex: 0 1 auto; width: min(100%, 18rem); }
    .tiles:has(> :nth-child(4)) > .tile { width: min(100%, 14.4rem); }
    .tile:only-child { width: min(100%, 30rem); }
    .stage { position: relative; width: 100%; overflow: hidden; background: #000; border-radius: 3px; }
    .stage > * { position: absolute; display: block; }
    .stage > [hidden] { display: none; }
    .stage > svg { inset: 0; width: 100%; height: 100%; }
    .stage .cross { width: 13px; height: 13px; margin: -7px 0 0 -7px; border: 2px solid #fff; border-radius: 50%; \
    box-shadow: 0 0 0 2px #000; pointer-events: none; }
    .bar { height: .7rem; margin-top: .4rem; border: 1px solid var(--edge); border-radius: 2px; }
    .ticks { display: flex; justify-content: space-between; font-size: .8rem; font-variant-numeric: tabular-nums; }
    .bar, .ticks { max-width: 100%; }
    .bar, .swatch, .token, .stage { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
    .reading { font-size: .8rem; min-height: 1.3em; margin: 0; font-variant-numeric: tabular-nums; color: var(--dim); }
    .tile figcaption { margin-top: 0; }
    .tokens { line-height: 1.2; margin: .3rem 0; max-width: none; }
    .token { display: inline-block; padding: .25rem .45rem; border-radius: 4px; margin: .12rem 0; text-align: center; }
    .token.joined { margin-left: -.3rem; border-top-left-radius: 0; border-bottom-left-radius: 0; }
    .token small { display: block; font-size: .72rem; font-variant-numeric: tabular-nums; }
    caption.unsaid { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
    .scroll { overflow-x: auto; margin: .8rem 0; max-width: 100%; }
    table { border-collapse: collapse; font-size: .94rem; }
    caption { text-align: left; padding-bottom: .3rem; font-size: .92rem; }
    th, td { text-align: left; vertical-align: top; padding: .3rem 1rem .3rem 0; border-bottom: 1px solid var(--line); }
    thead th { border-bottom: 2px solid var(--edge); }
    td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
    th button { border-color: transparent; padding: 0 .2rem; margin: 0 -.2rem; font-weight: 600; cursor: pointer; }
    th button:hover { border-color: var(--edge); }
    th button::after { content: "↕"; padding-left: .3em; color: var(--dim); }
    th[aria-sort=ascending] button::after { content: "↑"; color: inherit; }
    th[aria-sort=descending] button::after { content: "↓"; color: inherit; }
    dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .2rem 1.2rem; margin: .5rem 0; }
    dt { color: var(--dim); } dd { margin: 0; overflow-wrap: anywhere; }
    .hash { font-size: .75rem; overflow-wrap: anywhere; }
    .saved, .omitted { font-size: .92rem; overflow-wrap: anywhere; }
    summary { cursor: pointer; }
    .defs { position: absolute; }
    .math, .display { font-family: "STIX Two Math", "Cambria Math", "DejaVu Serif", Georgia, serif; }
    .display .part { display: inline-block; margin-right: 2.2rem; }
    .frac { display: inline-block; vertical-align: middle; text-align: center; margin: 0 .15em; font-size: .9em; }
    .frac > span { display: block; padding: 0 .2em; }
    .frac > span + span { border-top: 1px solid currentColor; }
    .root { border-top: 1px solid currentColor; padding: 0 .1em; }
    @media (max-width: 40rem) { .took { position: static; display: block; text-align: right; background: none; } }
    @media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
    @media print {
      :root { --ink: #000; --dim: #444; --paper: #fff; --shade: #f4f4f4; --line: #ccc; --link: #000; }
      body { max-width: none; padding: 0; font-size: 10pt; }
      .tools, .reading, .cross, script { display: none; }
      a { color: inherit; text-decoration: none; }
      pre { white-space: pre-wrap; overflow-wrap: anywhere; }
      pre.code, pre.plain, .trouble { border: 1px solid #ccc; }
      th button::after { content: none; }
      .scroll { overflow: visible; }
      figure, .tile, .token, tr, .trouble { break-inside: avoid; }
      .tiles > .tile.tile { width: 23%; } .tiles > .tile.tile:only-child { width: 50%; }
      figure > img, figure > svg { max-height: 20cm; width: auto; }
      h2, h3 { break-after: avoid; }
      .chapter + .chapter { break-before: page; }
    }
    """
}
