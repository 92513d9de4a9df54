// Progress as a file, in and out; sheets to print.
(() => {
  const file = $("[data-load-file]");
  const LATER_MS = 10_000;

  function save() {
    const address = URL.createObjectURL(new Blob([progress.text()], { type: "application/json" }));
    const name = document.body.dataset.title.replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 60) || "lecture";
    make("a", { href: address, download: `${name}.progress.json` }).click();
    setTimeout(() => URL.revokeObjectURL(address), LATER_MS);
  }

  async function load() {
    const [chosen] = file.files;
    if (!chosen) return;
    try {
      say(word("loaded", { n: progress.merge(JSON.parse(await chosen.text())) }));
      session.restart();
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
      say(word("bad_file"));
    }
    file.value = "";
  }

  function say(text) {
    $("[data-kept]").textContent = text;
    tell(text);
  }

  function print(name) {
    document.documentElement.dataset.printing = name;
    window.print();
  }

  function show() {
    $("[data-kept]").hidden = !progress.isKept();
    $("[data-not-kept]").hidden = progress.isKept();
    const { today } = notes.counts();
    const badge = $("[data-due]");
    badge.textContent = String(today);
    badge.hidden = !today;
    const start = $("[data-today]");
    if (start) start.textContent = word("due_now", { n: today });
  }

  $("[data-save]").addEventListener("click", save);
  $("[data-load]").addEventListener("click", () => file.click());
  file.addEventListener("change", load);
  $("[data-forget]").addEventListener("click", () => {
    if (!confirm(word("forget_sure"))) return;
    progress.forget();
    session.restart();
  });
  $$("[data-print]").forEach((button) => button.addEventListener("click", () => print(button.dataset.print)));
  window.addEventListener("afterprint", () => { delete document.documentElement.dataset.printing; });
  progress.onChange(show);
  show();
})();
