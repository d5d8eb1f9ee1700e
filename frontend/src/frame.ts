// What the frame of a page measures: how high a ticket's header is, and which pill of a strip is the current one.
const heads = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    document.documentElement.style.setProperty("--case-head", `${target.getBoundingClientRect().height}px`);
  }
});

/** The panes beside a ticket stick below its header, which is higher when its promises and verbs take two lines. */
export function headers(): void {
  document.querySelectorAll(".case-head").forEach((head) => heads.observe(head));
}

/** A strip that scrolls begins where its current pill can be seen. */
export function strips(): void {
  document.querySelectorAll(".strip [aria-current]").forEach((pill) => pill.scrollIntoView({ block: "nearest", inline: "center" }));
}

/** An explanation that was asked for comes below whatever sticks at the top, wherever the page stood. */
export function explained(): void {
  const show = () => requestAnimationFrame(() => document.getElementById("why-place")?.scrollIntoView({ block: "nearest" }));
  document.body.addEventListener("htmx:afterSettle", (event) => {
    if (event.target instanceof Element && event.target.id === "why-place") show();
  });
  if (location.hash === "#why-place") window.addEventListener("load", show);
}
