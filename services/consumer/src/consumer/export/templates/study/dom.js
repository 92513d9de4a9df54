// What every part uses: finding and making elements, words of the interface, times.
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const WORDS = JSON.parse($("#words").textContent);

/** A word of the interface; {name} is replaced by the value of that name. */
const word = (key, values = {}) => WORDS[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);

/** An element. Children are nodes or texts; texts never become markup. */
function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name in element && name !== "list") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** A copy of what an element holds, formulas included; no id stands twice. */
function copyOf(element) {
  const fragment = document.createDocumentFragment();
  if (!element) return fragment;
  fragment.append(...[...element.childNodes].map((node) => node.cloneNode(true)));
  $$("[id]", fragment).forEach((part) => part.removeAttribute("id"));
  return fragment;
}

/** `1:05`, `1:02:05`. */
function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

const MINUTE_MS = 60_000, DAY_MS = 86_400_000;

/** How long that is, in one word. */
function span(milliseconds) {
  const minutes = Math.max(1, Math.round(milliseconds / MINUTE_MS));
  if (minutes < 60) return word("minutes", { n: minutes });
  if (milliseconds < DAY_MS) return word("hours", { n: Math.round(minutes / 60) });
  const days = Math.round(milliseconds / DAY_MS);
  if (days < 31) return word("days", { n: days });
  if (days < 365) return word("months", { n: Math.round((days / 30.4) * 10) / 10 });
  return word("years", { n: Math.round((days / 365) * 10) / 10 });
}

/** Tell a screen reader. */
function tell(text) {
  $("#live").textContent = text;
}

function shuffled(values) {
  const left = [...values];
  for (let last = left.length - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1));
    [left[last], left[other]] = [left[other], left[last]];
  }
  return left;
}

/** In turn from each of several lists. */
function interleaved(...lists) {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list.slice(at, at + 1))).flat();
}
