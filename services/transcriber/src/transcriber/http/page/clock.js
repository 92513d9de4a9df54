// Times and sizes as people read them.

const two = (number) => String(number).padStart(2, "0");

/** Seconds as m:ss, or h:mm:ss. */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** A language's code as its English name. */
export function languageName(code) {
  try {
    return new Intl.DisplayNames(["en"], { type: "language" }).of(code);
  } catch {
    return code; // Whisper has codes of its own
  }
}

export const percent = (share) => `${Math.floor(Math.min(1, share) * 100)} %`;

/** "1 file", "2 files". */
export const counted = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
