// Extra fields that are only for some kinds and products are shown when one of them is chosen.
export function applicable(): void {
  document.querySelectorAll<HTMLFormElement>("form:has([data-applies])").forEach((form) => {
    const show = () => narrow(form);
    form.addEventListener("change", show);
    show();
  });
}

function narrow(form: HTMLFormElement): void {
  const data = new FormData(form);
  const chosen = (name: string) => String(data.get(name) ?? "");
  const fits = (only: string, value: string) => only.trim() === "" || only.trim().split(" ").includes(value);
  form.querySelectorAll<HTMLElement>("[data-applies]").forEach((field) => {
    const { kinds = "", products = "" } = field.dataset;
    field.hidden = !fits(kinds, chosen("kind")) || !fits(products, chosen("product"));
  });
}
