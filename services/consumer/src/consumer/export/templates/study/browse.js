// All cards as a list, drawn as it is scrolled to.
(() => {
  const AT_ONCE = 30;
  const list = $("[data-list]");
  if (!list) return;
  const more = make("li", { className: "more", ariaHidden: "true" });
  const watcher = new IntersectionObserver((entries) => { if (entries.some((entry) => entry.isIntersecting)) draw(); });
  let drawn = 0;

  function draw() {
    const some = notes.cards.slice(drawn, drawn + AT_ONCE);
    drawn += some.length;
    more.before(...some.map(row));
    if (drawn >= notes.cards.length) {
      watcher.disconnect();
      more.remove();
    }
  }

  function row(note) {
    return make("li", {}, make("a", { href: `#card-${note.id}`, dir: "auto" }, note.front.textContent.trim()), make("span", { className: "soft" }, when(note)));
  }

  function when(note) {
    const card = progress.card(note.id);
    if (!card) return word("not_seen");
    const wait = card.due - Date.now();
    return wait <= 0 ? word("due_today") : word("due_in", { time: span(wait) });
  }

  $("[data-all]").addEventListener("toggle", (event) => {
    watcher.disconnect();
    list.replaceChildren(more);
    drawn = 0;
    if (event.target.open) watcher.observe(more);
  });
})();
