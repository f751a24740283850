// Sends forms with files so that the page shows the progress, which can be cancelled. Without it, the browser sends them.
(() => {
  "use strict";
  const parts = (form) => form.querySelector(".upload").children;

  // Shows that something is done; the buttons do nothing meanwhile.
  const begin = (form, message) => {
    const [bar, text, cancel] = parts(form);
    for (const button of form.querySelectorAll("button")) button.disabled = button !== cancel;
    bar.parentElement.hidden = bar.hidden = false;
    text.textContent = message;
  };

  const end = (form, message) => {
    const [bar, text, cancel] = parts(form);
    for (const button of form.querySelectorAll("button")) button.disabled = false;
    bar.hidden = cancel.hidden = true;
    text.textContent = message;
  };

  // The response takes the place of the page.
  const show = (form, { response, responseURL, status }) => {
    const main = response?.querySelector("nav[aria-label=Account]") && response.querySelector("main");
    if (!main) return status < 500 ? location.reload() : end(form, "The upload failed. Try again later.");
    document.title = response.title;
    if (responseURL !== location.href) history.pushState(null, "", responseURL);
    document.querySelector("main").replaceWith(document.adoptNode(main));
    document.querySelector("main").focus();
    scrollTo(0, 0);
  };

  const send = (form, button) => {
    const data = new FormData(form);
    if (button?.name) data.append(button.name, button.value);
    const [bar, text, cancel] = parts(form);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "text/html");
    request.responseType = "document";
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      bar.value = loaded / total;
      text.textContent = loaded < total ? `Uploading: ${Math.floor((100 * loaded) / total)} %` : form.dataset.upload;
      if (loaded === total) bar.removeAttribute("value");
    });
    request.addEventListener("load", () => show(form, request));
    request.addEventListener("error", () => end(form, "The upload failed. Check your connection and try again."));
    request.addEventListener("abort", () => end(form, "Cancelled."));
    cancel.onclick = () => request.abort();
    begin(form, "Uploading…");
    cancel.hidden = false;
    request.send(data);
  };

  document.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    const has_files = [...form.querySelectorAll("input[type=file]")].some((field) => field.files.length);
    if (form.dataset.upload && has_files) {
      event.preventDefault();
      send(form, submitter);
    } else if (form.dataset.busy && submitter?.name !== "_discard") {
      // After the browser has read the form: disabled buttons are not sent.
      setTimeout(() => begin(form, form.dataset.busy));
    }
  });
  // Back and Forward load the page of that address.
  addEventListener("popstate", () => location.reload());
  // Files that are dropped on a page with photos to add.
  const zone = (event) => event.dataTransfer?.types.includes("Files") && document.querySelector("[data-drop]");
  addEventListener("dragover", (event) => {
    if (!zone(event)) return;
    event.preventDefault();
    zone(event).classList.add("is-over");
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) zone(event)?.classList.remove("is-over");
  });
  addEventListener("drop", (event) => {
    const place = zone(event);
    if (!place) return;
    event.preventDefault();
    place.classList.remove("is-over");
    place.querySelector("input[type=file]").files = event.dataTransfer.files;
    send(place.closest("form"));
  });
})();
