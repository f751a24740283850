// Enhances the forms of a listing; everything works without this script.
(() => {
  "use strict";
  const form = document.querySelector("form[data-guard]");
  if (!form) return;
  const fields = () => [...form.elements].filter((field) => field.name && field.type !== "hidden" && field.type !== "submit");

  // Asks before the user leaves a page with unsaved changes.
  let sent = false;
  const chosen = (select) => [...select.options].find((option) => option.defaultSelected) ?? select.options[0];
  const changed = (field) => {
    if (field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.type === "select-one") return field.value !== chosen(field)?.value;
    return field.value !== field.defaultValue;
  };
  const isUnsaved = () => "unsaved" in form.dataset || fields().some(changed);
  addEventListener("beforeunload", (event) => {
    if (sent || !isUnsaved()) return;
    event.preventDefault();
    // Needed by older browsers.
    event.returnValue = "";
  });

  // A form is sent once. The buttons are disabled right after sending, because the pressed one must be part of the
  // form.
  const buttons = () => [...form.querySelectorAll("button[type=submit]")];
  const allow = (allowed) => {
    sent = !allowed;
    for (const button of buttons()) button.disabled = !allowed;
  };
  form.addEventListener("submit", (event) => {
    if (sent) return event.preventDefault();
    sent = true;
    setTimeout(() => allow(false));
    // If no response comes, the user can try again: the form's token ensures that it is saved once.
    setTimeout(() => allow(true), 15000);
  });
  // The browser's Back button restores typed text, perhaps in a newer page. The version and the token under which it
  // was typed are restored with it, so that saving it again neither overwrites a later change nor adds a listing twice.
  const hidden = [...form.querySelectorAll("[type=hidden]:is([name=version], [name=_once])")];
  if (!isUnsaved()) {
    form.addEventListener("input", () => {
      history.replaceState(Object.fromEntries(hidden.map(({ name, value }) => [name, value])), "");
    }, { once: true });
  }
  addEventListener("pageshow", (event) => {
    if (event.persisted) return allow(true);
    if (!history.state || !fields().some(changed)) return;
    for (const field of hidden) field.value = history.state[field.name] ?? field.value;
  });

  // The number of characters of a text, as the server counts them.
  const length = (text) => [...text.trim().replace(/\r\n?/g, "\n")].length;
  const number = new Intl.NumberFormat(document.documentElement.lang);
  for (const field of form.querySelectorAll("[data-limit]")) {
    const limit = Number(field.dataset.limit);
    const help = document.getElementById(`${field.id}-help`);
    if (!help) continue;
    const counter = document.createElement("span");
    counter.className = "counter";
    const status = document.createElement("span");
    status.className = "hidden";
    status.setAttribute("role", "status");
    help.after(counter, status);
    let waiting;
    const count = () => {
      const has = length(field.value);
      const left = limit - has;
      counter.textContent = `${number.format(has)} of ${number.format(limit)}`;
      counter.classList.toggle("counter--over", left < 0);
      clearTimeout(waiting);
      // Screen readers announce it only near the limit, and not at every letter.
      const near = left <= limit / 10;
      const text = left < 0 ? `${number.format(-left)} characters too many` : `${number.format(left)} characters left`;
      waiting = setTimeout(() => { status.textContent = near && document.activeElement === field ? text : ""; }, 700);
    };
    field.addEventListener("input", count);
    addEventListener("pageshow", count);
    count();
  }

  // Selects the user's own version of a field when they edit it.
  form.addEventListener("input", (event) => {
    if (event.target.type === "radio") return;
    const own = form.querySelector(`[name="choose_${CSS.escape(event.target.name)}"][value="mine"]`);
    if (own) own.checked = true;
  });

  // Suggests places while the user types.
  const place = form.querySelector("[name=location][list]");
  if (place) {
    let asking;
    place.addEventListener("input", () => {
      clearTimeout(asking);
      const letters = place.value.trim();
      if (letters.length < 2) return;
      asking = setTimeout(async () => {
        const turn = asking;
        const url = `/properties/places/?format=json&name=${encodeURIComponent(letters)}`;
        const answer = await fetch(url).then((answer) => answer.json()).catch(() => null);
        if (turn !== asking || !answer?.results) return;
        place.list.replaceChildren(...answer.results.slice(0, 12).map((place) => new Option("", place.location)));
      }, 200);
    });
  }
})();
