// Shows an answer while it is written: its status and text as they come, the finished answer from the server.
// What arrives is shown as text; only the finished answer is HTML, which the server has escaped.
(() => {
  "use strict";

  const RETRY_MS = 2000;

  async function finish(answer) {
    try {
      const response = await fetch(answer.dataset.fluxAnswerPage, { headers: { Accept: "text/html" } });
      if (response.redirected) {
        return; // logged out: the next click leads to the login page
      }
      if (!response.ok) {
        throw new Error(`HTTP ${response.status}`);
      }
      const holder = document.createElement("div");
      holder.innerHTML = await response.text();
      const finished = holder.firstElementChild;
      answer.replaceWith(finished);
      if (finished.dataset.fluxEvents) {
        setTimeout(() => finish(finished), RETRY_MS); // not complete after all
        return;
      }
      document.querySelector("[data-flux-ask]")?.removeAttribute("disabled");
    } catch (error) {
      console.warn("Unable to load the answer; trying again", error);
      setTimeout(() => finish(answer), RETRY_MS);
    }
  }

  function follow(answer) {
    const status = answer.querySelector("[data-flux-answer-status]");
    const text = answer.querySelector("[data-flux-answer-text]");
    const source = new EventSource(answer.dataset.fluxEvents);
    source.addEventListener("event", (message) => {
      const { kind, body } = JSON.parse(message.data);
      if (kind === "STATUS") {
        status.textContent = `${body.message} …`;
      } else if (kind === "TEXT") {
        text.classList.add("flux-streamed");
        text.append(body.delta);
      }
    });
    for (const last of ["end", "refused"]) {
      source.addEventListener(last, () => {
        source.close();
        finish(answer);
      });
    }
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) {
        finish(answer);
      }
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-flux-events]").forEach(follow);
  });
})();
