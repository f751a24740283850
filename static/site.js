// What scripts add to the public pages; everything works without them.
(() => {
  "use strict";
  const first = (selector, within = document) => within.querySelector(selector);

  // Days as distances: "yesterday", "3 weeks ago". The day itself stays as a title.
  const lengths = [["year", 365], ["month", 30], ["week", 7], ["day", 1]];
  const day = (time) => Math.floor((time - new Date(time).getTimezoneOffset() * 60000) / 86400000);
  const ago = (days) => {
    if (days < 2) return days ? "yesterday" : "today";
    const [unit, length] = lengths.find(([, length]) => days >= length);
    const number = Math.floor(days / length);
    return `${number} ${unit}${number === 1 ? "" : "s"} ago`;
  };
  const relate = (within) => {
    for (const time of within.querySelectorAll(".card__date time")) {
      const days = day(Date.now()) - day(Date.parse(time.dateTime));
      if (Number.isNaN(days) || days < 0 || time.title) continue;
      time.title = time.textContent;
      time.textContent = ago(days);
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

  // The link of a listing can be copied.
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

  // Puts something new in an element's place; the focus stays where it is and, to `keep`, what is being typed there.
  const replace = (old, fresh, keep) => {
    const active = old.contains(document.activeElement) ? document.activeElement : null;
    const typed = keep && active?.matches("input:not([type=checkbox])") ? active.value : null;
    old.replaceWith(fresh);
    if (!active) return;
    const same = active.id ? `#${active.id}` : `[name="${active.name}"][value="${CSS.escape(active.value)}"]`;
    const heir = first(same, fresh) ?? first("input", fresh);
    if (typed !== null && heir?.id === active.id) heir.value = typed;
    heir?.focus({ preventScroll: true });
    if (typed !== null) heir?.setSelectionRange?.(typed.length, typed.length);
  };

  const form = first("#filter");
  if (form) {
    // Results follow the form at once; the address always says what is shown.
    const status = document.createElement("p");
    status.className = "hidden";
    status.setAttribute("role", "status");
    document.body.append(status);
    let last = 0;
    let running = null;
    let typing;
    let shown = location.pathname + location.search;
    // Whether the last address was made by this visit to the form: what is asked for next takes its place, so that Back
    // leads to the list from before and not through every letter.
    let editing = false;
    let leaving;
    // The order is outside of the form, and belongs to it.
    const fields = () => [...form.elements];
    const on = (kind, act) => document.addEventListener(kind, (event) => { if (event.target.form === form) act(event); });
    on("focusin", () => clearTimeout(leaving));
    on("focusout", (event) => {
      if (event.relatedTarget?.form !== form) leaving = setTimeout(() => { editing = false; }, 1000);
    });

    // `by` is what asked: "typing", "choosing", "naming" a place, "sending" or "going" through the history.
    const show = async (url, by) => {
      const own = ++last;
      running?.abort();
      running = new AbortController();
      first("#results").classList.add("is-loading");
      try {
        const answer = await fetch(url, { headers: { Accept: "text/html" }, signal: running.signal });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        if (own !== last) return;
        // What is not a list is opened as any page.
        if (!first("#results", page) || !first("#intro", page)) throw new Error("no list");
        // What is typed may be unfinished: the results stay until it can be used.
        if (answer.status === 400 && by !== "sending" && by !== "going") return mark(page);
        if (by !== "going" && new URL(url).search !== location.search) {
          history[editing ? "replaceState" : "pushState"](null, "", url);
          editing = true;
        }
        shown = location.pathname + location.search;
        if (by === "going") editing = false;
        put(page, by);
      } catch (error) {
        if (error.name !== "AbortError") location.assign(url);
      }
    };
    // Says at each field what is wrong with it, and leaves what was typed alone.
    const mark = (page) => {
      first("#results").classList.remove("is-loading");
      for (const field of fields().filter((field) => field.id && field.name)) {
        const checked = page.getElementById(field.id);
        const error = `#${CSS.escape(field.id)}-error`;
        first(error)?.remove();
        for (const name of ["aria-invalid", "aria-describedby"]) {
          const value = checked?.getAttribute(name);
          if (value) field.setAttribute(name, value);
          else field.removeAttribute(name);
        }
        const message = first(error, page);
        if (message) field.closest(".field, .sorting").append(message);
      }
      const marked = fields().find((field) => field.ariaInvalid);
      if (marked?.closest(".filter__more")) first(".filter__more").open = true;
      const texts = [...document.querySelectorAll(".browse .error")].map((error) => error.textContent);
      status.textContent = texts.join(" ");
    };
    const put = (page, by) => {
      document.title = page.title;
      for (const part of ["#intro", "#results"]) first(part).replaceWith(first(part, page));
      for (const part of ["link[rel=canonical]", "link[rel=alternate]", "#feed"]) {
        const [old, fresh] = [first(part), first(part, page)];
        if (old && fresh) old.replaceWith(fresh);
      }
      // Whether the page may be old is said of what is shown now.
      first("#old")?.remove();
      const old = first("#old", page);
      if (old) first("#main").prepend(old);
      const marked = fields().some((field) => field.ariaInvalid) || first(".browse [aria-invalid]", page);
      // What is being typed is not taken away: only its marks are.
      if (marked && by === "typing") mark(page);
      if (by === "going" || (marked && by !== "typing")) {
        for (const part of [".filter__search", ".filter__fields", ".sorting"]) {
          replace(first(part), first(part, page), by !== "going");
        }
        if (marked) first(".filter__more").open = true;
      } else if (by !== "choosing") {
        // Choices of places stay while they are being ticked.
        replace(first(".choices", form), first(".choices", page), by === "typing");
      }
      relate(first("#results"));
      const count = first("#count");
      status.textContent = count.textContent;
      offer();
      cover();
      document.dispatchEvent(new Event("listed"));
    };
    // On a narrow screen the filters lie over the results: the button says what is below, and leads there.
    const more = first(".filter__more");
    const narrow = matchMedia("(max-width: 59.99rem)");
    const offer = () => {
      const count = first("#count").dataset.count;
      first("#show").textContent = count ? `Show ${count.charAt(0).toLowerCase()}${count.slice(1)}` : "Show listings";
    };
    const cover = () => {
      const covered = more.open && narrow.matches && !("refused" in more.dataset);
      for (const part of [first(".masthead"), first(".footer"), first("#intro"), first(".listed"), first(".filter__search")]) {
        if (part) part.inert = covered;
      }
    };
    more.addEventListener("toggle", cover);
    narrow.addEventListener("change", cover);
    more.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !more.open || !narrow.matches) return;
      more.open = false;
      first("summary", more).focus();
    });
    offer();
    const asked = () => {
      const pairs = [...new FormData(form)].filter(([name, value]) => value && !(name === "sort" && value === "newest"));
      const query = new URLSearchParams(pairs).toString();
      return form.action + (query && `?${query}`);
    };
    const CHOICES = "select, [type=checkbox]";
    on("input", (event) => {
      clearTimeout(typing);
      // Names of places are whole, so an unfinished one is not asked for.
      if (event.target.id === "location") suggest(event.target.value.trim());
      else if (!event.target.matches(CHOICES)) typing = setTimeout(() => show(asked(), "typing"), 350);
    });
    on("change", (event) => {
      if (event.target.id === "location") show(asked(), "naming");
      else if (event.target.matches(CHOICES)) show(asked(), "choosing");
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      clearTimeout(typing);
      if (narrow.matches && more.open) {
        more.open = false;
        first("#count").scrollIntoView();
      }
      show(asked(), "sending");
    });
    // Beside each value that can be chosen: how many listings the list with it has. The numbers are asked for when the form
    // is used, and follow the list.
    const tell = (control, { count = null, count_is_exact } = {}) => {
      const number = count === null ? "" : count.toLocaleString(document.documentElement.lang) + (count_is_exact ? "" : "+");
      const box = control.closest(".choice, .quick__value, option");
      box.classList.toggle("is-empty", count === 0);
      if (box === control && box.matches("option")) {
        box.dataset.label ??= box.textContent;
        box.textContent = box.dataset.label + (number && ` (${number})`);
        return;
      }
      first(".choice__count", box)?.remove();
      if (!number) return;
      const text = document.createElement("span");
      text.className = "choice__count";
      const unit = document.createElement("span");
      unit.className = "hidden";
      unit.textContent = count === 1 ? " listing" : " listings";
      text.append(number, unit);
      box.append(" ", text);
    };
    let counting = null;
    let told = [];
    const tally = async () => {
      counting?.abort();
      const own = counting = new AbortController();
      const found = await fetch(`/properties/facets/${location.search}`, { signal: own.signal })
        .then((answer) => (answer.ok ? answer.json() : null)).catch(() => null);
      if (own !== counting) return;
      for (const control of told.splice(0)) tell(control);
      for (const { parameter, values } of found?.facets ?? []) {
        const named = `[name="${parameter}"]`;
        const controls = `${named} > option, ${named}[type=checkbox], [data-of="${parameter}"] > button`;
        for (const control of form.querySelectorAll(controls)) {
          const value = values.find(({ value }) => value === control.value);
          if (!value) continue;
          tell(control, value);
          told.push(control);
        }
      }
    };
    let used = false;
    const use = () => {
      // A query that was refused has no numbers.
      if (!used && !fields().some((field) => field.ariaInvalid)) tally();
      used = true;
    };
    for (const kind of ["pointerenter", "focusin"]) form.addEventListener(kind, use);
    more.addEventListener("toggle", () => { if (more.open) use(); });
    document.addEventListener("listed", () => { if (used) tally(); });

    // Least numbers that a click fills in, or takes away again.
    const least = (step) => form.elements[step.parentElement.dataset.of];
    const press = () => {
      for (const step of form.querySelectorAll(".quick__value")) step.ariaPressed = least(step).value === step.value;
    };
    form.addEventListener("click", (event) => {
      const step = event.target.closest(".quick__value");
      if (!step) return;
      least(step).value = least(step).value === step.value ? "" : step.value;
      press();
      clearTimeout(typing);
      show(asked(), "choosing");
    });
    on("input", press);
    document.addEventListener("listed", press);
    press();

    // Back shows the list of that address, with its own form.
    addEventListener("popstate", () => {
      clearTimeout(typing);
      if (location.pathname + location.search === shown) return;
      if (location.pathname === "/properties/") show(location.href, "going");
      else location.reload();
    });

    // Names to choose from, by what was typed.
    let suggesting;
    const suggest = (letters) => {
      clearTimeout(suggesting);
      if (letters.length < 2) return;
      suggesting = setTimeout(async () => {
        const turn = suggesting;
        const url = `/properties/places/?format=json&name=${encodeURIComponent(letters)}`;
        const answer = await fetch(url).then((answer) => answer.json()).catch(() => null);
        if (turn !== suggesting || !answer?.results) return;
        first("#places").replaceChildren(...answer.results.slice(0, 12).map((place) => new Option(place.location)));
      }, 200);
    };
  }
  relate(document);
})();
