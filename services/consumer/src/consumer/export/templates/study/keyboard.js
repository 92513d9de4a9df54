// One key each for what is done often; nothing is taken from a field, a button's own keys, or the browser.
(() => {
  const help = $("[data-keys-help]");
  const VIEWS = { o: "overview", c: "cards", q: "quiz", g: "glossary", t: "transcript", m: "mixed" };

  function listen() {
    const note = session.piece()?.note;
    if (note) player.from(note.start, note.end);
  }

  const keys = {
    "/": () => $("#query").focus(),
    "?": () => help.showModal(),
    u: () => session.undo(),
    r: listen,
    p: () => player.toggle(),
    j: () => player.by(-10),
    l: () => player.by(10),
    ...Object.fromEntries(Object.entries(VIEWS).map(([key, name]) => [key, () => views.go(name)])),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    if (event.target.matches("input, select, textarea")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const isOwn = event.key === " " && event.target.matches("a, button, summary");
    if (isOwn || event.repeat) return;
    const isPiece = session.piece()?.press(event.key);
    const action = isPiece ? null : keys[event.key.toLowerCase()];
    if (!isPiece && !action) return;
    event.preventDefault();
    action?.();
  });
  $$("[data-keys]").forEach((button) => button.addEventListener("click", () => help.showModal()));
  $("[data-close]").addEventListener("click", () => help.close());
})();
