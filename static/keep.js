// Data that the browser stores for the visitor and sends nowhere by itself: the shortlist, the listings seen last, and the list
// that a listing was opened from. No cookie is used, so every page stays the same for all. Numbers of listings are kept and
// no values, so nothing that is shown can be old.
(() => {
  "use strict";
  const MOST = 50;
  const SEEN = 13;
  const first = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };
  // A browser may refuse storage altogether.
  const store = (area) => {
    try {
      window[area].setItem("probe", "");
      window[area].removeItem("probe");
      return window[area];
    } catch {
      return null;
    }
  };
  const [local, session] = [store("localStorage"), store("sessionStorage")];
  const read = (area, key) => {
    try {
      return JSON.parse(area?.getItem(key) ?? "null");
    } catch {
      return null;
    }
  };
  const write = (area, key, value) => {
    try {
      area?.setItem(key, JSON.stringify(value));
    } catch {
      // It is full: what was kept before stays.
    }
  };
  const numbers = (key, most) => {
    const kept = read(local, key);
    return Array.isArray(kept) ? kept.filter((id) => Number.isSafeInteger(id) && id > 0).slice(0, most) : [];
  };
  const idOf = (link) => Number(/^\/properties\/(\d+)\/$/.exec(link?.pathname ?? "")?.[1] ?? 0);

  // Shortlist: a heart on each card and on the listing's page, and how many there are in the masthead.
  const HEART = "M12 20.5s-8-5-8-10.7A4.4 4.4 0 0 1 12 7a4.4 4.4 0 0 1 8 2.8c0 5.7-8 10.7-8 10.7z";
  const heart = () => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const path = document.createElementNS(svg.namespaceURI, "path");
    path.setAttribute("d", HEART);
    svg.append(path);
    return svg;
  };
  const chosen = () => numbers("shortlist", MOST);
  const address = (ids) => (ids.length ? `/shortlist/?ids=${ids.join(",")}` : "/shortlist/");
  const toast = make("p", { className: "toast" });
  toast.setAttribute("role", "status");
  document.body.append(toast);
  let hiding;
  const say = (text) => {
    toast.textContent = text;
    clearTimeout(hiding);
    hiding = setTimeout(() => { toast.textContent = ""; }, 6000);
  };
  const hearts = new Map();
  const show = () => {
    const ids = chosen();
    const link = first("#shortlist");
    link.href = address(ids);
    link.textContent = ids.length ? `Shortlist (${ids.length})` : "Shortlist";
    for (const [button, id] of hearts) {
      const has = ids.includes(id);
      button.setAttribute("aria-pressed", has);
      const word = first("span", button);
      if (word) word.textContent = has ? "On your shortlist" : "Add to shortlist";
    }
  };
  const toggle = (id) => {
    const ids = chosen();
    const has = ids.includes(id);
    if (!has && ids.length >= MOST) return say(`The shortlist is full: it can have ${MOST} listings. Remove one first.`);
    write(local, "shortlist", has ? ids.filter((other) => other !== id) : [...ids, id]);
    show();
  };
  const heartOf = (id, className, ...children) => {
    const button = make("button", { type: "button", className }, heart(), ...children);
    button.addEventListener("click", () => toggle(id));
    hearts.set(button, id);
    return button;
  };
  const WEEK = 7 * 86400000;
  const dress = () => {
    for (const button of hearts.keys()) if (!button.isConnected) hearts.delete(button);
    for (const card of all("li.card")) {
      const link = first(".card__title a", card);
      const id = idOf(link);
      if (!id || first(".heart, .badge--new", card)) continue;
      // Only the reader's clock can tell: the page may have been made before the week was over.
      const listed = Date.parse(first(".card__date time", card)?.dateTime);
      if (Date.now() - listed < WEEK) card.append(make("span", { className: "badge badge--new", textContent: "New" }));
      if (!local) continue;
      const button = heartOf(id, "heart");
      button.setAttribute("aria-label", `Shortlist: ${link.textContent}`);
      card.append(button);
    }
    show();
  };

  // The listing's own page.
  const listing = first("#listing");
  const own = Number(listing?.dataset.id ?? 0);
  const tools = first("#tools");
  if (tools && own && local) tools.append(heartOf(own, "button button--quiet", make("span", {})));
  if (tools && navigator.share) {
    const share = make("button", { type: "button", className: "button button--quiet", textContent: "Share" });
    const url = first("link[rel=canonical]")?.href ?? first("#share")?.value;
    share.addEventListener("click", () => navigator.share({ title: document.title, url }).catch(() => {}));
    if (url) tools.append(share);
  }
  if (tools && (own || first(".versus"))) {
    const print = make("button", { type: "button", className: "button button--quiet", textContent: "Print" });
    print.addEventListener("click", () => window.print());
    tools.append(print);
  }

  // The page that compares: without ids, it is the reader's own.
  if (location.pathname === "/shortlist/") {
    const asked = (new URLSearchParams(location.search).get("ids") ?? "").split(",").map(Number).filter(Boolean);
    const mine = chosen();
    if (!asked.length && mine.length) location.replace(address(mine));
    const news = all(".versus .card").map((card) => Number(card.dataset.id)).filter((id) => !mine.includes(id));
    if (local && news.length) {
      const keep = make("button", { type: "button", className: "button", textContent: "Add all to my shortlist" });
      keep.addEventListener("click", () => {
        const both = [...mine, ...news];
        if (both.length > MOST) return say(`A shortlist has at most ${MOST} listings.`);
        write(local, "shortlist", both);
        keep.remove();
        show();
        say("Added to your shortlist.");
      });
      tools.prepend(keep);
    }
    for (const link of all("a[data-remove]")) {
      link.addEventListener("click", () => {
        const gone = link.dataset.remove.split(",").map(Number);
        write(local, "shortlist", chosen().filter((id) => !gone.includes(id)));
        show();
      });
    }
  }

  // The list that a listing is opened from: “3 of 40”, and no way on at its ends.
  const remember = () => {
    const cards = first("#cards");
    const links = all(".card__title a", cards ?? undefined);
    if (!cards || !links.length) return;
    write(session, "result", {
      query: links[0].search,
      ids: links.map(idOf),
      from: Number(cards.dataset.from ?? NaN),
      total: Number(cards.dataset.total ?? NaN),
      starts: !first(".pager [rel=prev]"),
      ends: !first(".pager [rel=next]"),
    });
  };
  if (own) {
    const result = read(session, "result");
    const turns = first("#turn");
    const steps = { prev: first("[rel~=prev]", turns), next: first("[rel~=next]", turns) };
    const isOf = (kept) => kept?.query === location.search;
    const at = isOf(result) ? result.ids.indexOf(own) : -1;
    const step = read(session, "step");
    let place = at < 0 || result.from === null ? null : result.from + at + 1;
    if (place === null && isOf(step) && step.leads !== own) place = step.place;
    const total = isOf(result) ? result.total : null;
    // A step past an end leads back here, and says so.
    const isFirst = location.hash === "#first" || place === 1 || (at === 0 && result.starts);
    const isLast = location.hash === "#last" || (place !== null && place === total)
      || (at >= 0 && at === result.ids.length - 1 && result.ends);
    if (isFirst) steps.prev?.remove();
    if (isLast) steps.next?.remove();
    if (place !== null && total !== null && place >= 1 && place <= total) {
      const number = new Intl.NumberFormat(document.documentElement.lang);
      first("#place").textContent = `${number.format(place)} of ${number.format(total)}`;
    }
    for (const [name, by] of [["prev", -1], ["next", 1]]) {
      steps[name]?.addEventListener("click", () => {
        write(session, "step", place === null ? null : { query: location.search, place: place + by, leads: own });
      });
    }
  }

  // The listings seen last, below a list or a listing; their values are asked for when the reader comes near.
  const before = numbers("seen", SEEN).filter((id) => id !== own);
  if (own) write(local, "seen", [own, ...before].slice(0, SEEN));
  const near = make("div", {});
  const recall = async () => {
    const answer = await fetch(address(before.slice(0, 8)), { headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const cards = all(".versus thead .card", page).map((card) => make("li", { className: "card" }, ...card.children));
    if (!cards.length) return;
    const title = make("h2", { className: "similar__title", id: "seen", textContent: "Recently viewed" });
    const forget = make("button", { type: "button", className: "link", textContent: "Clear this list" });
    const section = make("section", { className: "seen" }, title, make("ol", { className: "cards" }, ...cards), forget);
    section.setAttribute("aria-labelledby", "seen");
    forget.addEventListener("click", () => {
      write(local, "seen", []);
      section.remove();
    });
    near.replaceWith(section);
    dress();
  };
  if (before.length && (own || first("#results")) && "IntersectionObserver" in window) {
    first("#main").append(near);
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      recall();
    }, { rootMargin: "200px" });
    observer.observe(near);
  }

  document.addEventListener("listed", () => {
    dress();
    remember();
  });
  // Another tab may change the shortlist, and Back may show a page as it was left.
  addEventListener("storage", show);
  addEventListener("pageshow", (event) => { if (event.persisted) show(); });
  show();
  // A card may be followed at once.
  remember();
  // Cards can be read before they have hearts.
  (window.requestIdleCallback ?? setTimeout)(dress);
})();
