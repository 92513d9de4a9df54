// What is due in each lecture, from what their pages kept in this browser, and one search over all of them.
(() => {
  const MOST_SHOWN = 12, WAIT_MS = 150, MARKS = /\p{M}/gu;
  const due = JSON.parse($("#due").textContent);
  const lectures = JSON.parse($("#found").textContent);
  const folded = (text) => text.normalize("NFD").replace(MARKS, "").toLowerCase();

  function kept(id) {
    try {
      return JSON.parse(localStorage.getItem(`lectern:${id}`))?.cards ?? {};
    } catch {
      return {}; // this browser keeps nothing, or something else wrote there
    }
  }

  function count() {
    const now = Date.now();
    const counts = due.map(({ id, cards }) => {
      const known = kept(id);
      return cards.filter((card) => known[card]?.due <= now).length;
    });
    counts.forEach((number, at) => {
      const badge = $(`[data-lecture="${at}"] [data-due]`);
      badge.textContent = `${word("count_due")} ${number}`;
      badge.hidden = !number;
    });
    $("[data-all-due]").textContent = word("course_due", { n: counts.reduce((sum, number) => sum + number, 0) });
  }

  const input = $("#query");
  let index = null;
  let timer = null;

  const build = () => lectures.map(({ title, link, texts }) => ({
    title, link, texts: texts.map(([kind, fragment, text]) => ({ kind, fragment, text, folded: folded(text) })),
  }));

  function look() {
    const query = input.value.trim();
    const wanted = folded(query).split(/\s+/).filter(Boolean);
    $("#search").hidden = !wanted.length;
    if (!wanted.length) return;
    index ??= build();
    const found = index.map((lecture) => ({ ...lecture, hits: lecture.texts.filter((each) => wanted.every((part) => each.folded.includes(part))) }));
    const some = found.filter((lecture) => lecture.hits.length);
    const total = some.reduce((sum, lecture) => sum + lecture.hits.length, 0);
    $("[data-found]").textContent = total ? word("results_some", { n: total }) : word("results_none", { query });
    $("[data-results]").replaceChildren(...some.flatMap(group));
  }

  function group({ title, link, hits }) {
    const rows = hits.slice(0, MOST_SHOWN).map((hit) => make("li", {}, make("a", { href: `${link}#${hit.fragment}`, dir: "auto" },
      make("span", { className: "soft" }, `${word(hit.kind)} `), hit.text)));
    return [make("h3", { dir: "auto" }, `${title} (${hits.length})`), make("ul", { className: "hits" }, ...rows)];
  }

  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, WAIT_MS); });
  input.form.addEventListener("submit", (event) => { event.preventDefault(); clearTimeout(timer); look(); $("[data-results] a")?.focus(); });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.target.matches("input")) return;
    event.preventDefault();
    input.focus();
  });
  window.addEventListener("storage", count);
  window.addEventListener("pageshow", count);
  count();
})();
