// FSRS-6 (https://github.com/open-spaced-repetition/fsrs4anki/wiki/The-Algorithm) with its default parameters:
// when a card comes again so that it is remembered with a probability of 0.9. Intervals are not fuzzed.
const fsrs = (() => {
  const W = [
    0.212, 1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194, 0.001, 1.8722, 0.1666, 0.796, 1.4835, 0.0614, 0.2629,
    1.6483, 0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.1542,
  ];
  const AGAIN = 1, HARD = 2, GOOD = 3, EASY = 4;
  const DAY = 86_400_000, MINUTE = 60_000;
  const STEPS = { learning: [MINUTE, 10 * MINUTE], relearning: [10 * MINUTE] };
  const RETENTION = 0.9, LONGEST_DAYS = 36_500, LEAST_STABILITY = 0.001;
  const DECAY = -W[20], FACTOR = 0.9 ** (1 / DECAY) - 1;

  const bounded = (value, low, high) => Math.min(Math.max(value, low), high);
  const stable = (value) => Math.max(value, LEAST_STABILITY);
  const startDifficulty = (rating) => W[4] - Math.exp(W[5] * (rating - 1)) + 1;

  function nextDifficulty(difficulty, rating) {
    const damped = difficulty + ((10 - difficulty) * -(W[6] * (rating - 3))) / 9;
    return bounded(W[7] * startDifficulty(EASY) + (1 - W[7]) * damped, 1, 10);
  }

  function sameDay(stability, rating) {
    const growth = Math.exp(W[17] * (rating - 3 + W[18])) * stability ** -W[19];
    return stable(stability * (rating === AGAIN ? growth : Math.max(growth, 1)));
  }

  function forgotten({ stability, difficulty }, recall) {
    const long = W[11] * difficulty ** -W[12] * ((stability + 1) ** W[13] - 1) * Math.exp((1 - recall) * W[14]);
    return stable(Math.min(long, stability / Math.exp(W[17] * W[18])));
  }

  function recalled({ stability, difficulty }, recall, rating) {
    const bonus = (rating === HARD ? W[15] : 1) * (rating === EASY ? W[16] : 1);
    const ease = Math.exp(W[8]) * (11 - difficulty) * stability ** -W[9];
    return stable(stability * (1 + ease * (Math.exp((1 - recall) * W[10]) - 1) * bonus));
  }

  /** Half to even, as Python rounds. */
  function rounded(value) {
    const low = Math.floor(value);
    if (value - low !== 0.5) return Math.round(value);
    return low % 2 ? low + 1 : low;
  }

  function intervalMs(stability) {
    const days = (stability / FACTOR) * (RETENTION ** (1 / DECAY) - 1);
    return bounded(rounded(days), 1, LONGEST_DAYS) * DAY;
  }

  const wholeDays = (card, now) => Math.floor((now - card.last) / DAY);

  /** The probability that a card is remembered now. */
  function recall(card, now) {
    if (!card.last) return 0;
    return (1 + (FACTOR * Math.max(0, wholeDays(card, now))) / card.stability) ** DECAY;
  }

  function memory(card, rating, now) {
    if (!card.stability) {
      return { stability: stable(W[rating - 1]), difficulty: bounded(startDifficulty(rating), 1, 10) };
    }
    const difficulty = nextDifficulty(card.difficulty, rating);
    if (wholeDays(card, now) < 1) return { stability: sameDay(card.stability, rating), difficulty };
    const kept = recall(card, now);
    const stability = rating === AGAIN ? forgotten(card, kept) : recalled(card, kept, rating);
    return { stability, difficulty };
  }

  /** Where the card stands then, and after how long it comes again. */
  function place(card, rating, stability) {
    const long = { state: "review", step: null, wait: intervalMs(stability) };
    if (card.state === "review") {
      return rating === AGAIN ? { state: "relearning", step: 0, wait: STEPS.relearning[0] } : long;
    }
    const steps = STEPS[card.state];
    const step = card.step ?? 0;
    if (rating === AGAIN) return { state: card.state, step: 0, wait: steps[0] };
    if (rating === EASY || (rating === GOOD && step + 1 >= steps.length)) return long;
    if (rating === GOOD) return { state: card.state, step: step + 1, wait: steps[step + 1] };
    if (step > 0) return { state: card.state, step, wait: steps[step] };
    return { state: card.state, step, wait: steps.length === 1 ? steps[0] * 1.5 : (steps[0] + steps[1]) / 2 };
  }

  /** The card after it was rated 1 (again) to 4 (easy) at `now`, in milliseconds; a new card is null. */
  function review(card, rating, now) {
    const before = card ?? { state: "learning", step: 0 };
    const { stability, difficulty } = memory(before, rating, now);
    const { state, step, wait } = place(before, rating, stability);
    const reviews = (before.reviews ?? 0) + 1;
    const lapses = (before.lapses ?? 0) + (before.state === "review" && rating === AGAIN ? 1 : 0);
    return { state, step, stability, difficulty, last: now, due: now + wait, reviews, lapses };
  }

  return { review, recall, AGAIN, HARD, GOOD, EASY };
})();
