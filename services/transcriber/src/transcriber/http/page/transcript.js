// Segments as they arrive: words that light up while they are said and seek when they are clicked, and a search.

import { clock, counted } from "./clock.js";

const LINGER_S = 0.2; // a word stays lit in the pause after it
const highlight = window.CSS?.highlights && new Highlight();
if (highlight) CSS.highlights.set("found", highlight);

export class TranscriptView {
  /** `list` takes the segments, `player` plays them, `search` is the field with its output. */
  constructor(list, player, search) {
    Object.assign(this, { list, player, input: search.querySelector("input"), output: search.querySelector("output") });
    this.pieces = []; // {start, end, node, row}, in the order of their times
    this.rows = []; // {row, text, node}
    this.ranges = [];
    for (const kind of ["timeupdate", "seeked", "play"]) player.addEventListener(kind, () => this.light());
    this.input.addEventListener("input", () => this.search());
    list.addEventListener("click", (event) => this.clicked(event.target));
  }

  get count() { return this.rows.length; }

  get text() { return this.rows.map(({ text }) => text).join("\n"); }

  add(segment) {
    const [row, at, text] = ["li", "button", "p"].map((name) => document.createElement(name));
    at.type = "button";
    at.textContent = clock(segment.start);
    at.dataset.at = segment.start;
    at.setAttribute("aria-label", `Play from ${clock(segment.start)}`);
    if (segment.language) text.lang = segment.language;
    const words = segment.words?.length ? segment.words : [{ ...segment, word: segment.text }];
    for (const { start, end, word } of words) {
      const node = document.createElement("span");
      const [, before, said, after] = word.match(/^(\s*)(.*?)(\s*)$/s);
      node.textContent = said;
      node.dataset.at = start;
      text.append(text.hasChildNodes() ? before : "", node, after); // blanks do not light up
      this.pieces.push({ start, end, node, row });
    }
    row.append(at, text);
    this.list.append(row);
    this.list.hidden = false;
    this.rows.push({ row, text: segment.text, node: text });
    if (this.input.value) this.search();
  }

  clear() {
    this.list.replaceChildren();
    this.list.hidden = true;
    this.input.value = this.output.textContent = "";
    [this.pieces, this.rows] = [[], []];
    this.unmark();
  }

  // --- the player ---------------------------------------------------------------------------------------------------

  clicked(target) {
    const at = target.closest("[data-at]")?.dataset.at;
    if (at === undefined || this.player.error || !this.player.src || String(getSelection())) return;
    this.player.currentTime = Number(at);
    this.player.play().catch(() => {}); // the browser may want another click first
  }

  light() {
    cancelAnimationFrame(this.frame);
    const piece = this.at(this.player.currentTime);
    if (piece !== this.lit) {
      for (const node of [this.lit?.node, this.lit?.row]) node?.classList.remove("now");
      for (const node of [piece?.node, piece?.row]) node?.classList.add("now");
      if (piece && piece.row !== this.lit?.row) this.show(piece.row);
      this.lit = piece;
    }
    if (!this.player.paused) this.frame = requestAnimationFrame(() => this.light());
  }

  at(time) {
    let [low, high] = [0, this.pieces.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.pieces[middle].start <= time) low = middle + 1; else high = middle;
    }
    const piece = this.pieces[low - 1];
    return piece && time < piece.end + LINGER_S ? piece : undefined;
  }

  /** Keep the segment that is said in sight, without moving the page. */
  show(row) {
    const [outer, inner] = [this.list.getBoundingClientRect(), row.getBoundingClientRect()];
    if (inner.top < outer.top || inner.bottom > outer.bottom) this.list.scrollTop += inner.top - outer.top - outer.height / 3;
  }

  // --- the search ---------------------------------------------------------------------------------------------------

  search() {
    const sought = this.input.value.trim().toLowerCase();
    this.unmark();
    let found = 0;
    for (const { row, node } of this.rows) {
      const ranges = sought ? rangesOf(node, sought) : [];
      row.hidden = Boolean(sought) && !ranges.length;
      found += ranges.length;
      this.ranges.push(...ranges);
    }
    if (highlight) for (const range of this.ranges) highlight.add(range);
    this.output.textContent = sought ? (found ? counted(found, "hit") : "not found") : "";
  }

  unmark() {
    if (highlight) for (const range of this.ranges) highlight.delete(range);
    this.ranges = [];
  }
}

function rangesOf(node, sought) {
  const [whole, found] = [node.textContent.toLowerCase(), []];
  for (let at = whole.indexOf(sought); at >= 0; at = whole.indexOf(sought, at + sought.length)) {
    const range = document.createRange();
    range.setStart(...place(node, at));
    range.setEnd(...place(node, at + sought.length));
    found.push(range);
  }
  return found;
}

/** Text node and offset of a character. */
function place(node, at) {
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    if (at <= walker.currentNode.length) return [walker.currentNode, at];
    at -= walker.currentNode.length;
  }
  return [node, node.childNodes.length];
}
