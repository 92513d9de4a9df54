// What the student has done, kept in the browser by note id: { cards, items, runs, underWay, undoable }. Each change is read
// and written at once, so that two open pages do not overwrite each other.
const progress = (() => {
  const LECTURE = document.body.dataset.lecture;
  const KEY = `lectern:${LECTURE}`;
  const MOST_RUNS = 50;
  const MOST_UNDO = 50;
  const empty = () => ({ version: 1, lecture: LECTURE, title: document.body.dataset.title, cards: {}, items: {}, runs: [], underWay: {}, undoable: [], started: {} });
  const listeners = [];
  let memory = empty();
  let text = null; // what `memory` was read from: parsing it for each card would be slow
  let kept = true;

  const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  const whole = (found) => ({ ...empty(), ...found, cards: { ...found.cards }, items: { ...found.items }, runs: [...(found.runs ?? [])], underWay: { ...found.underWay }, undoable: [...(found.undoable ?? [])], started: { ...found.started } });

  function read() {
    if (!kept) return memory;
    try {
      const found = localStorage.getItem(KEY);
      if (found !== text || !found) memory = found ? whole(JSON.parse(found)) : empty();
      text = found;
    } catch {
      kept = false;
    }
    return memory;
  }

  function write(all) {
    memory = all;
    try {
      text = JSON.stringify(all);
      localStorage.setItem(KEY, text);
    } catch {
      kept = false;
    }
    listeners.forEach((listener) => listener());
  }

  const today = (now) => new Date(now).toLocaleDateString("sv");

  function rate(id, rating, now = Date.now()) {
    const all = read();
    const before = all.cards[id] ?? null;
    all.undoable = [...all.undoable, { id, before, day: before ? null : today(now) }].slice(-MOST_UNDO);
    all.cards[id] = fsrs.review(before, rating, now);
    if (!before) all.started = { [today(now)]: (all.started[today(now)] ?? 0) + 1 };
    write(all);
  }

  /** Take the last rating back; the card's id, or null. */
  function undo() {
    const all = read();
    const last = all.undoable.pop();
    if (!last) return null;
    if (last.before) all.cards[last.id] = last.before;
    else delete all.cards[last.id];
    if (last.day && all.started[last.day]) all.started[last.day] -= 1;
    write(all);
    return last.id;
  }

  function answer(id, isRight, now = Date.now()) {
    const all = read();
    const before = all.items[id] ?? { right: 0, wrong: 0 };
    all.items[id] = { right: before.right + (isRight ? 1 : 0), wrong: before.wrong + (isRight ? 0 : 1), last: now, isRight };
    write(all);
  }

  function finish(right, of, now = Date.now()) {
    const all = read();
    all.runs = [{ at: now, right, of }, ...all.runs].slice(0, MOST_RUNS);
    write(all);
  }

  /** The run of a view that is under way, null at its end: what it asks, what was wrong, and how far it is. */
  function keepRun(view, run) {
    const all = read();
    all.underWay[view] = run;
    write(all);
  }

  function run(view) {
    const kept = read().underWay[view];
    return Array.isArray(kept?.queue) ? kept : null;
  }

  /** The later of two stories of each note; how many notes the other had. Throws where it is none of ours. */
  function merge(other) {
    if (!isObject(other) || other.version !== 1 || other.lecture !== LECTURE) throw new TypeError("not this lecture's");
    if (![other.cards, other.items].every((notes) => isObject(notes) && Object.values(notes).every(isSound))) throw new TypeError("not progress");
    const all = read();
    for (const kind of ["cards", "items"]) {
      for (const [id, note] of Object.entries(other[kind])) {
        if (note.last <= (all[kind][id]?.last ?? 0)) continue;
        all[kind][id] = note;
        if (kind === "cards") all.undoable = all.undoable.filter((rated) => rated.id !== id);
      }
    }
    const runs = (Array.isArray(other.runs) ? other.runs : []).filter((run) => [run?.at, run?.right, run?.of].every(Number.isFinite));
    all.runs = [...new Map([...all.runs, ...runs].map((run) => [run.at, run])).values()].sort((a, b) => b.at - a.at).slice(0, MOST_RUNS);
    write(all);
    return Object.keys(other.cards).length + Object.keys(other.items).length;
  }

  function isSound(note) {
    if (!isObject(note) || !Number.isFinite(note.last)) return false;
    const isCard = ["learning", "review", "relearning"].includes(note.state);
    const numbers = isCard ? [note.due, note.stability, note.difficulty] : [note.right, note.wrong];
    return numbers.every((number) => Number.isFinite(number) && number >= 0);
  }

  window.addEventListener("storage", (event) => {
    if (event.key === KEY) listeners.forEach((listener) => listener());
  });
  try {
    localStorage.setItem("lectern:", "");
    localStorage.removeItem("lectern:");
  } catch {
    kept = false;
  }

  return {
    card: (id) => read().cards[id] ?? null,
    item: (id) => read().items[id] ?? null,
    runs: () => read().runs,
    startedToday: (now = Date.now()) => read().started[today(now)] ?? 0,
    canUndo: () => read().undoable.length > 0,
    isKept: () => kept,
    text: () => JSON.stringify(read(), null, 1),
    onChange: (listener) => listeners.push(listener),
    forget: () => write(empty()),
    rate, undo, answer, finish, keepRun, run, merge,
  };
})();
