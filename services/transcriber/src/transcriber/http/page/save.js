// Taking a transcript along: copied, or saved in every format as the server writes it.

import { ask } from "./api.js";
import { layout } from "./options.js";

const FORMATS = { txt: "text", srt: "srt", vtt: "vtt", tsv: "tsv", json: "json" };

/** A button for each format; `idOf` gives the job's id, `failed` hears what went wrong. */
export function addSaves(group, idOf, name, failed) {
  for (const [ending, format] of Object.entries(FORMATS)) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = ending;
    button.addEventListener("click", () => save(idOf(), format, `${name.replace(/\.[^.]*$/, "")}.${ending}`).catch(failed));
    group.append(button);
  }
}

async function save(id, format, name) {
  const query = new URLSearchParams([["format", format], ...(["srt", "vtt"].includes(format) ? layout() : [])]);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await (await ask(`jobs/${id}/result?${query}`)).blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** The text into the clipboard; the button says so for a moment. */
export async function copy(text, button) {
  if (navigator.clipboard) await navigator.clipboard.writeText(text);
  else copyOld(text); // without https there is no clipboard
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = "Copy"; }, 1500);
}

function copyOld(text) {
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}
