// Follows unfinished jobs on admin pages: asks for their state and replaces the marked pieces of the page.
// Values arrive as HTML that the server has escaped; only the log is plain text.
(() => {
  "use strict";

  const POLL_MS = 1000;
  const RETRY_MS = 5000;

  function openJobs() {
    const marks = document.querySelectorAll('[data-flux-job-open="yes"]');
    return [...new Set([...marks].map((mark) => mark.dataset.fluxJob))];
  }

  function show(job) {
    for (const mark of document.querySelectorAll(`[data-flux-job="${job.id}"]`)) {
      const field = mark.dataset.fluxJobField;
      if (field === "log") {
        showLog(mark, job.log);
      } else if (job.fields[field] !== undefined && mark.innerHTML !== job.fields[field]) {
        mark.innerHTML = job.fields[field];
      }
      if (job.isFinished) {
        delete mark.dataset.fluxJobOpen;
      }
    }
  }

  function showLog(mark, text) {
    if (text === undefined || mark.textContent === text) {
      return;
    }
    const wasAtEnd = mark.scrollTop + mark.clientHeight >= mark.scrollHeight - 4;
    mark.textContent = text;
    if (wasAtEnd) {
      mark.scrollTop = mark.scrollHeight;
    }
  }

  function start() {
    const page = document.querySelector("[data-flux-job-states]");
    const address = page ? page.dataset.fluxJobStates : null;
    const isDetail = page !== null && page.dataset.fluxJobDetail === "yes";
    if (address === null) {
      return;
    }

    async function poll() {
      const ids = openJobs();
      if (ids.length === 0) {
        return;
      }
      if (document.hidden) {
        setTimeout(poll, POLL_MS);
        return;
      }
      let waitMs = POLL_MS;
      try {
        const query = new URLSearchParams({ ids: ids.join(","), log: isDetail ? "1" : "0" });
        const response = await fetch(`${address}?${query}`, { headers: { Accept: "application/json" } });
        if (response.redirected || response.status === 403) {
          return; // logged out: the next click leads to the login page
        }
        if (!response.ok) {
          throw new Error(`HTTP ${response.status}`);
        }
        const { jobs } = await response.json();
        jobs.forEach(show);
        if (isDetail && jobs.some((job) => job.isFinished)) {
          location.reload(); // the finished page has links to the results and no cancel button
          return;
        }
      } catch (error) {
        console.warn("Unable to follow the jobs; trying again", error);
        waitMs = RETRY_MS;
      }
      setTimeout(poll, waitMs);
    }

    setTimeout(poll, POLL_MS);
  }

  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", start);
  } else {
    start();
  }
})();
