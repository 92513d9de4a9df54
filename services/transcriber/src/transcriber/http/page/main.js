// The page: files come in by drop, choice or microphone; a few at a time go to the server.

import { ask, hasKey, keepKey, forget } from "./api.js";
import { clock } from "./clock.js";
import { FileRow } from "./file.js";
import { wanted, watchOptions } from "./options.js";
import { watchMicrophone } from "./recorder.js";

const $ = (id) => document.getElementById(id);
const AT_ONCE = 3; // a browser has six connections to a server, and each file takes up to two
const [rows, working, locked] = [new Set(), new Set(), new Set()];

// --- files ------------------------------------------------------------------------------------------------------------

function add(files) {
  for (const file of files) {
    const row = new FileRow(file, wanted(), { tell, ended, locked: lock, again: queue, removed });
    rows.add(row);
    $("list").append(row.node);
  }
  showRows();
  if (files.length) tell(`${files.length === 1 ? files[0].name : `${files.length} files`} added`);
  next();
}

function next() {
  const waiting = [...rows].filter((row) => row.phase === "local" && !working.has(row));
  for (const row of waiting.splice(0, AT_ONCE - working.size)) {
    working.add(row);
    row.run();
  }
  waiting.forEach((row, index) => { row.place = index + 1; row.write(); });
}

function queue(row) {
  locked.delete(row);
  next();
}

function ended(row) {
  working.delete(row);
  next();
}

function removed(row) {
  rows.delete(row);
  showRows();
  $("choose").focus();
  next();
}

function showRows() {
  $("work").hidden = !rows.size;
  document.body.classList.toggle("at-work", rows.size > 0);
}

function tell(text) { $("said").textContent = text; }

// --- the key ----------------------------------------------------------------------------------------------------------

function lock(row) {
  locked.add(row);
  $("key-why").textContent = hasKey()
    ? "This API key is wrong."
    : "This server wants a key. It stays in this tab and is forgotten with it.";
  $("key").hidden = false;
  $("secret").focus();
}

$("key").addEventListener("submit", (event) => {
  event.preventDefault();
  keepKey($("secret").value.trim());
  $("secret").value = "";
  $("key").hidden = true;
  for (const row of [...locked]) { row.reset(); queue(row); }
});

// --- the ways in ------------------------------------------------------------------------------------------------------

$("choose").addEventListener("click", () => $("files").click());
$("files").addEventListener("change", () => {
  add([...$("files").files]);
  $("files").value = ""; // else the same file chosen again would be no change
});
for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) addEventListener(kind, (event) => {
  event.preventDefault();
  document.body.classList.toggle("over", kind === "dragenter" || kind === "dragover");
  if (kind === "drop") add([...event.dataTransfer.files]);
});
addEventListener("paste", (event) => event.clipboardData.files.length && add([...event.clipboardData.files]));
watchMicrophone((file) => add([file]));
watchOptions();

// --- leaving ----------------------------------------------------------------------------------------------------------

addEventListener("beforeunload", (event) => { if (working.size) event.preventDefault(); });
addEventListener("pagehide", (event) => {
  if (!event.persisted) for (const row of rows) if (row.id && row.busy) forget(row.id);
});

// --- the server -------------------------------------------------------------------------------------------------------

async function showModel() {
  try {
    const { model, device, predicted_wait_s } = await (await ask("health/ready")).json();
    const busy = predicted_wait_s >= 5 ? `, ${clock(predicted_wait_s)} of work before you` : "";
    $("model").textContent = `Whisper ${model} on ${device === "cuda" ? "a GPU" : "a processor"}${busy}`;
  } catch (error) {
    $("model").textContent = error.status === 503 ? `Not ready: ${error.message}` : "";
    setTimeout(showModel, 3000);
  }
}
showModel();
