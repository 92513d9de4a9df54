// One view at a time, named by the address' fragment; beside it, on a wide screen, the transcript.
const views = (() => {
  const wide = matchMedia("(min-width: 75rem)");
  const all = $$("[data-view]");
  const names = new Set(all.map((view) => view.id));
  const opened = new Map();
  let current = "overview";

  /** Called each time a view is shown. */
  const onOpen = (name, listener) => opened.set(name, listener);

  function show(name) {
    current = name === "transcript" && wide.matches ? current : name;
    all.forEach((view) => { view.hidden = view.id !== current && !(wide.matches && view.id === "transcript"); });
    $$(".bar nav a").forEach((link) => {
      if (link.hash === `#${name}`) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    });
    opened.get(current)?.();
  }

  /** Show what the fragment names, and put the focus there. */
  function follow({ focus = true } = {}) {
    const name = decodeURIComponent(location.hash.slice(1)) || "overview";
    if (names.has(name)) {
      show(name);
      if (focus) land($(`#${name}-title`), name === "transcript" && wide.matches ? "nearest" : "start");
      return;
    }
    const note = notes.byId.get(name);
    if (note) {
      show(note.type === "card" ? "cards" : "quiz");
      session.open(note);
      return;
    }
    const target = document.getElementById(name);
    if (!target) return show("overview");
    const view = target.closest("[data-view]");
    if (view) show(view.id);
    mark(target);
    land(target, "center", focus);
  }

  function land(target, block, focus = true) {
    target.scrollIntoView({ block });
    if (!focus) return;
    if (!target.matches("a, button, input, [tabindex]")) target.tabIndex = -1;
    target.focus({ preventScroll: true });
  }

  function mark(target) {
    $$(".marked").forEach((element) => element.classList.remove("marked"));
    target.classList.add("marked");
  }

  /** Go there at once: the next key may come before the event of a new fragment does. */
  function go(name) {
    if (location.hash !== `#${name}`) history.pushState(null, "", `#${name}`);
    follow();
  }

  wide.addEventListener("change", () => show(current));
  window.addEventListener("hashchange", () => follow());
  return { follow, show, go, mark, onOpen, isWide: () => wide.matches, current: () => current };
})();
