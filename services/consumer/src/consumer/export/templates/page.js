"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  function startCards(deck) {
    const cards = all("[data-card]", deck);
    const turnButton = document.querySelector("[data-turn]");
    const count = document.querySelector("[data-count]");
    let at = 0;

    const show = () => {
      cards.forEach((card, number) => { card.hidden = number !== at; });
      turnTo(false);
      count.textContent = `${at + 1} of ${cards.length}`;
    };
    const turnTo = (turned) => {
      const card = cards[at];
      card.classList.toggle("turned", turned);
      card.querySelector(".front").inert = turned;
      card.querySelector(".back").inert = !turned;
      turnButton.textContent = turned ? "Show the question" : "Show the answer";
    };
    const turn = () => turnTo(!cards[at].classList.contains("turned"));
    const step = (by) => { at = (at + by + cards.length) % cards.length; show(); };
    const keys = { ArrowLeft: () => step(-1), ArrowRight: () => step(1), " ": turn, Enter: turn };

    deck.classList.add("live");
    all("[data-controls]").forEach((part) => { part.hidden = false; });
    turnButton.addEventListener("click", turn);
    all("[data-step]").forEach((button) => button.addEventListener("click", () => step(Number(button.dataset.step))));
    deck.addEventListener("click", (event) => { if (!event.target.closest("a")) turn(); });
    document.getElementById("cards").addEventListener("keydown", (event) => {
      const isOwn = event.target.closest("a, button") && [" ", "Enter"].includes(event.key);
      if (!keys[event.key] || isOwn || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      keys[event.key]();
    });
    show();
  }

  function startQuiz(items) {
    const score = document.querySelector("[data-score]");
    const again = document.querySelector("[data-again]");
    const chosen = (item) => item.querySelector("input:checked");
    const isRight = (item) => chosen(item)?.value === item.dataset.key;

    const judge = (item) => {
      item.dataset.judged = "yes";
      all("label", item).forEach((label) => {
        const input = label.querySelector("input");
        const isKey = input.value === item.dataset.key;
        label.classList.toggle("right", isKey);
        label.classList.toggle("wrong", input.checked && !isKey);
        input.disabled = !input.checked;
      });
      item.querySelector("[data-answer]").hidden = false;
      const verdict = item.querySelector("[data-verdict]");
      verdict.textContent = isRight(item) ? "Right." : "Not quite.";
      verdict.className = `verdict ${isRight(item) ? "good" : "bad"}`;
      tell();
    };
    const tell = () => {
      const judged = items.filter((item) => item.dataset.judged);
      const right = judged.filter(isRight).length;
      const left = items.length - judged.length;
      score.textContent = judged.length ? `${right} of ${judged.length} right${left ? `, ${left} to go` : ""}` : "";
      again.hidden = !judged.length;
    };
    items.forEach((item) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "Check";
      button.disabled = true;
      button.dataset.check = "";
      button.addEventListener("click", () => { button.disabled = true; judge(item); });
      item.querySelector("fieldset").append(button);
      item.addEventListener("change", () => { button.disabled = false; });
    });
    again.addEventListener("click", () => {
      items.forEach((item) => {
        all("label", item).forEach((label) => label.classList.remove("right", "wrong"));
        all("input", item).forEach((input) => { input.checked = false; input.disabled = false; });
        item.querySelector("[data-answer]").hidden = true;
        item.querySelector("[data-check]").disabled = true;
        delete item.dataset.judged;
      });
      tell();
      items[0].querySelector("input").focus();
    });
  }

  const deck = document.querySelector(".deck");
  if (deck) startCards(deck);
  const items = all("[data-item]");
  if (items.length) startQuiz(items);
})();
