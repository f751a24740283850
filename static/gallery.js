// Enhances the photos of a listing with a viewer over the page. Without it, each photo is a link to its file.
(() => {
  "use strict";
  const strip = document.querySelector(".gallery__strip");
  if (!strip || !("showModal" in HTMLDialogElement.prototype)) return;
  const links = [...strip.querySelectorAll("a")];
  const pictures = links.map((link) => link.querySelector("img"));
  const thumbs = [...document.querySelectorAll(".gallery__thumbs a")];

  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };
  const button = (text, act) => {
    const element = make("button", { type: "button", className: "button button--quiet", textContent: text });
    element.addEventListener("click", act);
    return element;
  };
  let at = 0;
  const image = make("img", { className: "photo", alt: "" });
  const text = make("p", { className: "viewer__text" });
  text.setAttribute("role", "status");
  const previous = button("Previous", () => show(at - 1));
  const next = button("Next", () => show(at + 1));
  const close = button("Close", () => dialog.close());
  const bar = make("div", { className: "viewer__bar" }, text, ...(links.length > 1 ? [previous, next] : []), close);
  const dialog = make("dialog", { className: "viewer" }, image, bar);
  dialog.setAttribute("aria-label", "Photos");
  document.body.append(dialog);

  const mark = (index) => thumbs.forEach((thumb, other) => {
    if (other === index) thumb.setAttribute("aria-current", "true");
    else thumb.removeAttribute("aria-current");
  });
  const show = (index) => {
    at = (index + links.length) % links.length;
    const { alt, width, height } = pictures[at];
    Object.assign(image, { src: links[at].href, alt, width, height });
    text.textContent = [alt, links.length > 1 && `${at + 1} of ${links.length}`].filter(Boolean).join(" · ");
  };
  const go = (index) => strip.scrollTo({ left: links[index].parentElement.offsetLeft - strip.offsetLeft });

  strip.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(links.indexOf(link));
    dialog.showModal();
  });
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    show(at + step);
  });
  // The last viewed photo stays visible and gets the focus.
  dialog.addEventListener("close", () => {
    go(at);
    links[at].focus({ preventScroll: true });
  });
  thumbs.forEach((thumb, index) => thumb.addEventListener("click", (event) => {
    event.preventDefault();
    go(index);
  }));
  if (thumbs.length && "IntersectionObserver" in window) {
    const observer = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) mark(links.indexOf(entry.target.firstElementChild));
    }, { root: strip, threshold: 0.6 });
    for (const link of links) observer.observe(link.parentElement);
  }
})();
