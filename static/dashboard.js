// Updates the dashboard's figures with server-sent events until the user pauses them. Without this script, the page is
// complete and has a link that reloads it.
"use strict";
(() => {
  const source = document.querySelector("[data-stream]")?.dataset.stream;
  const state = document.getElementById("live-state");
  const button = document.getElementById("live-pause");
  if (!source || !state || !button || !window.EventSource) return;
  const SILENCE = 9000;
  const LATER = 30000;
  let stream = null;
  let paused = false;
  let timer = 0;

  // Set only when it changes, because screen readers announce it.
  const say = (text) => {
    if (state.textContent !== text) state.textContent = text;
  };

  const expectMore = () => {
    clearTimeout(timer);
    timer = setTimeout(() => say("Live updates are interrupted"), SILENCE);
  };

  // Replaces the parts that differ, except those with the user's focus or selection.
  const showFigures = (event) => {
    const { html } = JSON.parse(event.data);
    const fresh = new DOMParser().parseFromString(html, "text/html");
    for (const old of document.querySelectorAll("[data-live]")) {
      const part = fresh.getElementById(old.id);
      const busy = old.contains(document.activeElement) || !getSelection().isCollapsed && getSelection().containsNode(old, true);
      if (part && !busy && old.innerHTML !== part.innerHTML) old.replaceChildren(...part.childNodes);
    }
    say("Live");
    expectMore();
  };

  const close = () => {
    clearTimeout(timer);
    stream?.close();
    stream = null;
  };

  const open = () => {
    if (stream || paused || document.hidden) return;
    stream = new EventSource(source);
    stream.addEventListener("figures", showFigures);
    stream.addEventListener("history", (event) => window.showHistory?.(JSON.parse(event.data)));
    stream.addEventListener("error", () => {
      // The browser reconnects a stream that ended, but not one that was refused.
      if (stream?.readyState !== EventSource.CLOSED) return;
      close();
      say("Live updates have stopped. Refresh the page to continue.");
      timer = setTimeout(open, LATER);
    });
    expectMore();
  };

  button.hidden = false;
  button.addEventListener("click", () => {
    paused = !paused;
    button.textContent = paused ? "Resume" : "Pause";
    if (paused) {
      close();
      say("Paused");
    } else {
      open();
    }
  });
  // A hidden tab needs no updates.
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  open();
})();
