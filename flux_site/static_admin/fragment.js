// Fills marked parts of a page from the server, and renews them now and then while the page is seen.
(() => {
  "use strict";

  async function fill(part) {
    if (document.hidden) {
      return;
    }
    try {
      const response = await fetch(part.dataset.fluxFragment, { headers: { Accept: "text/html" } });
      if (response.redirected) {
        return; // logged out: the next click leads to the login page
      }
      if (!response.ok) {
        throw new Error(`HTTP ${response.status}`);
      }
      part.innerHTML = await response.text();
    } catch (error) {
      console.warn("Unable to load a part of the page", error);
      part.querySelector("[data-flux-fragment-state]")?.replaceChildren("The status cannot be read at the moment.");
    }
  }

  function start() {
    for (const part of document.querySelectorAll("[data-flux-fragment]")) {
      fill(part);
      setInterval(() => fill(part), Number(part.dataset.fluxEveryS) * 1000);
    }
  }

  document.addEventListener("DOMContentLoaded", start);
})();
