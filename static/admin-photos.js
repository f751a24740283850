// Enhances the photos page of a listing: files can be dropped on the page, and uploads show their progress.
(() => {
  "use strict";
  // The response to an upload replaces the page, so every element is looked up again.
  const start = () => {
    const form = document.querySelector("form[data-photos]");
    if (!form) return;
    const [zone, input, progress] = [".photos__add", "#photos", ".photos__progress"].map((part) => form.querySelector(part));

    const send = (button) => {
      const files = [...form.querySelectorAll("input[type=file]")].flatMap((field) => [...field.files]);
      if (!files.length) return false;
      const data = new FormData(form);
      if (button?.name) data.append(button.name, button.value);
      const [bar, text] = progress.children;
      const request = new XMLHttpRequest();
      const fail = () => {
        for (const other of form.querySelectorAll("button")) other.disabled = false;
        text.textContent = "The upload failed. Check your connection and try again.";
      };
      request.open("POST", form.action);
      request.setRequestHeader("Accept", "text/html");
      request.responseType = "document";
      request.upload.addEventListener("progress", ({ loaded, total }) => {
        bar.value = loaded / total;
        const percent = Math.floor((100 * loaded) / total);
        text.textContent = loaded < total ? `Uploading: ${percent} %` : "Preparing the photos…";
        if (loaded === total) bar.removeAttribute("value");
      });
      request.addEventListener("load", () => {
        const main = request.response?.querySelector("main form[data-photos]") && request.response.querySelector("main");
        if (!main) return request.status < 500 ? location.reload() : fail();
        document.title = request.response.title;
        document.querySelector("main").replaceWith(document.adoptNode(main));
        start();
        document.querySelector("main").focus();
        scrollTo(0, 0);
      });
      request.addEventListener("error", fail);
      progress.hidden = false;
      text.textContent = "Uploading…";
      for (const other of form.querySelectorAll("button")) other.disabled = true;
      request.send(data);
      return true;
    };

    form.addEventListener("submit", (event) => {
      if (send(event.submitter)) event.preventDefault();
    });
    const files = (event) => event.dataTransfer?.types.includes("Files");
    form.addEventListener("dragover", (event) => {
      if (!files(event)) return;
      event.preventDefault();
      zone.classList.add("is-over");
    });
    form.addEventListener("dragleave", (event) => {
      if (!form.contains(event.relatedTarget)) zone.classList.remove("is-over");
    });
    form.addEventListener("drop", (event) => {
      if (!files(event)) return;
      event.preventDefault();
      zone.classList.remove("is-over");
      input.files = event.dataTransfer.files;
      send();
    });
  };
  start();
})();
