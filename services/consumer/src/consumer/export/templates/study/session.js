// What comes next: cards by their schedule, the quiz item by item, and both mixed.
const session = (() => {
  const stages = Object.fromEntries($$("[data-stage]").map((stage) => [stage.dataset.stage, stage]));
  const active = {};
  let extraNew = 0;

  const button = (text, click, className = "") => make("button", { type: "button", className, on: { click } }, text);

  // Cards.
  function nextCard({ focus = true, note = null } = {}) {
    showCounts();
    const card = note ?? notes.toLearn(Date.now(), extraNew)[0];
    if (card) active.cards = showCard(stages.cards, card, () => nextCard(), { focus });
    else cardsDone(focus);
  }

  function cardsDone(focus) {
    active.cards = null;
    const next = notes.nextDue();
    const title = make("h3", { tabIndex: -1 }, word("all_done"));
    const wait = next ? make("p", {}, word("next_due", { time: span(progress.card(next.id).due - Date.now()) })) : null;
    const more = notes.counts().fresh ? button(word("more_new"), () => { extraNew += 10; nextCard(); }, "main") : null;
    const ahead = next ? button(word("study_ahead"), () => nextCard({ note: notes.nextDue() })) : null;
    stages.cards.replaceChildren(make("div", { className: "piece done" }, title, wait, make("p", { className: "buttons" }, more, " ", ahead)));
    if (focus) title.focus();
  }

  function showCounts() {
    const { fresh, due, known } = notes.counts();
    const count = (key, number) => make("span", {}, `${word(key)} `, make("b", {}, String(number)));
    $("[data-counts]")?.replaceChildren(count("count_due", due), count("count_new", fresh), count("count_known", known));
    const undo = $("[data-undo]");
    if (undo) undo.hidden = !progress.canUndo();
  }

  function undo() {
    const id = progress.undo();
    if (!id) return;
    tell(word("undone"));
    const note = notes.byId.get(`card-${id}`);
    const at = views.current() === "mixed" ? runs.mixed.queue.indexOf(note) : -1;
    if (at < 0) {
      if (views.current() !== "cards") views.go("cards");
      return nextCard({ note });
    }
    runs.mixed.at = at;
    show("mixed", runs.mixed, {});
  }

  // A run of several notes with an end: the quiz, or cards and questions mixed.
  const runs = {};

  function start(view, queue, options = {}, been = {}) {
    const run = { queue, at: 0, right: 0, asked: 0, wrong: [], isAside: false, ...been, go: () => step(view, run) };
    if (!run.isAside) runs[view] = run;
    show(view, run, options);
  }

  /** The view's run under way, of this visit or an earlier one; whether there is one. */
  function resume(view, options = {}) {
    const kept = progress.run(view);
    const note = (name) => notes.byId.get(name);
    if (!kept?.queue.every(note)) return false;
    start(view, kept.queue.map(note), options, { ...kept.been, wrong: kept.wrong.map(note).filter(Boolean) });
    return true;
  }

  function keep(view, { queue, at, right, asked, wrong }) {
    const names = (some) => some.map((note) => `${note.type}-${note.id}`);
    progress.keepRun(view, at < queue.length ? { queue: names(queue), wrong: names(wrong), been: { at, right, asked } } : null);
  }

  function show(view, run, options) {
    const stage = stages[view];
    const note = run.queue[run.at];
    if (!run.isAside) keep(view, run);
    if (!note) return finish(view, run, options);
    const holder = make("div", {});
    const bar = make("progress", { max: run.queue.length, value: run.at, ariaLabel: word("progress") });
    const count = make("span", {}, word("number_of", { n: run.at + 1, of: run.queue.length }));
    stage.replaceChildren(make("p", { className: "along" }, bar, count), holder);
    const isLast = run.at === run.queue.length - 1;
    const piece = note.type === "card" ? showCard(holder, note, run.go, options)
      : showQuestion(holder, note, (isRight) => { score(run, note, isRight); run.go(); }, { ...options, isLast });
    active[view] = { ...piece, isAside: run.isAside };
  }

  function score(run, item, isRight) {
    run.asked += 1;
    if (isRight) run.right += 1;
    else run.wrong.push(item);
  }

  function step(view, run) {
    run.at += 1;
    show(view, run, {});
  }

  function finish(view, run, { focus = true } = {}) {
    active[view] = null;
    if (run.asked && view === "quiz" && !run.isAside) progress.finish(run.right, run.asked);
    const title = make("h3", { tabIndex: -1 }, run.asked ? word("result", { right: run.right, of: run.asked }) : word("nothing_wrong"));
    const review = run.wrong.map((item) => make("li", { dir: "auto" }, make("a", { href: `#item-${item.id}` }, item.stem.textContent.trim())));
    const list = review.length ? [make("h4", {}, word("go_over")), make("ul", {}, ...review)] : [];
    const waiting = run.isAside ? progress.run(view) : null;
    const again = waiting
      ? button(word("go_on", { n: waiting.been.at + 1, of: waiting.queue.length }), () => { if (!resume(view)) begin(view); }, "main")
      : button(word("start_again"), () => begin(view), "main");
    stages[view].replaceChildren(make("div", { className: "piece done" }, title, ...list, make("p", { className: "buttons" }, again, " ", wrongOnly())));
    showHistory();
    if (focus) title.focus();
  }

  const wrongOnly = () => notes.wrong().length ? button(`${word("only_wrong")} (${notes.wrong().length})`, () => { views.show("quiz"); start("quiz", shuffled(notes.wrong())); }) : null;

  function showHistory() {
    const place = $("[data-history]");
    if (!place) return;
    const past = progress.runs().slice(0, 10).map((run) => make("li", {},
      make("time", { dateTime: new Date(run.at).toISOString() }, new Date(run.at).toLocaleDateString(document.documentElement.lang)), " ",
      word("result", { right: run.right, of: run.of })));
    const wrong = wrongOnly();
    place.replaceChildren(...(wrong && active.quiz ? [make("p", { className: "buttons" }, wrong)] : []),
      ...(past.length ? [make("h3", {}, word("history")), make("ul", { className: "history" }, ...past)] : []));
  }

  const begin = (view, options = {}) => start(view, view === "quiz" ? notes.items : notes.mixture(), options);

  /** Show one note now; a question alone, a card before what is due. */
  function open(note) {
    if (note.type === "card") nextCard({ note });
    else start("quiz", [note], {}, { isAside: true });
    stages[note.type === "card" ? "cards" : "quiz"].scrollIntoView({ block: "nearest" });
  }

  /** What a note is on the stage of the current view. */
  const piece = () => active[views.current()] ?? null;

  if (stages.cards) views.onOpen("cards", () => { if (!active.cards) nextCard({ focus: false }); });
  if (stages.quiz) views.onOpen("quiz", () => {
    if ((!active.quiz || active.quiz.isAside) && !resume("quiz", { focus: false })) begin("quiz", { focus: false });
    showHistory();
  });
  views.onOpen("mixed", () => { if (!active.mixed && !resume("mixed", { focus: false })) begin("mixed", { focus: false }); });
  $("[data-undo]")?.addEventListener("click", undo);
  progress.onChange(showCounts);

  return { open, undo, piece, restart: () => { for (const view of Object.keys(active)) active[view] = null; views.show(views.current()); } };
})();
