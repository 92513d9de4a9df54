// One search over cards, questions, terms, chapters and every sentence. Case, accents and order of words do not matter.
(() => {
  const MOST_SHOWN = 25, WAIT_MS = 120, MARKS = /\p{M}/gu;
  const form = $("[data-find]");
  const input = $("input", form);
  const found = $("[data-found]");
  const results = $("[data-results]");
  let index = null;
  let timer = null;

  const folded = (text) => text.normalize("NFD").replace(MARKS, "").toLowerCase();
  const entry = (kind, href, texts) => {
    const text = texts.map((each) => (each?.textContent ?? "").trim().replace(/\s+/g, " ")).filter(Boolean).join(" · ");
    return { kind, href, text, folded: folded(text) };
  };
  const build = () => [
    ...$$(".term").map((term) => entry("glossary", `#${term.id}`, [$("dt", term), $(".definition", term)])),
    ...$$("[data-chapter-of]").map((item) => entry("chapters", `#section-${item.dataset.chapterOf}`, [$("a", item), $("p:not(.name):not(.soft)", item)])),
    ...notes.cards.map((note) => entry("cards", `#card-${note.id}`, [note.front, note.back])),
    ...notes.items.map((note) => entry("questions", `#item-${note.id}`, [note.stem, ...note.options])),
    ...transcript.spans.map((said) => ({ ...entry("transcript", `#${said.id}`, [said]), at: Number(said.dataset.from) })),
  ];

  function look() {
    const query = input.value.trim();
    const wanted = folded(query).split(/\s+/).filter(Boolean);
    if (!wanted.length) {
      results.replaceChildren();
      found.textContent = word("search_hint");
      return;
    }
    index ??= build();
    const hits = index.filter((each) => wanted.every((part) => each.folded.includes(part)));
    found.textContent = hits.length ? word("results_some", { n: hits.length }) : word("results_none", { query });
    const kinds = [...new Set(hits.map((hit) => hit.kind))];
    results.replaceChildren(...kinds.flatMap((kind) => group(kind, hits.filter((hit) => hit.kind === kind), wanted)));
  }

  function group(kind, hits, wanted) {
    const list = make("ul", { className: "hits" });
    const more = make("button", { type: "button", on: { click: () => { draw(Infinity); $$("a", list)[MOST_SHOWN].focus(); } } }, `+ ${hits.length - MOST_SHOWN}`);
    const draw = (most) => {
      list.replaceChildren(...hits.slice(0, most).map((hit) => make("li", {}, make("a", { href: hit.href, dir: "auto" }, ...highlighted(hit, wanted)))));
      more.hidden = hits.length <= most;
    };
    draw(MOST_SHOWN);
    return [make("h3", {}, `${word(kind)} (${hits.length})`), list, more];
  }

  /** The text with its hits marked; where folding changed its length, it is left as it is. */
  function highlighted({ text, folded: flat, at }, wanted) {
    const time = at === undefined ? [] : [make("span", { className: "at" }, clock(at)), " "];
    if (flat.length !== text.length) return [...time, text];
    const hit = new RegExp(wanted.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|"), "g");
    const parts = [];
    let last = 0;
    for (const match of flat.matchAll(hit)) {
      parts.push(text.slice(last, match.index), make("mark", {}, text.slice(match.index, match.index + match[0].length)));
      last = match.index + match[0].length;
    }
    return [...time, ...parts, text.slice(last)];
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    if (views.current() !== "search") history.pushState(null, "", "#search");
    views.show("search");
    timer = setTimeout(look, WAIT_MS);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    look();
    ($("a", results) ?? input).focus();
  });
  views.onOpen("search", look);
})();
