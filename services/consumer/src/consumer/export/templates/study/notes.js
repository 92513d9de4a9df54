// The notes, read once from the sheets in the page, and what is to be learned of them when.
const notes = (() => {
  const NEW_A_DAY = 20;
  const AHEAD_MS = 20 * MINUTE_MS; // a card that is being learned may come this much early rather than end a session

  const about = (element) => ({
    id: element.dataset.id,
    start: Number(element.dataset.start),
    end: Number(element.dataset.end) || null,
    segment: element.dataset.segment,
    section: element.dataset.section,
    chapter: element.dataset.chapter,
  });
  const cards = $$("[data-card]").map((element) => ({
    ...about(element), type: "card", kind: element.dataset.kind,
    front: $(".front", element), back: $(".back .words", element), proof: $(".proof", element),
  }));
  const answersOf = new Map($$("[data-answers]").map((element) => [element.dataset.answers, element]));
  const items = $$("[data-item]").map((element) => {
    const answers = answersOf.get(element.dataset.id);
    return {
      ...about(element), type: "item", key: Number(element.dataset.key), stem: $(".stem", element),
      options: $$(".options > li", element), reasons: $$(".reasons > li", answers),
      explanation: $(".explanation", answers), proof: $(".proof", answers),
    };
  });
  const byId = new Map([...cards, ...items].map((note) => [`${note.type}-${note.id}`, note]));

  const isNew = (card) => !progress.card(card.id);
  const isDue = (card, now) => (progress.card(card.id)?.due ?? Infinity) <= now;
  const isWrong = (item) => progress.item(item.id)?.isRight === false;

  function counts(now = Date.now()) {
    const fresh = cards.filter(isNew).length;
    const due = cards.filter((card) => isDue(card, now)).length;
    return { fresh, due, known: cards.length - fresh - due, today: due + Math.min(fresh, newLeft(now)) };
  }
  const newLeft = (now) => Math.max(0, NEW_A_DAY - progress.startedToday(now));
  const byDue = (a, b) => progress.card(a.id).due - progress.card(b.id).due;

  /** What to learn now: due ones, then new ones in the lecture's order, at last what is due in a moment. */
  function toLearn(now = Date.now(), extra = 0) {
    const started = cards.filter((card) => !isNew(card)).sort(byDue);
    const due = started.filter((card) => isDue(card, now));
    const fresh = cards.filter(isNew).slice(0, newLeft(now) + extra);
    const soon = started.filter((card) => !isDue(card, now) && progress.card(card.id).state !== "review" && isDue(card, now + AHEAD_MS));
    return [...due, ...fresh, ...soon];
  }

  const nextDue = () => cards.filter((card) => !isNew(card)).sort(byDue)[0] ?? null;
  const wrong = () => items.filter(isWrong);

  /** Due and new cards and questions (the ones got wrong first), in turn and across chapters. */
  function mixture(now = Date.now()) {
    const asked = [...shuffled(wrong()), ...shuffled(items.filter((item) => !progress.item(item.id)))];
    const rest = shuffled(items.filter((item) => progress.item(item.id) && !isWrong(item)));
    const learned = toLearn(now);
    const ahead = shuffled(cards.filter((card) => !learned.includes(card)));
    return interleaved(across([...learned, ...ahead].slice(0, 12)), across([...asked, ...rest].slice(0, 12)));
  }

  function across(some) {
    const chapters = new Map();
    for (const note of some) chapters.set(note.section, [...(chapters.get(note.section) ?? []), note]);
    return interleaved(...chapters.values());
  }

  return { cards, items, byId, counts, toLearn, nextDue, wrong, mixture };
})();
