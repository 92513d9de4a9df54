// What a user of OpenAI's SDK for Node writes; prints what came, as JSON. Arguments: base URL, key, file.

import { createReadStream } from "node:fs";
import OpenAI from "openai";

const [baseURL, apiKey, path] = process.argv.slice(2);
const ai = new OpenAI({ baseURL, apiKey, maxRetries: 0, timeout: 60_000 });
const file = () => createReadStream(path);
const model = "gpt-4o-transcribe";

const json = await ai.audio.transcriptions.create({ file: file(), model });
const srt = await ai.audio.transcriptions.create({ file: file(), model: "whisper-1", response_format: "srt" });
const verbose = await ai.audio.transcriptions.create({
  file: file(), model: "whisper-1", response_format: "verbose_json", timestamp_granularities: ["word", "segment"],
});
const streamed = [];
for await (const event of await ai.audio.transcriptions.create({ file: file(), model, stream: true })) streamed.push(event);
const models = [];
for await (const each of ai.models.list()) models.push(each.id);
const refused = await ai.audio.transcriptions.create({ file: file(), model: "other" }).catch((error) => error);

console.log(JSON.stringify({
  json, srt, models,
  verbose: { language: verbose.language, words: verbose.words.length, segments: verbose.segments.length },
  deltas: streamed.filter((event) => event.type === "transcript.text.delta").map((event) => event.delta).join(""),
  done: streamed.at(-1).text,
  refused: { kind: refused.constructor.name, status: refused.status, code: refused.code },
}));
