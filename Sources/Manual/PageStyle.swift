/// How the HTML page looks and searches. Nothing is fetched: fonts are the reader's own.
enum PageStyle {
  static let css = """
    :root { --ink: #1d2126; --dim: #5b6570; --paper: #ffffff; --shade: #f4f6f8; --line: #d9dfe5; \
    --link: #0a5f86; --key: #8a2f6b; --string: #2b6a30; --number: #98500a; --call: #0a5f86; --error: #a3261c; }
    @media (prefers-color-scheme: dark) { :root { --ink: #dde3e9; --dim: #98a4b0; --paper: #14181c; \
    --shade: #1d2329; --line: #313a43; --link: #77bfe6; --key: #e08fc2; --string: #93cf95; --number: #e6b06a; \
    --call: #77bfe6; --error: #ff9a8d; } }
    * { box-sizing: border-box; }
    html { scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; }
    body { margin: 0; background: var(--paper); color: var(--ink); \
    font: 1rem/1.55 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
    a { color: var(--link); text-decoration-thickness: 1px; text-underline-offset: 2px; }
    code, pre, samp { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: .875em; }
    pre code, pre samp { font-size: inherit; }
    code a { text-decoration: none; }
    code a:hover, code a:focus { text-decoration: underline; }
    p code, li code, td code, dd code { background: var(--shade); border-radius: 3px; padding: .08em .28em; \
    overflow-wrap: anywhere; }
    main { max-width: 48rem; padding: 1.5rem 1.25rem 6rem; margin: 0 auto; }
    h1, h2, h3, h4, h5 { line-height: 1.25; }
    h1 { font-size: 2.2rem; margin: .2rem 0 .6rem; }
    h2 { font-size: 1.75rem; margin: 4rem 0 1rem; padding-top: 1rem; border-top: 3px solid var(--line); }
    h3 { font-size: 1.25rem; margin: 2.4rem 0 .7rem; }
    h4 { font-size: 1.1rem; margin: 0 0 .35rem; font-family: ui-monospace, "DejaVu Sans Mono", Menlo, monospace; }
    article { border-top: 1px solid var(--line); padding: 1.3rem 0 .6rem; }
    article p { margin: .55rem 0; }
    .self { color: inherit; text-decoration: none; }
    .self:hover::after { content: " #"; color: var(--dim); }
    .form { color: var(--ink); overflow-wrap: anywhere; }
    .form code { background: none; padding: 0; white-space: pre-wrap; }
    .gives, .type { color: var(--dim); }
    dt .type { margin-left: 0; }
    dt .type.line { display: block; margin-left: 1.5rem; }
    .gives { font-size: .875em; }
    .label { margin: .8rem 0 .2rem; font-size: .8rem; font-weight: 600; color: var(--dim); \
    text-transform: uppercase; letter-spacing: .05em; }
    dl { margin: .2rem 0 .8rem; }
    dt { margin-top: .45rem; overflow-wrap: anywhere; }
    dd { margin: 0 0 0 1.5rem; }
    .note { font-size: .94rem; }
    .note b { color: var(--dim); font-weight: 600; margin-right: .35em; }
    pre { margin: 0; padding: .7rem .9rem; overflow-x: auto; line-height: 1.5; }
    pre.code, .example { background: var(--shade); border-radius: 6px; margin: .8rem 0; }
    .example pre.code { margin: 0; background: none; }
    pre.out { border-top: 1px solid var(--line); padding-left: 2.1rem; position: relative; color: var(--dim); }
    pre.out::before { content: "→"; position: absolute; left: .9rem; }
    .err { color: var(--error); }
    b.k { color: var(--key); font-weight: 600; } .f { color: var(--call); } .s { color: var(--string); } \
    .n { color: var(--number); } i.c { color: var(--dim); }
    .equation { border-left: 3px solid var(--line); margin: .8rem 0; }
    .math, .display { font-family: "STIX Two Math", "Cambria Math", "DejaVu Serif", Georgia, serif; }
    .display .part { display: inline-block; white-space: nowrap; margin-right: 2.2rem; padding: .15rem 0; }
    .math sub, .math sup { line-height: 0; font-size: .72em; }
    .display { margin: 1rem 0; padding: .3rem 1rem; overflow-x: auto; font-size: 1.08rem; \
    border-left: 3px solid var(--line); }
    .frac { display: inline-block; vertical-align: middle; text-align: center; margin: 0 .15em; font-size: .9em; }
    .frac > span { display: block; padding: 0 .2em; }
    .frac > span + span { border-top: 1px solid currentColor; }
    .root { border-top: 1px solid currentColor; padding: 0 .1em; }
    .scroll { overflow-x: auto; margin: .8rem 0; }
    table { border-collapse: collapse; font-size: .94rem; }
    th, td { text-align: left; vertical-align: top; padding: .4rem .9rem .4rem 0; border-bottom: 1px solid var(--line); }
    nav { padding: 1rem 1.25rem 0; font-size: .94rem; max-width: 48rem; margin: 0 auto; }
    nav .title { font-weight: 700; font-size: 1.1rem; margin: 0 0 .6rem; }
    nav a { color: inherit; text-decoration: none; }
    nav a:hover, nav a:focus { color: var(--link); text-decoration: underline; }
    nav ul { list-style: none; margin: .2rem 0 .6rem; padding-left: 1rem; }
    nav li { padding: .06rem 0; }
    nav li.head { margin-top: .5rem; font-weight: 600; color: var(--dim); }
    nav summary { cursor: pointer; padding: .12rem 0; }
    nav .leaf { margin: .12rem 0 .12rem 1rem; }
    #search input { width: 100%; font: inherit; padding: .4rem .6rem; border: 1px solid var(--line); \
    border-radius: 6px; background: var(--paper); color: inherit; }
    #search input:focus { outline: 2px solid var(--link); outline-offset: 0; }
    #search { margin-bottom: .6rem; }
    #found { padding-left: .2rem; }
    #found small { color: var(--dim); margin: 0 0 .3rem; overflow: hidden; display: -webkit-box; \
    -webkit-box-orient: vertical; -webkit-line-clamp: 2; }
    #found:empty { display: none; }
    @media (min-width: 62rem) {
      body { display: grid; grid-template-columns: 17.5rem minmax(0, 1fr); }
      nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; border-right: 1px solid var(--line); \
    padding-bottom: 2rem; margin: 0; }
      main { padding: 2rem 3rem 8rem; width: 100%; }
      #contents > summary { display: none; }
    }
    @media print {
      nav, script { display: none; }
      body { display: block; font-size: 10pt; }
      main { max-width: none; padding: 0; }
      a { color: inherit; text-decoration: none; }
      pre { white-space: pre-wrap; }
      article, .example, table { break-inside: avoid; }
      h2 { break-before: page; border-top: none; }
      h3, h4 { break-after: avoid; }
    }
    """

  /// Search over names. Written without the signs of markup, so that the page is well-formed XML.
  static let script = """
    (function () {
      var box = document.getElementById("find"), found = document.getElementById("found");
      var contents = document.getElementById("contents");
      var links = Array.prototype.slice.call(document.querySelectorAll("nav a[data-n]"));
      document.getElementById("search").hidden = false;
      contents.open = window.matchMedia("(min-width: 62rem)").matches;
      function rank(link, text) {
        var name = link.textContent.toLowerCase(), last = name.split(".").pop();
        if (name === text || last === text) { return 0; }
        if (name.indexOf(text) === 0 || last.indexOf(text) === 0) { return 1; }
        if (name.indexOf(text) !== -1) { return 2; }
        return link.getAttribute("data-n").toLowerCase().indexOf(text) !== -1 ? 3 : 4;
      }
      function search() {
        var text = box.value.trim().toLowerCase();
        found.textContent = "";
        contents.hidden = text !== "";
        if (text === "") { return; }
        [0, 1, 2, 3].forEach(function (wanted) {
          links.forEach(function (link) {
            if (rank(link, text) !== wanted) { return; }
            if (found.children.length === 30) { return; }
            var item = document.createElement("li"), copy = link.cloneNode(true);
            var line = document.createElement("small");
            line.textContent = link.getAttribute("data-n");
            item.appendChild(copy);
            item.appendChild(line);
            found.appendChild(item);
          });
        });
        if (found.children.length === 0) {
          var none = document.createElement("li");
          none.textContent = "nothing found";
          found.appendChild(none);
        }
      }
      box.addEventListener("input", search);
      box.addEventListener("keydown", function (event) {
        var first = found.querySelector("a");
        if (event.key === "Enter") { if (first) { location.hash = first.getAttribute("href"); } }
        if (event.key === "Escape") { box.value = ""; search(); }
      });
      document.addEventListener("keydown", function (event) {
        if (event.key === "/") { if (document.activeElement !== box) { event.preventDefault(); box.focus(); } }
      });
    })();
    """
}
