// What the page asks of the server, with the key where there is one. Addresses are relative: the page may lie in a folder.

const KEPT = "lectern-key"; // in this tab's own store, which ends with the tab

/** The server said no; `wait` is its Retry-After in seconds. */
export class Refused extends Error {
  constructor(status, detail, wait) {
    super(detail || `The server answered ${status}.`);
    Object.assign(this, { status, wait: Number(wait) || 0 });
  }
}

export const hasKey = () => sessionStorage.getItem(KEPT) !== null;
export const keepKey = (key) => sessionStorage.setItem(KEPT, key);

function keyed() {
  const key = sessionStorage.getItem(KEPT);
  return key === null ? {} : { Authorization: `Bearer ${key}` };
}

/** Ask; raises Refused, TypeError where there is no connection, and AbortError. */
export async function ask(path, options = {}) {
  const answer = await fetch(path, { ...options, headers: keyed() });
  if (!answer.ok) throw refusal(answer.status, await answer.text(), answer.headers.get("Retry-After"));
  return answer;
}

function refusal(status, body, wait) {
  let detail = "";
  try {
    const told = JSON.parse(body);
    detail = told.detail ?? told.reason;
  } catch { /* a proxy's page */ }
  return new Refused(status, detail, wait);
}

/** Send a file as a job; `tell` hears which share is sent. Raises Refused, TypeError, or AbortError by `signal`. */
export function send(file, fields, tell, signal) {
  const body = new FormData();
  for (const [name, value] of fields) body.append(name, value);
  body.append("file", file, file.name);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch does not say how much is sent
    request.open("POST", "jobs");
    for (const [name, value] of Object.entries(keyed())) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => event.lengthComputable && tell(event.loaded / event.total);
    request.onerror = () => reject(new TypeError("the connection to the server broke off"));
    request.onabort = () => reject(new DOMException("stopped", "AbortError"));
    request.onload = () => request.status === 202
      ? resolve(JSON.parse(request.responseText))
      : reject(refusal(request.status, request.responseText, request.getResponseHeader("Retry-After")));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(body);
  });
}

/** A job's events, from its beginning. */
export async function* events(id, signal) {
  const reader = (await ask(`jobs/${id}/events`, { signal })).body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = ""; ;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) yield JSON.parse(line);
  }
}

/** How far a job is; nothing where that is not to be had now. */
export async function look(id, signal) {
  try {
    return await (await ask(`jobs/${id}`, { signal })).json();
  } catch {
    return null; // its events tell the truth anyway
  }
}

/** Stop a job and forget its result; also while the page goes. */
export const forget = (id) => fetch(`jobs/${id}`, { method: "DELETE", headers: keyed(), keepalive: true }).catch(() => {});
