// What pages do beyond htmx: count down the time an offer has left, and say when it is over. Everything works without.
"use strict";
(() => {
  const tick = () => {
    for (const place of document.querySelectorAll("[data-left]")) {
      if (!place.dataset.since) place.dataset.since = String(Date.now());
      // The clock of a demo runs faster than ours; data-rate says how much.
      const passed = ((Date.now() - Number(place.dataset.since)) / 1000) * Number(place.dataset.rate);
      const left = Math.max(0, Math.floor(Number(place.dataset.left) - passed));
      const hours = Math.floor(left / 3600);
      const minutes = String(Math.floor((left % 3600) / 60)).padStart(hours ? 2 : 1, "0");
      place.textContent = `${hours ? hours + ":" : ""}${minutes}:${String(left % 60).padStart(2, "0")}`;
      place.classList.toggle("over", left < 120);
    }
  };
  document.addEventListener("htmx:load", tick);
  document.addEventListener("DOMContentLoaded", tick);
  setInterval(tick, 1000);
  // A list that renews itself keeps what somebody has unfolded in it, and what was ticked, chosen or typed there.
  let unfolded = [];
  const fields = (part) => part.querySelectorAll("input[id], select[id], textarea[id]");
  document.addEventListener("htmx:beforeSwap", (event) => {
    unfolded = [];
    for (const summary of event.detail.target.querySelectorAll("details[open] > summary[id]")) {
      const filled = [...fields(summary.parentElement)].map((one) => [one.id, one.value, one.checked]);
      unfolded.push([summary.id, filled]);
    }
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const [id, filled] of unfolded) {
      const summary = document.getElementById(id);
      if (!summary) continue;
      summary.parentElement.open = true;
      for (const [field, value, checked] of filled) {
        const found = document.getElementById(field);
        if (found) Object.assign(found, { value, checked });
      }
    }
    unfolded = [];
  });
  // A second press of a button must not send a form twice.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 5000);
  });
  for (const form of document.querySelectorAll("form[data-now]")) {
    form.addEventListener("change", () => form.requestSubmit());
  }
})();
