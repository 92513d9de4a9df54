// The lecture's audio: beside the page, or a file that the student chooses; else links lead into the video.
const player = (() => {
  const audio = $("[data-audio]");
  const playButton = $("[data-play]");
  const position = $("[data-position]");
  const listeners = [];
  let until = null;
  let wanted = 0;

  const tellAll = () => listeners.forEach((listener) => listener(audio.currentTime, !audio.paused));

  function show() {
    const at = audio.currentTime;
    position.value = String(at);
    position.setAttribute("aria-valuetext", clock(at));
    $("[data-clock]").textContent = `${clock(at)} / ${clock(Number(document.body.dataset.duration))}`;
    playButton.textContent = audio.paused ? "▶" : "❚❚";
    playButton.setAttribute("aria-label", word(audio.paused ? "play" : "pause"));
  }

  function tick() {
    if (audio.paused) return;
    if (until !== null && audio.currentTime >= until) audio.pause();
    show();
    tellAll();
    requestAnimationFrame(tick);
  }

  async function play() {
    try {
      await audio.play();
    } catch (error) {
      if (error.name !== "AbortError") absent();
    }
  }

  /** Play from a second on, to `end` where one is given. */
  function from(seconds, end = null) {
    wanted = seconds;
    until = end;
    audio.currentTime = seconds;
    show();
    tellAll();
    return play();
  }

  function absent() {
    $("[data-transport]").hidden = true;
    $("[data-absent]").hidden = false;
    const link = $("[data-video-link]");
    if (link) link.href = document.body.dataset.video.replace(/t=\d+s$/, `t=${Math.floor(wanted)}s`);
    tell(word("no_audio"));
    $("[data-choose]").focus();
  }

  function take(file) {
    if (!file) return;
    audio.src = URL.createObjectURL(file);
    $("[data-transport]").hidden = false;
    $("[data-absent]").hidden = true;
    playButton.focus();
    from(wanted);
  }

  function toggle() {
    until = null;
    if (audio.paused) play();
    else audio.pause();
  }

  const by = (seconds) => { until = null; wanted = audio.currentTime = Math.max(0, audio.currentTime + seconds); show(); tellAll(); };

  playButton.addEventListener("click", toggle);
  $$("[data-by]").forEach((button) => button.addEventListener("click", () => by(Number(button.dataset.by))));
  position.addEventListener("input", () => { until = null; wanted = audio.currentTime = Number(position.value); show(); tellAll(); });
  $("[data-speed]").addEventListener("change", (event) => { audio.playbackRate = audio.defaultPlaybackRate = Number(event.target.value); });
  $("[data-choose]").addEventListener("click", () => $("[data-audio-file]").click());
  $("[data-audio-file]").addEventListener("change", (event) => take(event.target.files[0]));
  audio.addEventListener("play", () => { show(); requestAnimationFrame(tick); });
  audio.addEventListener("pause", () => { show(); tellAll(); });
  audio.addEventListener("seeked", () => { show(); tellAll(); });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-seek]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    from(Number(link.dataset.seek), Number(link.dataset.until) || null);
  });
  show();

  return { from, toggle, by, onMove: (listener) => listeners.push(listener), isPlaying: () => !audio.paused };
})();
