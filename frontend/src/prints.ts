// Buttons that print the page; without a script the browser's own menu does it.
export function prints(): void {
  document.querySelectorAll<HTMLElement>("[data-prints]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
}
