// One file: its row from the moment it is dropped to the transcript.

import { events, forget, look, Refused, send } from "./api.js";
import { clock, counted, languageName, percent } from "./clock.js";
import { addSaves, copy } from "./save.js";
import { TranscriptView } from "./transcript.js";

const [LOOK_S, TRIES] = [2, 5];
let number = 0;

export class FileRow {
  /** `tell` says something to a screen reader; `ended` hears that the row needs its place no more, `locked` that a key is wanted. */
  constructor(file, fields, { tell, ended, locked, again, removed }) {
    Object.assign(this, { file, fields, tell, ended, locked, again, phase: "local", id: null });
    this.node = document.getElementById("file").content.cloneNode(true).firstElementChild;
    const find = (name) => this.node.querySelector(name);
    this.$ = Object.fromEntries(["state", "problem", "warning", "cancel", "retry", "remove", "player", "tools", "segments"].map((name) => [name, find(`.${name}`)]));
    this.bar = find("progress");
    this.audio = find("audio");
    const title = find(".name");
    title.textContent = file.name;
    title.id = `file-${++number}`;
    for (const named of [find("article"), this.bar]) named.setAttribute("aria-labelledby", title.id);
    for (const name of ["cancel", "retry", "remove"]) this.$[name].setAttribute("aria-label", `${this.$[name].textContent}: ${file.name}`);
    this.view = new TranscriptView(this.$.segments, this.audio, find(".search"));
    this.audio.setAttribute("aria-label", `Play ${file.name}`);
    this.audio.addEventListener("loadedmetadata", () => { this.$.player.hidden = false; this.node.classList.add("can-seek"); });
    this.audio.src = URL.createObjectURL(file); // what the browser cannot play is transcribed all the same
    this.$.cancel.addEventListener("click", () => this.cancel());
    this.$.retry.addEventListener("click", () => { this.reset(); this.again(this); this.$.cancel.focus(); });
    this.$.remove.addEventListener("click", () => { this.drop(); removed(this); });
    find(".copy").addEventListener("click", (event) => copy(this.view.text, event.target).catch((error) => this.problem(error)));
    addSaves(find(".saves"), () => this.id, file.name, (error) => this.forgotten(error));
  }

  get busy() { return !["done", "failed", "cancelled"].includes(this.phase); }

  // --- its life -----------------------------------------------------------------------------------------------------

  reset() {
    this.set("local");
    this.id = this.due = this.job = null;
    this.view.clear();
    for (const part of [this.$.problem, this.$.warning, this.$.tools]) part.hidden = true;
  }

  /** Send it and follow it to its end, whatever that is. */
  async run() {
    this.stopping = new AbortController();
    this.began = Date.now();
    const ticking = setInterval(() => this.write(), 1000);
    try {
      this.set("sending", 0);
      const job = await send(this.file, this.fields, (share) => this.set("sending", share), this.stopping.signal);
      this.id = job.id;
      this.heard(job);
      this.set("running");
      this.lookOut(this.stopping.signal);
      await this.follow();
    } catch (error) {
      if (error.name !== "AbortError") this.fail(error);
    } finally {
      clearInterval(ticking);
      this.stopping.abort();
      this.ended(this);
    }
  }

  /** Its events, to the last; where the connection breaks, again: the server works on. */
  async follow() {
    for (let tries = 0; this.phase === "running"; tries += 1) {
      let segments = 0;
      try {
        for await (const event of events(this.id, this.stopping.signal)) {
          if (event.event === "segment" && ++segments <= this.view.count) continue; // had before the connection broke
          this.take(event);
        }
        if (this.phase === "running") throw new TypeError("the connection to the server broke off");
      } catch (error) {
        if (error instanceof Refused || error.name === "AbortError" || tries >= TRIES) throw error;
        await new Promise((resolve) => { setTimeout(resolve, 1000 * 2 ** tries); });
      }
    }
  }

  async lookOut(signal) {
    while (!signal.aborted) {
      await new Promise((resolve) => { setTimeout(resolve, 1000 * LOOK_S); });
      const job = signal.aborted ? null : await look(this.id, signal);
      if (job && this.phase === "running") this.heard(job);
    }
  }

  cancel() {
    this.set("cancelled");
    this.stopping?.abort();
    if (this.id) forget(this.id);
    this.ended(this);
    this.tell(`${this.file.name}: cancelled`);
    this.$.retry.focus();
  }

  drop() {
    if (this.id) forget(this.id);
    URL.revokeObjectURL(this.audio.src);
    this.node.remove();
  }

  // --- what it hears ------------------------------------------------------------------------------------------------

  heard(job) {
    this.job = { ...this.job, ...job };
    if (job.eta_s !== null) this.due = Date.now() + 1000 * job.eta_s;
    this.write();
  }

  take(event) {
    if (event.event === "info") this.heard({ eta_s: null, language: event.language, duration_s: event.duration_s });
    if (event.event === "segment") this.view.add(event.segment);
    if (event.event === "progress") this.heard({ eta_s: null, transcribed_s: event.transcribed_s, duration_s: event.duration_s });
    if (event.event === "error") throw new Refused(event.problem.status, event.problem.detail);
    if (event.event === "done") this.done(event.transcript);
  }

  done(transcript) {
    for (const segment of transcript.segments.slice(this.view.count)) this.view.add(segment);
    const spoken = transcript.language ? languageName(transcript.language) : "no speech";
    this.summary = `${clock(transcript.duration_s)}, ${spoken}, ${counted(this.view.count, "segment")}, in ${clock((Date.now() - this.began) / 1000)}`;
    this.$.tools.hidden = false;
    this.$.warning.textContent = (transcript.warnings ?? []).join(" ");
    this.$.warning.hidden = !transcript.warnings;
    this.set("done");
    this.tell(`${this.file.name}: done`);
  }

  fail(error) {
    if (error.status === 401) this.locked(this);
    const wait = error.wait ? ` (in about ${error.wait} s)` : "";
    this.set("failed");
    this.problem(new Error(error.status === 401 ? "An API key is wanted." : error.message + wait));
  }

  /** A result that the server keeps no longer. */
  forgotten(error) {
    this.problem(error);
    this.$.retry.hidden = ![404, 410].includes(error.status);
  }

  problem(error) {
    this.$.problem.textContent = error.message;
    this.$.problem.hidden = false;
  }

  // --- what it shows ------------------------------------------------------------------------------------------------

  set(phase, share) {
    Object.assign(this, { phase, share });
    for (const each of ["done", "failed"]) this.node.classList.toggle(`is-${each}`, each === phase);
    this.$.cancel.hidden = !this.busy;
    this.$.remove.hidden = this.busy;
    this.$.retry.hidden = !["failed", "cancelled"].includes(phase);
    this.bar.hidden = !this.busy;
    this.write();
  }

  write() {
    const [text, share] = this.says();
    this.$.state.textContent = text;
    if (share === undefined) this.bar.removeAttribute("value"); else this.bar.value = share;
  }

  /** The line under its name, and how far the bar is. */
  says() {
    if (this.phase === "local") return [this.place > 1 ? `Number ${this.place} in the line on this page` : "Next on this page"];
    if (this.phase === "sending") return this.share < 1 ? [`Sending ${percent(this.share)}`, this.share] : ["Sent"];
    if (this.phase === "running") return this.progress();
    return [{ done: this.summary, failed: "Failed", cancelled: "Cancelled" }[this.phase]];
  }

  progress() {
    const { ahead = 0, transcribed_s = 0, duration_s, language } = this.job;
    const left = this.due - Date.now() > 1000 ? `about ${clock((this.due - Date.now()) / 1000)} left` : "any moment now";
    if (!transcribed_s) return [ahead ? `Number ${ahead + 1} in the queue, ${left}` : `Listening, ${left}`];
    const spoken = language ? `, ${languageName(language)}` : "";
    const share = duration_s ? Math.min(1, transcribed_s / duration_s) : undefined;
    return [`${share === undefined ? clock(transcribed_s) : percent(share)} transcribed, ${left}${spoken}`, share];
  }
}
