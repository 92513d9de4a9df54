// The picture of the lecture: where the audio is, what lies under the pointer, a click to go there.
(() => {
  const picture = $("[data-timeline]");
  if (!picture) return;
  const duration = Number(document.body.dataset.duration) || 1;
  const head = $("[data-head]");
  const pointed = $("[data-pointed]");
  const sections = $$("[data-section-start]").map((element) => ({ start: Number(element.dataset.sectionStart), title: element.textContent }));

  const secondsAt = (event) => {
    const box = picture.getBoundingClientRect();
    return Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1) * duration;
  };
  const place = (seconds) => { for (const end of ["x1", "x2"]) head.setAttribute(end, `${(seconds / duration) * 100}%`); };

  picture.addEventListener("pointermove", (event) => {
    const seconds = secondsAt(event);
    const note = notes.byId.get(event.target.dataset.note);
    const section = sections.filter((each) => each.start <= seconds).at(-1);
    const words = note ? (note.front ?? note.stem).textContent.trim() : section?.title ?? "";
    pointed.textContent = `${clock(note ? note.start : seconds)} ${words}`;
  });
  picture.addEventListener("pointerleave", () => { pointed.textContent = ""; });
  picture.addEventListener("click", (event) => {
    if (event.target.dataset.note) views.go(event.target.dataset.note);
    else player.from(secondsAt(event));
  });
  player.onMove(place);
})();
