// The microphone: press once to record, once more to stop; the recording is a file like any other.

import { clock } from "./clock.js";

const $ = (id) => document.getElementById(id);
const KINDS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];

/** Make the button work; `take` gets the file. */
export function watchMicrophone(take) {
  let recorder = null;
  $("record").addEventListener("click", async () => {
    $("record-problem").hidden = true;
    if (recorder) return recorder.stop();
    try {
      if (!navigator.mediaDevices) throw new Error("the browser gives the microphone to https and localhost only");
      const sound = await navigator.mediaDevices.getUserMedia({ audio: true });
      recorder = record(sound, (file) => { recorder = null; show(false); if (file.size) take(file); });
      show(true);
    } catch (error) {
      $("record-problem").textContent = `The microphone cannot be used: ${error.message}.`;
      $("record-problem").hidden = false;
    }
  });
}

function record(sound, end) {
  const kind = KINDS.find((each) => MediaRecorder.isTypeSupported(each));
  const recorder = new MediaRecorder(sound, kind ? { mimeType: kind } : {});
  const [pieces, began] = [[], Date.now()];
  const ticking = setInterval(() => { $("record-label").textContent = `Stop ${clock((Date.now() - began) / 1000)}`; }, 250);
  recorder.ondataavailable = (event) => pieces.push(event.data);
  recorder.onstop = () => {
    clearInterval(ticking);
    for (const track of sound.getTracks()) track.stop();
    const type = recorder.mimeType.split(";")[0];
    const at = new Date().toTimeString().slice(0, 5).replace(":", ".");
    end(new File(pieces, `Recording ${at}.${type.split("/")[1] || "webm"}`, { type }));
  };
  recorder.start(1000);
  return recorder;
}

function show(recording) {
  $("record").classList.toggle("recording", recording);
  $("record-label").textContent = recording ? "Stop 0:00" : "Record";
}
