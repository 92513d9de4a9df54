// One card: its front, then its back with the words that prove it, then how well it was known.
const RATINGS = ["again", "hard", "good", "easy"];

/** Put a card on a stage; `done` is called once it was rated. Returns what keys do there. */
function showCard(stage, note, done, { focus = true } = {}) {
  const front = make("div", { className: "front", dir: "auto", tabIndex: -1 }, copyOf(note.front));
  const reveal = make("button", { type: "button", className: "main reveal", on: { click: turn } }, word("show_answer"), " ", make("kbd", { ariaHidden: "true" }, "Space"));
  const rates = make("div", { className: "rates", role: "group", ariaLabel: word("how_well"), hidden: true }, ...RATINGS.map(rateButton));
  const back = make("div", { className: "back", hidden: true });
  const piece = make("article", { className: "piece card" }, labels(note, word(`kind_${note.kind}`)), front, back, reveal, rates);
  stage.replaceChildren(piece);
  if (focus) bringUp(stage, reveal);

  function rateButton(name, number) {
    return make("button", { type: "button", className: `rate ${name}`, on: { click: () => rate(number + 1) } },
      make("b", {}, word(name)), make("small", {}), make("kbd", { ariaHidden: "true" }, String(number + 1)));
  }

  function turn() {
    if (!back.hidden) return;
    const blank = $(".blank", front);
    if (blank) blank.replaceWith(make("mark", { className: "filled" }, copyOf(note.back)));
    else back.append(make("div", { className: "words", dir: "auto" }, copyOf(note.back)));
    back.append(make("div", { className: "proof" }, copyOf(note.proof)));
    back.hidden = false;
    reveal.hidden = true;
    rates.hidden = false;
    const now = Date.now();
    $$("small", rates).forEach((small, at) => { small.textContent = span(fsrs.review(progress.card(note.id), at + 1, now).due - now); });
    $(".good", rates).focus({ preventScroll: true });
    rates.scrollIntoView({ block: "nearest" });
    transcript.point(note.segment);
    tell(`${word("answer")}: ${note.back.textContent}`);
  }

  function rate(rating) {
    progress.rate(note.id, rating);
    done();
  }

  function press(key) {
    const number = Number(key);
    if (key === " ") return back.hidden ? (turn(), true) : (rate(fsrs.GOOD), true);
    if (number >= 1 && number <= 4 && !back.hidden) return rate(number), true;
    return false;
  }

  return { note, press };
}

/** The focus on what comes next, and the stage's top in sight. */
function bringUp(stage, element) {
  if (stage.getBoundingClientRect().top < 0) stage.scrollIntoView({ block: "start" });
  element.focus({ preventScroll: true });
}

/** The line above a note: its chapter, and what kind it is. */
function labels(note, kind) {
  const chapter = note.chapter ? make("span", { className: "chapter", dir: "auto" }, note.chapter) : null;
  return make("p", { className: "label" }, chapter, make("span", { className: "kind" }, kind));
}
