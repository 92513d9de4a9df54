// The transcript follows the audio: sentence by sentence, word by word where the words have times.
const transcript = (() => {
  const TIMES = JSON.parse($("#times").textContent);
  const HANDS_OFF_MS = 4000; // after the student scrolled
  const pane = $("#transcript");
  const spans = $$("[data-from]", pane);
  const starts = spans.map((element) => Number(element.dataset.from));
  const follow = $("[data-follow]");
  let now = null;
  let words = [];
  let scrolledAt = 0;

  /** The last one that has begun. */
  function indexAt(times, seconds) {
    let [low, high] = [0, times.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle] <= seconds) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  function leave() {
    if (!now) return;
    now.classList.remove("now");
    if (words.length) now.textContent = now.textContent;
    words = [];
    now = null;
  }

  function enter(element) {
    leave();
    now = element;
    element.classList.add("now");
    const times = TIMES[element.id.slice(1)];
    if (times) words = split(element, times);
    if (follow.checked && !pane.hidden && Date.now() - scrolledAt > HANDS_OFF_MS) bring(element);
  }

  function split(element, times) {
    const text = element.textContent;
    const made = [];
    let at = 0;
    for (let number = 0; number < times.length; number += 2) {
      const part = make("span", { className: "word" }, text.slice(at, (at += times[number + 1])));
      made.push({ start: times[number] / 100, element: part });
    }
    element.replaceChildren(...made.map((each) => each.element), text.slice(at));
    return made;
  }

  function bring(element) {
    const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
    if (!views.isWide()) return element.scrollIntoView({ block: "center", behavior });
    const [box, seen] = [pane.getBoundingClientRect(), element.getBoundingClientRect()];
    pane.scrollBy({ top: seen.top - box.top - box.height / 3, behavior });
  }

  /** Where the transcript stands beside a note, show the words that prove it. */
  function point(segment) {
    const element = document.getElementById(`s${segment}`);
    if (!element || !views.isWide() || player.isPlaying()) return;
    views.mark(element);
    bring(element);
  }

  function move(seconds) {
    const at = indexAt(starts, seconds);
    const element = spans[at];
    const isSaid = element && seconds <= Number(element.dataset.to) + 0.3;
    if (!isSaid) return leave();
    if (element !== now) enter(element);
    const current = indexAt(words.map((each) => each.start), seconds);
    words.forEach((each, number) => each.element.classList.toggle("spoken", number === current));
  }

  pane.addEventListener("click", (event) => {
    const said = event.target.closest("[data-from]");
    if (!said || getSelection().toString()) return;
    player.from(Number(said.dataset.from));
  });
  for (const kind of ["wheel", "touchmove"]) window.addEventListener(kind, () => { scrolledAt = Date.now(); }, { passive: true });
  player.onMove((seconds, isPlaying) => { if (isPlaying || now || seconds) move(seconds); });
  return { spans, point };
})();
