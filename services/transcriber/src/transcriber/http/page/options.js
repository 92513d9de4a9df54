// What is wanted of every file that is added from now on, and how subtitles are cut when they are saved.

const $ = (id) => document.getElementById(id);
const LAYOUT = ["max_line_width", "max_line_count", "max_words_per_line"];

/** The fields of a job. */
export function wanted() {
  const fields = [...new FormData($("wanted"))].map(([name, value]) => [name, value.trim()]).filter(([, value]) => value);
  return fields.filter(([name]) => name !== "word_timestamps").concat([["word_timestamps", String($("word_timestamps").checked)]]);
}

/** The query for subtitles. */
export function layout() {
  const query = LAYOUT.filter((id) => $(id).value).map((id) => [id, $(id).value]);
  return $("highlight_words").checked ? [...query, ["highlight_words", "true"]] : query;
}

/** Beside "Options": what differs from what is usual. */
export function watchOptions() {
  const tell = () => {
    const chosen = [$("language").value.trim(), $("task").value === "translate" ? "into English" : ""];
    for (const [id, name] of [["prompt", "prompt"], ["hotwords", "hotwords"]]) if ($(id).value.trim()) chosen.push(name);
    if (!$("word_timestamps").checked) chosen.push("no word times");
    if (layout().length) chosen.push("own subtitle lines");
    $("chosen").textContent = chosen.filter(Boolean).map((each) => `· ${each}`).join(" ");
  };
  $("options").addEventListener("input", tell);
  $("wanted").addEventListener("submit", (event) => event.preventDefault());
  tell(); // the browser may have kept what was typed before a reload
}
