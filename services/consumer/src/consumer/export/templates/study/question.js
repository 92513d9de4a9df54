// One quiz item: four options to choose from, then for every option why it is right or wrong.
const LETTERS = "ABCD";

/** Put a question on a stage; `done` is told whether it was answered right. Returns what keys do there. */
function showQuestion(stage, item, done, { focus = true, isLast = false } = {}) {
  const stem = make("h3", { className: "stem", dir: "auto", tabIndex: -1 }, copyOf(item.stem));
  const buttons = item.options.map(optionButton);
  const options = make("ol", { className: "choices" }, ...buttons.map((button) => make("li", {}, button)));
  const after = make("div", { className: "after", hidden: true });
  stage.replaceChildren(make("article", { className: "piece question" }, labels(item, word("question")), stem, options, after));
  if (focus) bringUp(stage, stem);
  let chosen = null;

  function optionButton(option, number) {
    return make("button", { type: "button", className: "choice", on: { click: () => choose(number) } },
      make("span", { className: "letter" }, LETTERS[number]), make("span", { className: "text", dir: "auto" }, copyOf(option)));
  }

  function choose(number) {
    if (chosen !== null) return;
    chosen = number;
    const isRight = number === item.key;
    progress.answer(item.id, isRight);
    buttons.forEach(judge);
    const next = make("button", { type: "button", className: "main", on: { click: () => done(isRight) } }, word(isLast ? "finish" : "next"), " ", make("kbd", { ariaHidden: "true" }, "Space"));
    after.append(
      make("p", { className: `verdict ${isRight ? "good" : "bad"}` }, word(isRight ? "right" : "wrong")),
      make("p", { className: "explanation", dir: "auto" }, copyOf(item.explanation)),
      make("div", { className: "proof" }, copyOf(item.proof)), next);
    after.hidden = false;
    next.focus({ preventScroll: true });
    after.scrollIntoView({ block: "nearest" });
    transcript.point(item.segment);
    tell(`${word(isRight ? "right" : "wrong")} ${item.explanation.textContent}`);
  }

  function judge(button, number) {
    const isKey = number === item.key;
    const reason = item.reasons[number];
    button.classList.add(isKey ? "right" : number === chosen ? "wrong" : "other");
    button.setAttribute("aria-disabled", "true");
    const says = isKey ? word("right_answer") : number === chosen ? word("your_answer") : "";
    const why = isKey || !reason || reason.hidden ? null : make("span", { className: "why", dir: "auto" }, copyOf(reason));
    $(".text", button).append(...[says ? make("span", { className: "says" }, says) : null, why].filter(Boolean));
  }

  function press(key) {
    const number = /^[1-4]$/.test(key) ? Number(key) - 1 : key.length === 1 ? LETTERS.indexOf(key.toUpperCase()) : -1;
    if (chosen === null && number >= 0) return choose(number), true;
    if (chosen !== null && key === " ") return done(chosen === item.key), true;
    return false;
  }

  return { note: item, press };
}
