// What scripts add to the public pages; everything works without them.
(() => {
  "use strict";
  const first = (selector, within = document) => within.querySelector(selector);

  // Days as distances: "3 days ago". The day itself stays as a title.
  const units = [["year", 31557600], ["month", 2629800], ["week", 604800], ["day", 86400]];
  const distance = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
  const relate = (within) => {
    for (const time of within.querySelectorAll(".card__date time")) {
      const seconds = (Date.parse(time.dateTime) - Date.now()) / 1000;
      const [unit, length] = units.find(([, length]) => Math.abs(seconds) >= length) ?? units[3];
      if (Number.isNaN(seconds) || time.title) continue;
      time.title = time.textContent;
      time.textContent = distance.format(Math.trunc(seconds / length), unit);
    }
  };

  // A page that the pointer rests on is fetched, so that the browser has a copy to ask about when it is opened.
  const fetched = new Set();
  const fetchSoon = (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || link.origin !== location.origin || navigator.connection?.saveData) return;
    const path = link.pathname;
    if (!/^\/properties\/(\d+\/)?$/.test(path) || fetched.has(link.href) || fetched.size > 60) return;
    const timer = setTimeout(() => {
      fetched.add(link.href);
      fetch(link.href, { headers: { Accept: "text/html" }, priority: "low" }).catch(() => {});
    }, 80);
    link.addEventListener("pointerleave", () => clearTimeout(timer), { once: true });
  };
  document.addEventListener("pointerover", fetchSoon, { passive: true });

  // The link of a listing can be copied, or handed to another program.
  const share = first("#share");
  if (share) {
    share.addEventListener("focus", () => share.select());
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--quiet";
    button.textContent = "Copy";
    const done = document.createElement("span");
    done.className = "hidden";
    done.setAttribute("role", "status");
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(share.value);
        button.textContent = "Copied";
        done.textContent = "The link was copied.";
      } catch {
        share.focus();
      }
    });
    share.after(button, done);
  }

  const form = first("#filter");
  if (form) {
    // Results follow the form at once; the address always says what is shown.
    const status = document.createElement("p");
    status.className = "hidden";
    status.setAttribute("role", "status");
    document.body.append(status);
    let last = 0;
    let running = null;
    let shown = location.pathname + location.search;
    // Whether the last address was made by typing: what is typed next takes its place, so that Back leads to the list
    // from before.
    let typed = false;
    const show = async (url, keep) => {
      const own = ++last;
      running?.abort();
      running = new AbortController();
      const results = first("#results");
      results.classList.add("is-loading");
      try {
        const answer = await fetch(url, { headers: { Accept: "text/html" }, signal: running.signal });
        // What is not a list is opened as any page.
        if (answer.status !== 200 && answer.status !== 400) throw new Error("no list");
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        if (own !== last) return;
        const fresh = first("#results", page);
        if (!fresh || !first("#intro", page)) throw new Error("no list");
        if (keep && new URL(url).search !== location.search) {
          history[typed ? "replaceState" : "pushState"](null, "", url);
        }
        typed = keep;
        shown = location.pathname + location.search;
        document.title = page.title;
        first("#intro").replaceWith(first("#intro", page));
        results.replaceWith(fresh);
        if (!keep) {
          form.replaceChildren(...first("#filter", page).childNodes);
        } else if (first("#location").value) {
          // A place that was typed is one of the choices now.
          const focused = document.activeElement.id === "location";
          first(".choices").replaceWith(first(".choices", page));
          if (focused) first("#location").focus();
        }
        relate(fresh);
        status.textContent = first("#count").textContent;
      } catch (error) {
        if (error.name !== "AbortError") location.assign(url);
      }
    };
    const asked = () => {
      const pairs = [...new FormData(form)].filter(([name, value]) => value && !(name === "sort" && value === "newest"));
      const query = new URLSearchParams(pairs).toString();
      return form.action + (query && `?${query}`);
    };
    let typing;
    form.addEventListener("input", (event) => {
      clearTimeout(typing);
      const chosen = event.target.matches("select, [type=checkbox]");
      // Names of places are whole, so an unfinished one is not asked for.
      if (event.target.id === "location") return;
      typing = setTimeout(() => show(asked(), true), chosen ? 0 : 350);
    });
    form.addEventListener("change", (event) => {
      if (event.target.id === "location") show(asked(), true);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      clearTimeout(typing);
      show(asked(), true);
    });
    // Back shows the list of that address, with its own form.
    addEventListener("popstate", () => {
      const moved = location.pathname + location.search !== shown;
      if (moved && location.pathname === "/properties/") show(location.href, false);
    });

    // Names to choose from, by what was typed.
    const names = first("#places");
    form.addEventListener("input", async (event) => {
      if (event.target.id !== "location" || event.target.value.trim().length < 2) return;
      const url = `/properties/places/?format=json&name=${encodeURIComponent(event.target.value.trim())}`;
      try {
        const answer = await (await fetch(url)).json();
        const options = answer.results.slice(0, 12).map((place) => new Option(place.location));
        (first("#places") ?? names).replaceChildren(...options);
      } catch { /* There is nothing to choose from then. */ }
    });
  }
  relate(document);
})();
