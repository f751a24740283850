// Keeps the dashboard's figures up to date by server-sent events, until the user pauses them. Without this script the page
// is whole, and has a link that loads it anew.
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

  // Said only when it changes, because it is read out.
  const say = (text) => {
    if (state.textContent !== text) state.textContent = text;
  };

  const expectMore = () => {
    clearTimeout(timer);
    timer = setTimeout(() => say("Live updates are interrupted"), SILENCE);
  };

  // Replaces what differs, except where the user has the focus or a selection.
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
      // A stream that merely ended is opened again by the browser; one that is refused is not.
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
