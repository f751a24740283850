// Enhances the admin's list: selects a whole page or a range of rows, and shows how many are selected.
(() => {
  "use strict";
  const form = document.querySelector("#rows");
  if (!form) return;
  const boxes = [...form.querySelectorAll("[name=_selected_action]")];
  const across = form.querySelector("#across");
  const ticked = form.querySelector("#ticked");
  ticked.setAttribute("role", "status");
  const number = (count) => count.toLocaleString("en");

  const all = document.createElement("input");
  all.type = "checkbox";
  all.id = "all";
  const label = document.createElement("label");
  label.className = "tick__label";
  const words = document.createElement("span");
  words.className = "hidden";
  words.textContent = `Select all ${boxes.length} on this page`;
  label.append(all, words);
  form.querySelector("#tick").replaceChildren(label);

  const count = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    all.checked = chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
    ticked.textContent = across.checked ? "All are selected." : `${number(chosen)} of ${number(boxes.length)} on this page selected.`;
  };

  // With Shift, selects the rows between the last two clicks.
  let last = null;
  form.addEventListener("click", (event) => {
    const at = boxes.indexOf(event.target);
    if (at < 0) return;
    if (event.shiftKey && last !== null) {
      const [from, to] = last < at ? [last, at] : [at, last];
      for (const box of boxes.slice(from, to + 1)) box.checked = event.target.checked;
    }
    last = at;
    count();
  });
  form.addEventListener("change", (event) => {
    if (event.target === all) for (const box of boxes) box.checked = all.checked;
    // A user who deselects a row does not want all rows.
    if (boxes.includes(event.target) && !event.target.checked) across.checked = false;
    if (event.target === all && !all.checked) across.checked = false;
    if (event.target === across) for (const box of boxes) box.checked = across.checked;
    count();
  });
  // Browsers restore the selection when the user returns to a page.
  addEventListener("pageshow", count);
  count();
})();
